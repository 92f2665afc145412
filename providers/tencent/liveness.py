"""Tencent Cloud's hosted liveness: a page inside WeChat, and a verdict to be asked for. No picture is asked back."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from providers.base import HostedPage, LivenessSession, OpensIn, Outcome, Result, Traits
from providers.codes import word
from providers.papers import table_of
from providers.tencent import liveness_codes
from providers.tencent.call import FACEID, Call
from providers.verdict import Verdict

#: how long the person may take
LIFETIME = timedelta(seconds=7200)

#: text only: the default would bring pictures and video of the face
TEXT_ONLY = "1"

#: the only source that counts as the authority
AUTHORITY = "权威库"

PASSED = "0"
COMPLETED = "14"
LIMIT_REACHED = "16"


def session_call(rule_id: str) -> Call:
    """DetectAuth by a rule that was approved in the console."""

    def parameters(request: LivenessSession, reference: str) -> dict[str, Any]:
        back = {} if request.return_url is None else {"RedirectUrl": request.return_url}
        seal = sealed(reference, request.name, request.id_number)
        return {"RuleId": rule_id, "Name": request.name, "IdCard": request.id_number, "Extra": seal, **back}

    return Call(
        "faceid",
        FACEID,
        "DetectAuth",
        10,
        liveness_codes.SESSION,
        parameters,
        _opened,
        traits=Traits(liveness=True, read_back=True),
    )


def sealed(reference: str, name: str, id_number: str) -> str:
    """What the vendor hands back: our reference, and a digest that ties it to the person who was to be filmed.

    The verdict names a person, and reading it back must not need that person's data kept anywhere.
    """
    digest = hashlib.sha256(f"{reference}\0{name}\0{id_number}".encode()).hexdigest()
    return f"{reference}/{digest}"


def _opened(_request: object, response: Mapping[str, Any], now: datetime) -> Verdict:
    url, token = response.get("Url"), word(response.get("BizToken"))
    if token is None or not isinstance(url, str) or not url.startswith("https://"):
        return Verdict(None)
    return Verdict("Opened", token, page=HostedPage(url, OpensIn.WECHAT, now + LIFETIME))


def verdict_call(rule_id: str) -> Call:
    """GetDetectInfoEnhanced, asked with (our reference, the vendor's token)."""

    def parameters(token: str, _reference: str) -> dict[str, Any]:
        return {"BizToken": token, "RuleId": rule_id, "InfoType": TEXT_ONLY}

    return Call("faceid", FACEID, "GetDetectInfoEnhanced", 10, liveness_codes.VERDICT, parameters, _told)


def _told(reference: str, response: Mapping[str, Any], _now: datetime) -> Verdict:
    """Pictures that come unasked are dropped unread."""
    told = response.get("Text")
    if not isinstance(told, dict):
        return Verdict(None)
    code = told.get("ErrCode")
    if code is None:
        return Verdict("none")
    code = word(code)
    if code == LIMIT_REACHED:
        return Verdict(_last_try(told) or code)
    if code in {PASSED, COMPLETED}:
        return Verdict(_of_completed(told, reference))
    return Verdict(code)


def _of_completed(told: Mapping[str, Any], reference: str) -> str:
    """A pass is one in every respect, of the person who was to be filmed, against the authority."""
    for member in ("LiveStatus", "Comparestatus"):
        found = word(told.get(member))
        if found != PASSED:
            return found if told.get("ErrCode") != 0 and found else f"0.{member}"
    if told.get("CompareLibType") != AUTHORITY:
        return "0.CompareLibType"
    name, id_number = str(told.get("Name")), str(told.get("IdCard"))
    return PASSED if told.get("Extra") == sealed(reference, name, id_number) else "0.Extra"


def _last_try(told: Mapping[str, Any]) -> str | None:
    """Of a session that used up its tries: the last one's code where it says that it is not this person."""
    tries = told.get("LivenessDetail")
    last = word(table_of({"": tries[-1]}, "").get("Errcode")) if isinstance(tries, list) and tries else None
    meaning = liveness_codes.VERDICT.get(last or "")
    return last if isinstance(meaning, Outcome) and meaning.result is Result.MISMATCH else None
