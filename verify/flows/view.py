"""The verification object as callers read it (api.md): masked, in the caller's words, nothing else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from verify.flows import progress
from verify.flows.methods import STEPS
from verify.flows.reasons import REASONS, message
from verify.flows.sealing import open_display, open_words
from verify.flows.states import FINAL, Status
from verify.models import Verification
from verify.models.vault import Keys
from verify.services import Services


def rfc3339(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def show(verification: Verification, services: Services, keys: Keys | None = None) -> dict[str, Any]:
    """One verification. The key store is read only where something sealed is shown."""
    display: Mapping[str, str] = {}
    words: Mapping[str, str] = {}
    if shows_sealed(verification):
        keys = keys or services.vault.keys(verification.id)
        display, words = open_display(keys, verification), open_words(keys, verification)
    return {
        "id": f"ver_{verification.id}",
        "object": "verification",
        "livemode": verification.livemode,
        "type": verification.type,
        "method": verification.method,
        "account_ref": verification.account_ref,
        "status": str(verification.status),
        "next_step": progress.next_step(verification),
        "steps": [_step(verification, step.name, display) for step in progress.steps_of(verification)],
        "last_error": _last_error(verification),
        "decision": _decision(verification, words),
        "request": words.get("request") if progress.is_asked(verification) else None,
        "supersedes": f"ver_{verification.supersedes_id}" if verification.supersedes_id else None,
        "result": _result(verification, display),
        "transfer": _transfer(verification),
        "alternatives": _alternatives(verification),
        "redacted_at": rfc3339(verification.redacted_at),
        "expires_at": rfc3339(verification.expires_at),
        "created_at": rfc3339(verification.created_at),
        "updated_at": rfc3339(verification.updated_at),
        "locale": verification.locale,
        "return_url": verification.return_url,
        "metadata": verification.labels,
    }


def show_many(verifications: Sequence[Verification], services: Services) -> list[dict[str, Any]]:
    """A page of them, with one read of the key store for all."""
    sealed = [v.id for v in verifications if shows_sealed(v)]
    keys = services.vault.many(sealed) if sealed else {}
    return [show(v, services, keys.get(v.id)) for v in verifications]


def shows_sealed(verification: Verification) -> bool:
    """True when the masked display or words of staff are part of what is shown now."""
    if verification.words_ct is not None:
        return True
    if verification.display_ct is None:
        return False
    return verification.status == Status.VERIFIED or "issue" in progress.state(verification, "sms_code")


def _step(verification: Verification, name: str, display: Mapping[str, str]) -> dict[str, Any]:
    known = progress.state(verification, name)
    shown: dict[str, Any] = {"name": name, "status": known["status"]}
    left = progress.tries_left(verification, name)
    if left is not None:
        # nothing of what has ended can be tried again, however few tries were used
        shown["attempts_left"] = 0 if verification.status in FINAL else left
    for field in ("resend_at", "expires_at", "next_check_at"):
        if field in known:
            shown[field] = rfc3339(datetime.fromisoformat(known[field]))
    if STEPS[name].parts and known["status"] != progress.PASSED:
        shown["needs"] = [part for part in STEPS[name].parts if part not in known.get("parts", ())]
    if name == "sms_code" and "expires_at" in known and "sent_to" in display:
        shown["sent_to"] = display["sent_to"]
    return shown


def _last_error(verification: Verification) -> dict[str, Any] | None:
    if verification.last_error is None:
        return None
    code = verification.last_error["code"]
    left = verification.status == Status.PENDING and not progress.is_exhausted(verification)
    return {
        "step": verification.last_error["step"],
        "code": code,
        "message": message(code, verification.locale, verification.type),
        "retryable": REASONS[code].retryable and left,
    }


def _transfer(verification: Verification) -> dict[str, Any] | None:
    known = progress.transfer(verification)
    if not known:
        return None
    return {
        "status": known["status"],
        "proof": known["proof"],
        "arrives_by": _time(known.get("arrives_by")),
        "answer_by": _time(known.get("answer_by")),
        "attempts_left": known["attempts_left"],
    }


def _time(text: str | None) -> str | None:
    return rfc3339(datetime.fromisoformat(text)) if text else None


def _decision(verification: Verification, words: Mapping[str, str]) -> dict[str, Any] | None:
    if verification.decision is None:
        return None
    codes = verification.decision["reason_codes"]
    return {
        "by": verification.decision["by"],
        "reason_codes": codes,
        "message": " ".join(
            [*(message(code, verification.locale, verification.type) for code in codes), *_said(words)]
        ),
    }


def _said(words: Mapping[str, str]) -> list[str]:
    return [words["message"]] if "message" in words else []


def _result(verification: Verification, display: Mapping[str, str]) -> dict[str, Any] | None:
    if verification.status != Status.VERIFIED or verification.decision is None:
        return None
    return {
        "name": display.get("name"),
        "id_number": display.get("id_number"),
        **(_enterprise(verification, display) if verification.type == "enterprise" else {}),
        "verified_at": rfc3339(verification.decided_at),
        "assurance": verification.decision["assurance"],
    }


def _enterprise(verification: Verification, display: Mapping[str, str]) -> dict[str, Any]:
    """Name and code are public and not masked."""
    return {
        "enterprise_name": display.get("enterprise_name"),
        "credit_code": display.get("credit_code"),
        "organization_code": display.get("organization_code"),
        "representative_role": progress.role(verification),
    }


def _alternatives(verification: Verification) -> list[str]:
    return progress.alternatives(verification) if verification.status == Status.PENDING else []
