from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from providers.base import Capability, IdCardPhoto, IdCardReading, Misconfigured, Refused, Result, Side, Unavailable
from providers.testing.conformance import answer_to, kind_of
from providers.testing.enterprises import enterprise
from providers.testing.examples import FACE, request_for
from providers.testing.identities import adult
from providers.testing.scenarios import Mocked, Reply
from providers.testing.scenarios_alibaba import (
    alibaba,
    card,
    card_back,
    code,
    license_,
    read,
    refused,
    registered,
)
from tests.providers.answers import EVENING, ID_CARD, LICENSE, REFERENCE, REGISTRY, Expected, summary, told

UNREADABLE = {
    ID_CARD: (Result.INCONCLUSIVE, "id_card_unreadable", None),
    LICENSE: (Result.INCONCLUSIVE, None, None),
}

#: (status, Code) of ocr-api; None: a picture that cannot be used
ERRORS: dict[tuple[int, str], Expected] = {
    (413, "exceededImageContent"): None,
    (415, "unsupportedImageFormat"): None,
    (416, "illegalImageSize"): None,
    (400, "unmatchedImageType"): None,
    (400, "UnmatchedImageType"): None,
    (400, "IllegalImageUrl"): Refused,
    (400, "notSafeImageUrl"): Refused,
    (400, "MissingImageUrl"): Refused,
    (400, "unsupportedEncodeImageUrl"): Refused,
    (400, "illegalSignature"): Misconfigured,
    (400, "invalidStsToken"): Misconfigured,
    (401, "noPermission"): Misconfigured,
    (401, "ocrServiceNotOpen"): Misconfigured,
    (401, "OcrServiceExpired"): Misconfigured,
    (503, "algorithmError"): Unavailable,
    (503, "ServiceUnavailable"): Unavailable,
    (400, "NobodyHasHeardOf"): Refused,
}


@pytest.fixture
def vendor(realname_responses: Any) -> Mocked:
    return alibaba(realname_responses, clock=lambda: EVENING)


def query_of(vendor: Mocked) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(vendor.received[-1].url).query))


def back(vendor: Mocked, reply: Reply) -> Any:
    vendor.answer(ID_CARD, reply)
    return answer_to(vendor.provider, IdCardReading(Side.BACK, IdCardPhoto(FACE)), REFERENCE)


def test_a_card_travels_as_its_bytes_and_no_portrait_is_asked_for(vendor: Mocked) -> None:
    found = told(vendor, ID_CARD, card())
    received = vendor.received[-1]
    assert (received.body, query_of(vendor)) == (FACE, {"OutputQualityInfo": "true"})
    assert received.headers["content-type"] == "application/octet-stream"
    assert received.headers["host"] == "ocr-api.cn-hangzhou.aliyuncs.com"
    assert (found.reading.name, found.reading.id_number) == (adult(1).name, adult(1).id_number)


@pytest.mark.parametrize(("end", "until"), [("2038.08.12", date(2038, 8, 12)), ("长期", None)])
def test_the_back_of_a_card_tells_its_validity(vendor: Mocked, end: str, until: date | None) -> None:
    found = back(vendor, card_back(f"2018.08.12-{end}"))
    assert (found.result, found.reading.valid_from, found.reading.valid_until) == (
        Result.MATCH,
        date(2018, 8, 12),
        until,
    )


def test_the_other_side_of_a_card_is_told(vendor: Mocked) -> None:
    wrong = (Result.MISMATCH, "id_card_wrong_side", None)
    assert summary(told(vendor, ID_CARD, card_back())) == wrong
    assert summary(back(vendor, card())) == wrong


@pytest.mark.parametrize("warning", [{"isCopy": 1}, {"isReshoot": 1}, {"isCopy": "1"}, {"tamperScore": 60.1}])
def test_a_warning_asks_for_another_picture(vendor: Mocked, warning: dict[str, Any]) -> None:
    found = told(vendor, ID_CARD, card(**warning))
    assert summary(found) == UNREADABLE[ID_CARD]
    assert found.vendor_code == f"Warn.{next(iter(warning))}"


@pytest.mark.parametrize("warning", [{"tamperScore": 60}, {"isReshoot": 0, "tamperScore": None}])
def test_no_warning_is_none(vendor: Mocked, warning: dict[str, Any]) -> None:
    assert told(vendor, ID_CARD, card(**warning)).result is Result.MATCH


@pytest.mark.parametrize("data", ["{", "[]", "null", "{}", '{"data": []}', '{"data": {"face": "x"}}'])
@pytest.mark.parametrize("capability", [ID_CARD, LICENSE])
def test_data_on_which_nothing_stands_is_unreadable(vendor: Mocked, capability: Capability, data: str) -> None:
    found = told(vendor, capability, Reply({"RequestId": "r-1", "Data": data}))
    assert summary(found) == UNREADABLE[capability]


def test_a_code_beside_good_data_changes_nothing(vendor: Mocked) -> None:
    body: Any = card().body
    assert told(vendor, ID_CARD, Reply({**body, "Code": "noPermission"})).result is Result.MATCH


@pytest.mark.parametrize("capability", [ID_CARD, LICENSE])
@pytest.mark.parametrize(("said", "expected"), ERRORS.items())
@pytest.mark.parametrize("spelt", [str, str.lower, str.upper])
def test_an_error_comes_to(
    vendor: Mocked, capability: Capability, said: tuple[int, str], expected: Expected, spelt: Any
) -> None:
    found = told(vendor, capability, refused(spelt(said[1]), said[0]))
    assert summary(found) == (expected or UNREADABLE[capability])


def test_an_error_may_come_under_status_200(vendor: Mocked) -> None:
    assert kind_of(told(vendor, LICENSE, code("algorithmError"))) is Unavailable


def test_a_licence_is_read(vendor: Mocked) -> None:
    found = told(vendor, LICENSE, license_()).license
    assert (found.enterprise_name, found.credit_code) == (enterprise(1).name, enterprise(1).credit_code)
    assert (found.legal_representative, found.valid_from, found.valid_until) == (adult(1).name, date(2020, 1, 1), None)


def test_the_period_of_a_licence_may_stand_in_words(vendor: Mocked) -> None:
    words = {
        "validFromDate": "",
        "validToDate": "",
        "RegistrationDate": "2017年01月04日",
        "validPeriod": "至2037年01月03日",
    }
    found = told(vendor, LICENSE, license_(**words)).license
    assert (found.valid_from, found.valid_until) == (date(2017, 1, 4), date(2037, 1, 3))


def test_a_licence_without_name_and_code_is_unreadable(vendor: Mocked) -> None:
    assert told(vendor, LICENSE, read({"legalPerson": "张三"})).result is Result.INCONCLUSIVE


#: Status → outcome of an enterprise that agrees
STATUS: dict[str | None, Expected] = {
    "1": Result.MATCH,
    "2": Result.INCONCLUSIVE,
    "3": Result.MISMATCH,
    "4": Result.MISMATCH,
    "5": Result.MISMATCH,
    "6": Result.MISMATCH,
    "0": Result.INCONCLUSIVE,
    None: Result.INCONCLUSIVE,
}


@pytest.mark.parametrize(("status", "expected"), STATUS.items())
def test_an_enterprise_that_agrees_comes_to(vendor: Mocked, status: str | None, expected: Expected) -> None:
    assert told(vendor, REGISTRY, registered("1", Status=status)).result is expected


@pytest.mark.parametrize(
    ("detail", "reason"),
    [
        ("LegalPersonNameFlag", "legal_representative_mismatch"),
        ("LegalPersonNameFlag,LegalPersonCertNoFlag", "legal_representative_mismatch"),
        ("EntNameFlag, LegalPersonNameFlag", None),
        ("LicenseNoFlag", None),
        ("a sentence with a name in it", None),
        (None, None),
    ],
)
def test_an_enterprise_that_differs_comes_to(vendor: Mocked, detail: str | None, reason: str | None) -> None:
    found = told(vendor, REGISTRY, registered("2", ReasonDetail=detail))
    assert (found.result, found.reason) == (Result.MISMATCH, reason)
    assert " " not in found.vendor_code


def test_an_enterprise_without_a_record_is_not_found(vendor: Mocked) -> None:
    assert told(vendor, REGISTRY, registered("3")).result is Result.NOT_FOUND


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (refused("MissingParameter"), Refused),
        (refused("InvalidParameter", 401), Refused),
        (refused("Forbidden.AccountAccessDenied", 403), Misconfigured),
        (refused("Forbidden.RAMUserAccessDenied", 403), Misconfigured),
    ],
)
def test_a_register_that_refuses_comes_to(vendor: Mocked, said: Reply, expected: Expected) -> None:
    assert summary(told(vendor, REGISTRY, said)) is expected


def test_an_enterprise_is_asked_for_with_the_number_where_it_is_known(vendor: Mocked) -> None:
    asked: Any = request_for(REGISTRY)
    vendor.provider.call(asked, REFERENCE)
    order = REFERENCE.replace("-", "")
    full = query_of(vendor)
    assert full == {
        "SceneCode": "scene-of-nobody",
        "MerchantBizId": order,
        "MerchantUserId": order,
        "UserAuthorization": "1",
        "InfoVerifyType": "ENT_4META",
        "LicenseNo": asked.credit_code,
        "EntName": asked.enterprise_name,
        "LegalPersonName": asked.legal_representative_name,
        "LegalPersonCertNo": asked.legal_representative_id_number,
    }
    vendor.provider.call(replace(asked, legal_representative_id_number=None), REFERENCE)
    assert full.items() - query_of(vendor).items() == {
        ("InfoVerifyType", "ENT_4META"),
        ("LegalPersonCertNo", asked.legal_representative_id_number),
    }
