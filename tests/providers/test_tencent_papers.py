import json
from base64 import b64decode
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from providers.base import Capability, IdCardPhoto, IdCardReading, Misconfigured, Refused, Result, Side, Unavailable
from providers.testing.conformance import answer_to
from providers.testing.enterprises import enterprise
from providers.testing.examples import FACE, request_for
from providers.testing.identities import adult
from providers.testing.scenarios import Mocked, Reply
from providers.testing.scenarios_tencent import answer, card, error, license_, registered, tencent
from tests.providers.answers import EVENING, ID_CARD, LICENSE, REFERENCE, REGISTRY, Expected, summary, told

UNREADABLE = {
    ID_CARD: (Result.INCONCLUSIVE, "id_card_unreadable", False),
    LICENSE: (Result.INCONCLUSIVE, None, False),
}

IMAGES = [
    "FailedOperation.ImageDecodeFailed",
    "FailedOperation.OcrFailed",
    "FailedOperation.NoBizLicense",
    "FailedOperation.ImageNoIdCard",
    "FailedOperation.ImageBlur",
    "FailedOperation.IdCardTooSmall",
    "FailedOperation.IdCardInfoIllegal",
    "FailedOperation.MultiCardError",
    "FailedOperation.EmptyImageError",
    "FailedOperation.ImageSizeTooLarge",
    "LimitExceeded.TooLargeFileError",
]

ERRORS: dict[str, Expected] = {
    "FailedOperation.UnKnowError": Unavailable,
    "FailedOperation.EngineRecognizeTimeout": Unavailable,
    "FailedOperation.DownLoadError": Unavailable,
    "FailedOperation.InternalError": Unavailable,
    "FailedOperation.UnOpenError": Misconfigured,
    "ResourceUnavailable.InArrears": Misconfigured,
    "ResourceUnavailable.ResourcePackageRunOut": Misconfigured,
    "ResourcesSoldOut.ChargeStatusException": Misconfigured,
    "InvalidParameter.ConfigFormatError": Refused,
    "InvalidParameterValue.InvalidParameterValueLimit": Refused,
    "FailedOperation.NobodyHasHeardOf": (Result.INCONCLUSIVE, None, None),
}


@pytest.fixture
def vendor(realname_responses: Any) -> Mocked:
    return tencent(realname_responses, clock=lambda: EVENING)


def sent(vendor: Mocked) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(vendor.received[-1].body)
    return found


def back(vendor: Mocked, reply: Reply) -> Any:
    vendor.answer(ID_CARD, reply)
    return answer_to(vendor.provider, IdCardReading(Side.BACK, IdCardPhoto(FACE)), REFERENCE)


def test_a_card_is_read_as_it_is_printed_and_no_portrait_is_asked_for(vendor: Mocked) -> None:
    found = told(vendor, ID_CARD, card())
    asked = sent(vendor)
    assert b64decode(asked.pop("ImageBase64")) == FACE
    config = json.loads(asked.pop("Config"))
    assert asked == {"CardSide": "FRONT", "EnableRecognitionRectify": False}
    assert "CropPortrait" not in config
    assert all(config.values())
    assert (found.reading.name, found.reading.id_number) == (adult(1).name, adult(1).id_number)


@pytest.mark.parametrize(("period", "until"), [("2018.08.12-2038.08.12", date(2038, 8, 12)), ("2018.08.12-长期", None)])
def test_the_back_of_a_card_tells_its_validity(vendor: Mocked, period: str, until: date | None) -> None:
    found = back(vendor, answer(Authority="某局", ValidDate=period))
    assert sent(vendor)["CardSide"] == "BACK"
    assert (found.result, found.reading.valid_from, found.reading.valid_until) == (
        Result.MATCH,
        date(2018, 8, 12),
        until,
    )


@pytest.mark.parametrize("warning", range(-9111, -9099))
def test_a_warning_asks_for_another_picture_and_is_kept(vendor: Mocked, warning: int) -> None:
    found = told(vendor, ID_CARD, card(AdvancedInfo=json.dumps({"WarnInfos": [warning]})))
    assert summary(found) == (Result.INCONCLUSIVE, "id_card_unreadable", True)
    assert (found.vendor_code, found.reading) == (f"Warn{warning}", None)


@pytest.mark.parametrize("info", [None, "", "{}", "[]", "null", "{", '{"WarnInfos": []}', '{"WarnInfos": null}'])
def test_no_warning_is_none(vendor: Mocked, info: Any) -> None:
    assert told(vendor, ID_CARD, card(AdvancedInfo=info)).result is Result.MATCH


@pytest.mark.parametrize("capability", [ID_CARD, LICENSE])
def test_a_paper_on_which_nothing_could_be_read_is_unreadable(vendor: Mocked, capability: Capability) -> None:
    assert told(vendor, capability, answer(Name="", IdNum="", RegNum="")).result is Result.INCONCLUSIVE


@pytest.mark.parametrize("capability", [ID_CARD, LICENSE])
@pytest.mark.parametrize("code", IMAGES)
def test_an_unusable_picture_is_unreadable(vendor: Mocked, capability: Capability, code: str) -> None:
    assert summary(told(vendor, capability, error(code))) == UNREADABLE[capability]


@pytest.mark.parametrize("capability", [ID_CARD, LICENSE, REGISTRY])
@pytest.mark.parametrize(("code", "expected"), ERRORS.items())
def test_an_error_comes_to(vendor: Mocked, capability: Capability, code: str, expected: Expected) -> None:
    assert summary(told(vendor, capability, error(code))) == expected


def test_the_other_side_of_a_card_is_told(vendor: Mocked) -> None:
    found = told(vendor, ID_CARD, error("FailedOperation.CardSideError"))
    assert summary(found) == (Result.MISMATCH, "id_card_wrong_side", False)


def test_a_licence_is_read(vendor: Mocked) -> None:
    found = told(vendor, LICENSE, license_()).license
    assert (found.enterprise_name, found.credit_code) == (enterprise(1).name, enterprise(1).credit_code)
    assert (found.legal_representative, found.valid_from, found.valid_until) == (adult(1).name, date(2020, 1, 1), None)


def test_a_licence_without_a_start_is_valid_since_it_was_set_up(vendor: Mocked) -> None:
    found = told(vendor, LICENSE, license_(Period="长期", SetDate="2019年03月04日")).license
    assert (found.valid_from, found.valid_until) == (date(2019, 3, 4), None)


@pytest.mark.parametrize("warning", [-9102, -9104, -9108])
def test_a_warning_leaves_a_licence_to_a_person(vendor: Mocked, warning: int) -> None:
    found = told(vendor, LICENSE, license_(RecognizeWarnCode=[warning]))
    assert (found.result, found.vendor_code) == (Result.INCONCLUSIVE, f"Warn{warning}")


REPRESENTATIVE = (Result.MISMATCH, "legal_representative_mismatch", True)

#: what disagrees → outcome
DIFFERS: dict[tuple[str, ...], Expected] = {
    ("IdNum",): REPRESENTATIVE,
    ("LrName",): REPRESENTATIVE,
    ("LrName", "IdNum"): REPRESENTATIVE,
    ("EntName",): (Result.MISMATCH, None, True),
    ("CreditCode",): (Result.MISMATCH, None, True),
    ("EntName", "IdNum"): (Result.MISMATCH, None, True),
    ("CreditCode", "EntName", "LrName", "IdNum"): (Result.NOT_FOUND, None, True),
    (): (Result.MISMATCH, None, True),
}


@pytest.mark.parametrize(("names", "expected"), DIFFERS.items())
def test_an_enterprise_that_differs_comes_to(vendor: Mocked, names: tuple[str, ...], expected: Expected) -> None:
    reply = registered(0, **{f"Is{name}Consistent": False for name in names})
    assert summary(told(vendor, REGISTRY, reply)) == expected


#: operating status → outcome of an enterprise that agrees
STATUS: dict[str, Expected] = {
    "1": (Result.MATCH, None, True),
    "2": (Result.INCONCLUSIVE, None, True),
    "3": (Result.MISMATCH, "enterprise_deregistered", True),
    "4": (Result.MISMATCH, "enterprise_revoked", True),
    "5": (Result.MISMATCH, "enterprise_deregistered", True),
    "6": (Result.MISMATCH, "enterprise_not_operating", True),
    "7": (Result.MISMATCH, "enterprise_deregistered", True),
    "0": (Result.INCONCLUSIVE, None, True),
    "/": (Result.INCONCLUSIVE, None, True),
    "-10002": (Result.INCONCLUSIVE, None, True),
}


@pytest.mark.parametrize(("status", "expected"), STATUS.items())
def test_an_enterprise_that_agrees_comes_to(vendor: Mocked, status: str, expected: Expected) -> None:
    assert summary(told(vendor, REGISTRY, registered(1, status))) == expected


def test_an_agreement_that_contradicts_itself_is_inconclusive(vendor: Mocked) -> None:
    assert told(vendor, REGISTRY, registered(1, IsEntNameConsistent=False)).result is Result.INCONCLUSIVE


@pytest.mark.parametrize(("code", "expected"), [(1, Unavailable), (2, (Result.NOT_FOUND, None, False))])
def test_a_register_without_an_answer_comes_to(vendor: Mocked, code: int, expected: Expected) -> None:
    assert summary(told(vendor, REGISTRY, answer(StatusCode=code))) == expected


def test_without_the_representatives_number_three_elements_are_compared(vendor: Mocked) -> None:
    asked: Any = request_for(REGISTRY)
    vendor.provider.call(asked, REFERENCE)
    assert sent(vendor).keys() == {"CreditCode", "EntName", "LrName", "IdNum"}
    vendor.provider.call(replace(asked, legal_representative_id_number=None), REFERENCE)
    assert sent(vendor) == {
        "CreditCode": asked.credit_code,
        "EntName": asked.enterprise_name,
        "LrName": asked.legal_representative_name,
        "VerifyType": "ENT_3META",
    }
    assert vendor.received[-1].headers["x-tc-action"] == "VerifyBizLicenseEnterprise3"
