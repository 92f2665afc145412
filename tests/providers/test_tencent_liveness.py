import json
from datetime import timedelta
from typing import Any

import pytest

from providers.base import Misconfigured, NotReceived, OpensIn, Refused, Result, Throttled, Unavailable, Unknown
from providers.testing.scenarios import Mocked, Reply
from providers.testing.scenarios_tencent import answer, error, opened, tencent
from providers.testing.scenarios_tencent import told as text
from tests.providers.answers import EVENING, LIVENESS, MIDNIGHT, REFERENCE, Expected, summary, told, told_back

EXPIRED = (Result.INCONCLUSIVE, "liveness_expired", None)
NOT_LIVE = (Result.INCONCLUSIVE, "liveness_failed", None)
UNUSABLE = (Result.INCONCLUSIVE, "image_unusable", None)
NO_PHOTO = (Result.NOT_FOUND, "no_photo", None)

#: ErrCode → what the session came to
ENDS: dict[int | None, Expected] = {
    0: (Result.MATCH, None, None),
    None: Unknown,
    17: Unknown,
    **dict.fromkeys((1, 2, 3, 203, 204, 2002, 2003), Refused),
    **dict.fromkeys((4, 8, 10, 12, 13, 1001, 1006, 2001, 2017, 201, 202, 1007, 1008), Unavailable),
    14: (Result.INCONCLUSIVE, None, None),
    15: EXPIRED,
    16: NOT_LIVE,
    301: (Result.MISMATCH, "identity_mismatch", None),
    302: (Result.INCONCLUSIVE, None, None),
    303: (Result.INCONCLUSIVE, None, None),
    1002: (Result.MISMATCH, "liveness_failed", True),
    **dict.fromkeys((1003, 1004, 1005), NOT_LIVE),
    **dict.fromkeys((1100, 1106, 1199, 1201, 1299, 2004, 2010, 2012, 2013, 2014), UNUSABLE),
    2005: (Result.NOT_FOUND, "no_record", None),
    2006: (Result.MISMATCH, "identity_mismatch", True),
    **dict.fromkeys((2007, 2008, 2009), NO_PHOTO),
    2011: (Result.MISMATCH, "liveness_failed", None),
    2015: (Result.MISMATCH, "face_mismatch", None),
    2016: (Result.MISMATCH, "face_mismatch", True),
    2018: Throttled,
    9999: (Result.INCONCLUSIVE, None, None),
}


@pytest.fixture
def vendor(realname_responses: Any) -> Mocked:
    return tencent(realname_responses, clock=lambda: EVENING)


def sent(vendor: Mocked) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(vendor.received[-1].body)
    return found


def test_a_page_opens_in_wechat_for_two_hours(vendor: Mocked) -> None:
    found = told(vendor, LIVENESS, opened(BizToken="token-1"))
    assert (found.result, found.vendor_reference, found.billed) == (Result.ACCEPTED, "token-1", False)
    assert found.page.opens_in is OpensIn.WECHAT
    assert found.page.expires_at == EVENING + timedelta(hours=2)


def test_a_session_is_tied_to_its_person_without_a_word_of_them(vendor: Mocked) -> None:
    told(vendor, LIVENESS, opened())
    asked = sent(vendor)
    assert asked["Extra"].startswith(f"{REFERENCE}/")
    assert asked.keys() == {"RuleId", "Name", "IdCard", "Extra", "RedirectUrl"}
    assert asked["IdCard"] not in asked["Extra"]


@pytest.mark.parametrize("members", [{"Url": "http://x"}, {"Url": None}, {"BizToken": None}, {"BizToken": ""}])
def test_a_page_that_cannot_be_opened_is_none(vendor: Mocked, members: dict[str, Any]) -> None:
    assert summary(told(vendor, LIVENESS, opened(**members))) is Unknown


def test_only_text_is_asked_back(vendor: Mocked) -> None:
    told_back(vendor, text(0))
    assert sent(vendor) == {"BizToken": REFERENCE, "RuleId": "1", "InfoType": "1"}


@pytest.mark.parametrize(("code", "expected"), ENDS.items())
def test_a_session_comes_to(vendor: Mocked, code: int | None, expected: Expected) -> None:
    members = {"LiveStatus": 9999} if code == 14 else {}
    assert summary(told_back(vendor, text(code, **members))) == expected


@pytest.mark.parametrize(
    "members",
    [
        {"Name": "别人"},
        {"IdCard": "110101190001010009"},
        {"Extra": "other"},
        {"Extra": None},
        {"CompareLibType": "业务方自有库"},
        {"CompareLibType": None},
        {"LiveStatus": 1},
        {"LiveStatus": None},
        {"Comparestatus": 1},
        {"Comparestatus": None},
    ],
)
def test_a_pass_that_is_not_one_in_every_respect_is_inconclusive(vendor: Mocked, members: dict[str, Any]) -> None:
    assert told_back(vendor, text(0, **members)).result is Result.INCONCLUSIVE


def test_a_session_completed_before_is_read_like_any_other(vendor: Mocked) -> None:
    assert told_back(vendor, text(14, LiveStatus=0, Comparestatus=0)).result is Result.MATCH
    found = told_back(vendor, text(14, LiveStatus=0, Comparestatus=2016))
    assert (found.result, found.reason) == (Result.MISMATCH, "face_mismatch")


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (2016, (Result.MISMATCH, "face_mismatch", True)),
        (1004, NOT_LIVE),
        (0, NOT_LIVE),
        (None, NOT_LIVE),
    ],
)
def test_a_session_out_of_tries_is_judged_by_the_last(vendor: Mocked, last: int | None, expected: Expected) -> None:
    assert summary(told_back(vendor, text(16, LivenessDetail=[{"Errcode": 2011}, {"Errcode": last}]))) == expected


def test_too_many_tries_end_at_midnight(vendor: Mocked) -> None:
    assert told_back(vendor, text(2018)).until == MIDNIGHT


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("InvalidParameterValue.BizTokenExpired", EXPIRED),
        ("InvalidParameterValue.BizTokenIllegal", NotReceived),
        ("InvalidParameterValue.RuleIdNotExist", Misconfigured),
        ("InvalidParameter", Refused),
        ("FailedOperation.UnKnown", Unknown),
        ("InternalError", Unknown),
        ("RequestLimitExceeded", Unknown),
        ("UnauthorizedOperation.Nonactivated", Misconfigured),
    ],
)
def test_trouble_with_the_question_says_nothing_of_the_session(vendor: Mocked, code: str, expected: Expected) -> None:
    assert summary(told_back(vendor, error(code))) == expected


@pytest.mark.parametrize("reply", [answer(), answer(Text=None), answer(Text=[]), Reply("", 503), Reply("busy", 429)])
def test_a_reading_without_a_verdict_leaves_the_session_open(vendor: Mocked, reply: Reply) -> None:
    assert summary(told_back(vendor, reply)) is Unknown


def test_a_session_whose_token_was_lost_is_as_good_as_none(vendor: Mocked) -> None:
    assert summary(told_back(vendor, text(0), theirs=None)) is NotReceived
    assert vendor.received == []


@pytest.mark.parametrize("code", ["RuleIdNotExist", "RuleIdDisabled"])
def test_a_rule_that_is_none_is_a_misconfiguration(vendor: Mocked, code: str) -> None:
    assert summary(told(vendor, LIVENESS, error(f"InvalidParameterValue.{code}"))) is Misconfigured
