from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from providers.alibaba.liveness import MAX_META_INFO
from providers.base import (
    BadCallback,
    CallbackHint,
    Misconfigured,
    NotReceived,
    OpensIn,
    Refused,
    Result,
    Throttled,
    Unavailable,
    Unknown,
)
from providers.testing.conformance import answer_to, kind_of
from providers.testing.examples import request_for
from providers.testing.scenarios import Ask, Mocked, Reply
from providers.testing.scenarios_alibaba import CERTIFY_ID, alibaba, code, compared, erased, opened, refused
from tests.providers.answers import EVENING, LIVENESS, REFERENCE, Expected, summary, told, told_back

ORDER = REFERENCE.replace("-", "")


@pytest.fixture
def vendor(realname_responses: Any) -> Mocked:
    return alibaba(realname_responses, clock=lambda: EVENING)


def query_of(vendor: Mocked) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(vendor.received[-1].url).query))


def test_a_page_opens_in_any_browser_for_half_an_hour(vendor: Mocked) -> None:
    found = told(vendor, LIVENESS, opened())
    assert (found.result, found.vendor_reference) == (Result.ACCEPTED, CERTIFY_ID)
    assert found.page.opens_in is OpensIn.BROWSER
    assert found.page.expires_at == EVENING + timedelta(minutes=30)


def test_a_session_asks_for_no_video_and_gives_our_reference_as_the_token(vendor: Mocked) -> None:
    asked: Any = request_for(LIVENESS)
    vendor.provider.call(asked, REFERENCE)
    assert vendor.received[-1].body == b"Model=MOVE_ACTION"
    assert query_of(vendor) == {
        "SceneId": "1000000007",
        "OuterOrderNo": ORDER,
        "ProductCode": "ID_PRO",
        "CertType": "IDENTITY_CARD",
        "CertName": asked.name,
        "CertNo": asked.id_number,
        "ReturnUrl": asked.return_url,
        "MetaInfo": asked.meta_info,
        "CertifyUrlType": "H5",
        "VideoEvidence": "false",
        "CallbackUrl": asked.notify_url,
        "CallbackToken": ORDER,
    }


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:8080/v1/callbacks/x/y"])
def test_what_cannot_be_called_back_is_read_back_only(vendor: Mocked, url: str | None) -> None:
    asked: Any = request_for(LIVENESS)
    vendor.provider.call(replace(asked, notify_url=url), REFERENCE)
    assert not query_of(vendor).keys() & {"CallbackUrl", "CallbackToken"}


@pytest.mark.parametrize(
    "changed", [{"meta_info": None}, {"meta_info": "x" * (MAX_META_INFO + 1)}, {"return_url": None}]
)
def test_a_session_that_would_be_refused_is_not_asked_for(vendor: Mocked, changed: dict[str, Any]) -> None:
    asked: Any = request_for(LIVENESS)
    assert kind_of(answer_to(vendor.provider, replace(asked, **changed))) is Refused
    assert vendor.received == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("405", (Result.INCONCLUSIVE, "unsupported_person", None)),
        ("414", (Result.INCONCLUSIVE, "device_unsupported", None)),
        ("416", (Result.INCONCLUSIVE, "device_unsupported", None)),
        ("417", (Result.NOT_FOUND, "no_record", None)),
        ("418", Throttled),
        ("412", Misconfigured),
        ("500", Unavailable),
    ],
)
def test_a_page_that_is_refused_says_why(vendor: Mocked, number: str, expected: Expected) -> None:
    assert summary(told(vendor, LIVENESS, code(number))) == expected


@pytest.mark.parametrize("members", [{"CertifyUrl": "http://x"}, {"CertifyUrl": None}, {"CertifyId": None}])
def test_a_page_that_cannot_be_opened_is_none(vendor: Mocked, members: dict[str, Any]) -> None:
    assert summary(told(vendor, LIVENESS, opened(**members))) is Unknown


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (compared("200", "T"), (Result.MATCH, None, True)),
        (compared("200", "F"), (Result.INCONCLUSIVE, None, None)),
        (compared("201"), (Result.MISMATCH, "identity_mismatch", True)),
        (compared("202"), (Result.NOT_FOUND, "no_record", True)),
        (compared("203"), (Result.NOT_FOUND, "no_photo", True)),
        (compared("204"), (Result.MISMATCH, "face_mismatch", True)),
        (compared("205"), (Result.MISMATCH, "liveness_failed", True)),
        (compared("206"), (Result.INCONCLUSIVE, "risk_policy", True)),
        (compared("299"), (Result.INCONCLUSIVE, None, None)),
        (code("403"), Unknown),
        (code("424"), Unknown),
        (code("406"), NotReceived),
        (code("418"), Unknown),
        (code("500"), Unknown),
        (refused("Throttling.User"), Unknown),
        (Reply("busy", 503), Unknown),
    ],
)
def test_a_session_comes_to(vendor: Mocked, reply: Reply, expected: Expected) -> None:
    found = told_back(vendor, reply, CERTIFY_ID)
    assert summary(found) == expected
    assert query_of(vendor) == {"SceneId": "1000000007", "CertifyId": CERTIFY_ID}


def test_a_session_whose_id_was_lost_is_as_good_as_none(vendor: Mocked) -> None:
    assert summary(told_back(vendor, compared("200", "T"), theirs=None)) is NotReceived


def test_a_callback_is_a_hint_about_our_reference_and_says_nothing_of_the_verdict(vendor: Mocked) -> None:
    headers, body = vendor.notify(LIVENESS, REFERENCE, CERTIFY_ID)
    assert vendor.provider.callback(headers, body) == CallbackHint(LIVENESS, ORDER, CERTIFY_ID)


@pytest.mark.parametrize(
    "body",
    [
        b"certifyId=x&passed=200",
        b"callbackToken=x&passed=200",
        b"certifyId=x&callbackToken=a%20b",
        b"certifyId=%E5%BC%A0&callbackToken=x",
        b"certifyId=x&callbackToken=" + b"a" * 33,
        b"certifyId=x&callbackToken=x" + b"&a=b" * 20,
    ],
)
def test_a_callback_out_of_shape_is_refused(vendor: Mocked, body: bytes) -> None:
    with pytest.raises(BadCallback):
        vendor.provider.callback({}, body)


@pytest.mark.parametrize("reply", [erased("Y"), erased("N", "NOT_DELETE_REPEATEDLY")])
def test_what_the_vendor_holds_is_erased_once_and_may_be_gone(vendor: Mocked, reply: Reply) -> None:
    vendor.answer(LIVENESS, reply, Ask.ERASE)
    assert vendor.provider.erase(LIVENESS, REFERENCE, CERTIFY_ID).endswith("/130A2C10-B9EE-4D84-88E3-5384FF039795")
    assert query_of(vendor) == {"CertifyId": CERTIFY_ID, "DeleteAfterQuery": "Y"}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (erased("N", "NEED_QUERY_VERIFY_RESULT"), Unavailable),
        (erased("N", "NobodyHasHeardOf"), Unknown),
        (erased("N"), Unknown),
        (code("200"), Unknown),
        (code("406"), Refused),
        (Reply("busy", 503), Unavailable),
    ],
)
def test_an_erasure_that_was_not_confirmed_is_none(vendor: Mocked, reply: Reply, expected: type[Exception]) -> None:
    vendor.answer(LIVENESS, reply, Ask.ERASE)
    with pytest.raises(expected):
        vendor.provider.erase(LIVENESS, REFERENCE, CERTIFY_ID)


def test_an_erasure_needs_the_vendors_id(vendor: Mocked) -> None:
    with pytest.raises(Refused):
        vendor.provider.erase(LIVENESS, REFERENCE)
