from datetime import datetime, timedelta
from typing import Any

import pytest

from providers.base import Capability, Misconfigured, Outcome, Refused, Result, Throttled, Unavailable, Unknown
from providers.testing.scenarios import Mocked, Reply
from providers.testing.scenarios_tencent import compared, error, result, sent, tencent
from tests.providers.answers import CARD, CHECKS, EVENING, FACE, IDENTITY, MIDNIGHT, SMS, Expected, summary, told

MATCH = (Result.MATCH, None, True)
CARD_MISMATCH = (Result.MISMATCH, "bank_card_mismatch", True)
UNUSABLE_CARD = (Result.INCONCLUSIVE, "bank_card_unsupported", True)
UNUSABLE_IMAGE = (Result.INCONCLUSIVE, "image_unusable", False)

IDENTITY_RESULTS: dict[str, Expected] = {
    "0": MATCH,
    "-1": (Result.MISMATCH, "identity_mismatch", True),
    "-2": Refused,
    "-3": Refused,
    "-4": Unavailable,
    "-5": (Result.NOT_FOUND, "no_record", None),
    "-6": Unavailable,
    "-7": Throttled,
}

CARD_RESULTS: dict[str, Expected] = {
    "0": MATCH,
    "-1": CARD_MISMATCH,
    "-2": Refused,
    "-3": Refused,
    "-4": Refused,
    "-5": Refused,
    "-6": CARD_MISMATCH,
    "-7": UNUSABLE_CARD,
    "-8": UNUSABLE_CARD,
    "-9": CARD_MISMATCH,
    "-10": CARD_MISMATCH,
    "-11": UNUSABLE_CARD,
    "-12": UNUSABLE_CARD,
    "-13": UNUSABLE_CARD,
    "-14": UNUSABLE_CARD,
    "-15": UNUSABLE_CARD,
    "-16": UNUSABLE_CARD,
    "-17": UNUSABLE_CARD,
    "-18": Unavailable,
    "-19": Throttled,
    "-20": (Result.INCONCLUSIVE, None, False),
    "-21": CARD_MISMATCH,
    "-22": (Result.INCONCLUSIVE, None, None),
}

#: under FailedOperation
FACE_FAILURES: dict[str, Expected] = {
    "CompareLowSimilarity": (Result.MISMATCH, "face_mismatch", True),
    "IdNameMisMatch": (Result.MISMATCH, "identity_mismatch", True),
    "IdNoExistSystem": (Result.NOT_FOUND, "no_record", None),
    "IdPhotoNoExist": (Result.NOT_FOUND, "no_photo", None),
    "IdPhotoPoorQuality": (Result.INCONCLUSIVE, "no_photo", False),
    "LifePhotoDetectFaces": UNUSABLE_IMAGE,
    "LifePhotoDetectNoFaces": UNUSABLE_IMAGE,
    "LifePhotoPoorQuality": UNUSABLE_IMAGE,
    "LifePhotoSizeError": UNUSABLE_IMAGE,
    "CoveredFace": UNUSABLE_IMAGE,
    "IncompleteFace": UNUSABLE_IMAGE,
    "ImageDecodeFailed": UNUSABLE_IMAGE,
    "PoorImageQuality": UNUSABLE_IMAGE,
    "LifePhotoDetectFake": (Result.MISMATCH, "liveness_failed", False),
    "CompareFail": UNUSABLE_IMAGE,
    "IdFormatError": Refused,
    "NameFormatError": Refused,
    "IdentityAuthLimitExceeded": Throttled,
    "CompareLibServiceUnavailable": Unavailable,
    "IdPhotoSystemNoanswer": Unavailable,
    "CompareSystemError": Unavailable,
    "DetectEngineSystemError": Unavailable,
    "UnKnown": Unavailable,
    "DecryptSystemError": Misconfigured,
    "StsUnAuthErrError": Misconfigured,
    "NobodyHasHeardOf": (Result.INCONCLUSIVE, None, None),
}

#: of any action
ERRORS: dict[str, Expected] = {
    "RequestLimitExceeded": Throttled,
    "RequestLimitExceeded.IPLimitExceeded": Throttled,
    "RequestLimitExceeded.UinLimitExceeded": Throttled,
    "FailedOperation.RequestLimitExceeded": Throttled,
    "ServiceUnavailable": Unavailable,
    "ResourceUnavailable": Unavailable,
    "AuthFailure.SignatureExpire": Unavailable,
    "AuthFailure.SecretIdNotFound": Misconfigured,
    "AuthFailure.SignatureFailure": Misconfigured,
    "AuthFailure.InvalidSecretId": Misconfigured,
    "AuthFailure.TokenFailure": Misconfigured,
    "AuthFailure.UnauthorizedOperation": Misconfigured,
    "AuthFailure.MFAFailure": Misconfigured,
    "AuthFailure.InvalidAuthorization": Misconfigured,
    "UnauthorizedOperation": Misconfigured,
    "UnauthorizedOperation.Arrears": Misconfigured,
    "UnauthorizedOperation.Nonactivated": Misconfigured,
    "UnauthorizedOperation.NonAuthorize": Misconfigured,
    "UnauthorizedOperation.ChargeStatusException": Misconfigured,
    "IpNotInWhitelist": Misconfigured,
    "IpInBlacklist": Misconfigured,
    "InvalidParameter": Refused,
    "InvalidParameter.UnsupportEncryptField": Refused,
    "InvalidParameterValue": Refused,
    "MissingParameter": Refused,
    "UnknownParameter": Refused,
    "InvalidAction": Refused,
    "NoSuchVersion": Refused,
    "NoSuchProduct": Refused,
    "UnsupportedRegion": Refused,
    "UnsupportedProtocol": Refused,
    "UnsupportedOperation": Refused,
    "RequestSizeLimitExceeded": Refused,
    "ActionOffline": Refused,
}

SMS_CODES: dict[str, Expected] = {
    "Ok": (Result.ACCEPTED, None, True),
    "FailedOperation.PhoneNumberInBlacklist": (Result.INCONCLUSIVE, None, False),
    "InvalidParameterValue.IncorrectPhoneNumber": (Result.INCONCLUSIVE, None, False),
    "LimitExceeded.PhoneNumberThirtySecondLimit": Throttled,
    "LimitExceeded.PhoneNumberOneHourLimit": Throttled,
    "LimitExceeded.PhoneNumberDailyLimit": Throttled,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": Throttled,
    "LimitExceeded.DeliveryFrequencyLimit": Throttled,
    "LimitExceeded.AppDailyLimit": Throttled,
    "LimitExceeded.AppMainlandChinaDailyLimit": Throttled,
    "InternalError.Timeout": Unknown,
    "InternalError.SendAndRecvFail": Unknown,
    "InternalError.UnknownError": Unknown,
    "InternalError.OtherError": Unknown,
    "InternalError.RequestTimeException": Misconfigured,
    "FailedOperation.SignatureIncorrectOrUnapproved": Misconfigured,
    "FailedOperation.TemplateIncorrectOrUnapproved": Misconfigured,
    "FailedOperation.TemplateUnapprovedOrNotExist": Misconfigured,
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": Misconfigured,
    "FailedOperation.InsufficientBalanceInSmsPackage": Misconfigured,
    "FailedOperation.ContainSensitiveWord": Misconfigured,
    "FailedOperation.FailResolvePacket": Refused,
    "FailedOperation.JsonParseFail": Refused,
    "InvalidParameterValue.SdkAppIdNotExist": Misconfigured,
    "InvalidParameterValue.TemplateParameterFormatError": Misconfigured,
    "InvalidParameterValue.TemplateParameterLengthLimit": Misconfigured,
    "InvalidParameterValue.ContentLengthLimit": Misconfigured,
}


@pytest.fixture
def vendor(realname_responses: Any) -> Mocked:
    return tencent(realname_responses, clock=lambda: EVENING)


@pytest.mark.parametrize(("code", "expected"), IDENTITY_RESULTS.items())
def test_name_and_number_come_to(vendor: Mocked, code: str, expected: Expected) -> None:
    assert summary(told(vendor, IDENTITY, result(code))) == expected


@pytest.mark.parametrize(("code", "expected"), CARD_RESULTS.items())
def test_a_bank_card_comes_to(vendor: Mocked, code: str, expected: Expected) -> None:
    assert summary(told(vendor, CARD, result(code))) == expected


@pytest.mark.parametrize("channel", [error, lambda code: compared(code, 26.04)], ids=["error", "result"])
@pytest.mark.parametrize(("code", "expected"), FACE_FAILURES.items())
def test_a_face_that_fails_comes_to_the_same_by_either_channel(
    vendor: Mocked, channel: Any, code: str, expected: Expected
) -> None:
    assert summary(told(vendor, FACE, channel(f"FailedOperation.{code}"))) == expected


@pytest.mark.parametrize("capability", [*CHECKS, SMS])
@pytest.mark.parametrize(("code", "expected"), ERRORS.items())
def test_an_error_of_any_call_comes_to(vendor: Mocked, capability: Capability, code: str, expected: Expected) -> None:
    assert summary(told(vendor, capability, error(code))) == expected


@pytest.mark.parametrize("code", ["InternalError", "InternalError.Whatever", "FailedOperation.UnKnown"])
def test_trouble_inside_the_vendor_leaves_a_check_undone_and_a_message_unknown(vendor: Mocked, code: str) -> None:
    assert {summary(told(vendor, check, error(code))) for check in CHECKS} == {Unavailable}
    assert summary(told(vendor, SMS, error(code))) is Unknown


@pytest.mark.parametrize("channel", [error, sent])
@pytest.mark.parametrize(("code", "expected"), [item for item in SMS_CODES.items() if item[0] != "Ok"])
def test_a_message_that_fails_comes_to_the_same_by_either_channel(
    vendor: Mocked, channel: Any, code: str, expected: Expected
) -> None:
    assert summary(told(vendor, SMS, channel(code))) == expected


def test_a_message_taken_is_accepted_under_its_serial_number(vendor: Mocked) -> None:
    assert told(vendor, SMS, sent("Ok")) == Outcome(
        Result.ACCEPTED, None, "Ok", "5000:1045710669157053657849499619", billed=True
    )


def test_an_outcome_keeps_the_vendors_code_and_request(vendor: Mocked) -> None:
    found = told(vendor, FACE, compared("FailedOperation.CompareLowSimilarity", 26.04))
    assert found.vendor_code == "FailedOperation.CompareLowSimilarity"
    assert found.vendor_reference == "f904f4cf-75db-4f8f-a5ec-dc4f942c7f7a"


@pytest.mark.parametrize(("similarity", "matches"), [(69.99, False), (70, True), (70.0, True), (100, True)])
def test_a_face_matches_from_seventy_on(vendor: Mocked, similarity: float, matches: bool) -> None:
    assert (summary(told(vendor, FACE, compared("Success", similarity))) == MATCH) is matches


@pytest.mark.parametrize("similarity", [None, "", "95.51", [], float("nan"), 0])
def test_a_success_without_similarity_is_inconclusive(vendor: Mocked, similarity: Any) -> None:
    found = told(vendor, FACE, result("Success", Sim=similarity))
    assert (found.result, found.vendor_code) == (Result.INCONCLUSIVE, "Success.Sim")


@pytest.mark.parametrize(("capability", "code"), [(IDENTITY, "0"), (FACE, "Success"), (CARD, "0"), (SMS, "Ok")])
def test_an_error_never_passes_whatever_its_code(vendor: Mocked, capability: Capability, code: str) -> None:
    assert summary(told(vendor, capability, error(code))) is Unknown


def test_refused_credentials_are_told_with_the_provider(vendor: Mocked) -> None:
    found = told(vendor, IDENTITY, error("AuthFailure.SecretIdNotFound"))
    assert "provider tencent" in str(found)
    assert "AuthFailure.SecretIdNotFound" in str(found)


MALFORMED = [
    {},
    {"Response": None},
    {"Response": []},
    {"Response": "Success"},
    {"Response": {}},
    {"Response": {"Error": "no object"}},
    {"Response": {"Error": {}}},
    {"Response": {"Error": {"Code": "a sentence, not a code"}}},
    {"Response": {"Result": None}},
    {"Response": {"Result": True}},
    {"Response": {"Result": {}}},
    {"Response": {"Result": "认证通过"}},
    {"Response": {"SendStatusSet": []}},
    {"Response": {"SendStatusSet": [{}]}},
    {"Response": {"SendStatusSet": ["Ok"]}},
    {"Response": {"SendStatusSet": [{"Code": "Ok"}, {"Code": "Ok"}]}},
    {"Response": {"Code": "Ok"}},
    "",
    "[]",
    '{"Response": {"Result": "0"',
]


@pytest.mark.parametrize("body", MALFORMED, ids=repr)
@pytest.mark.parametrize("capability", [*CHECKS, SMS])
def test_an_answer_out_of_shape_is_unknown(vendor: Mocked, capability: Capability, body: Any) -> None:
    assert summary(told(vendor, capability, Reply(body))) is Unknown


@pytest.mark.parametrize(
    ("status", "expected"),
    [(302, Unavailable), (404, Unavailable), (429, Throttled), (500, Unknown), (503, Unavailable)],
)
def test_any_other_status_is_a_gateways_whatever_its_body(vendor: Mocked, status: int, expected: Expected) -> None:
    reply = Reply(result("0").body, status)
    assert summary(told(vendor, IDENTITY, reply)) is expected


LIMITS: list[tuple[Capability, Reply, datetime | None]] = [
    (IDENTITY, result("-7"), MIDNIGHT),
    (FACE, error("FailedOperation.IdentityAuthLimitExceeded"), MIDNIGHT),
    (CARD, result("-19"), MIDNIGHT),
    (SMS, sent("LimitExceeded.PhoneNumberThirtySecondLimit"), EVENING + timedelta(seconds=30)),
    (SMS, sent("LimitExceeded.PhoneNumberOneHourLimit"), EVENING + timedelta(hours=1)),
    (SMS, sent("LimitExceeded.PhoneNumberDailyLimit"), MIDNIGHT),
    (SMS, sent("LimitExceeded.DeliveryFrequencyLimit"), None),
    (IDENTITY, error("RequestLimitExceeded"), None),
]


@pytest.mark.parametrize(("capability", "reply", "until"), LIMITS)
def test_a_limit_ends(vendor: Mocked, capability: Capability, reply: Reply, until: datetime | None) -> None:
    assert told(vendor, capability, reply).until == until
