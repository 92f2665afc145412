from datetime import datetime, timedelta
from typing import Any

import pytest

from providers.base import Capability, Misconfigured, Outcome, Refused, Result, Throttled, Unavailable, Unknown
from providers.testing.scenarios import Mocked, Reply
from providers.testing.scenarios_alibaba import alibaba, code, compared, found, refused
from tests.providers.answers import CARD, CHECKS, EVENING, FACE, IDENTITY, MIDNIGHT, SMS, Expected, summary, told

UNTOLD = (Result.INCONCLUSIVE, None, None)
CARD_MISMATCH = (Result.MISMATCH, "bank_card_mismatch", True)
UNUSABLE_CARD = (Result.INCONCLUSIVE, "bank_card_unsupported", True)

#: SubCode of ContrastFaceVerify that did not pass
COMPARED: dict[str, Expected] = {
    "201": (Result.MISMATCH, "identity_mismatch", True),
    "202": (Result.NOT_FOUND, "no_record", True),
    "203": (Result.NOT_FOUND, "no_photo", True),
    "204": (Result.MISMATCH, "face_mismatch", True),
    "205": (Result.MISMATCH, "liveness_failed", True),
    "206": (Result.INCONCLUSIVE, "risk_policy", True),
    "207": UNTOLD,
}

#: Code of ContrastFaceVerify
FACE_CODES: dict[str, Expected] = {
    "400": Refused,
    "401": Refused,
    "402": Misconfigured,
    "403": Unknown,
    "404": Misconfigured,
    "405": (Result.INCONCLUSIVE, "unsupported_person", None),
    "406": Refused,
    "410": Misconfigured,
    "411": Misconfigured,
    "412": Misconfigured,
    "414": (Result.INCONCLUSIVE, "device_unsupported", None),
    "415": (Result.INCONCLUSIVE, "device_unsupported", None),
    "416": (Result.INCONCLUSIVE, "device_unsupported", None),
    "417": (Result.NOT_FOUND, "no_record", None),
    "418": Throttled,
    "419": (Result.INCONCLUSIVE, "image_unusable", None),
    "420": Refused,
    "421": (Result.INCONCLUSIVE, "image_unusable", None),
    "422": Unavailable,
    "423": Refused,
    "424": Unknown,
    "427": Throttled,
    "500": Unavailable,
    "499": UNTOLD,
}

#: Code of the calls that compare elements
ELEMENT_CODES: dict[str, Expected] = {
    "400": Refused,
    "401": Refused,
    "402": Unavailable,
    "403": Throttled,
    "405": UNTOLD,
    "406": (Result.INCONCLUSIVE, "image_unusable", None),
    "410": Misconfigured,
    "411": Misconfigured,
    "412": Misconfigured,
    "500": Unavailable,
    "499": UNTOLD,
}

IDENTITY_BIZ_CODES: dict[str, Expected] = {
    "1": (Result.MATCH, None, None),
    "2": (Result.MISMATCH, "identity_mismatch", None),
    "3": (Result.NOT_FOUND, "no_record", None),
    "4": UNTOLD,
}

#: BizCode and SubCode of BankMetaVerify
CARD_CODES: dict[tuple[str, str], Expected] = {
    ("1", "101"): (Result.MATCH, None, True),
    ("2", "201"): CARD_MISMATCH,
    ("2", "202"): UNUSABLE_CARD,
    ("2", "203"): UNUSABLE_CARD,
    ("2", "204"): UNUSABLE_CARD,
    ("2", "205"): UNUSABLE_CARD,
    ("2", "206"): CARD_MISMATCH,
    ("2", "207"): CARD_MISMATCH,
    ("2", "208"): UNUSABLE_CARD,
    ("2", "209"): UNUSABLE_CARD,
    ("2", "210"): UNUSABLE_CARD,
    ("2", "211"): UNUSABLE_CARD,
    ("2", "212"): UNUSABLE_CARD,
    ("2", "213"): UNUSABLE_CARD,
    ("2", "214"): UNUSABLE_CARD,
    ("2", "215"): UNUSABLE_CARD,
    ("2", "216"): UNUSABLE_CARD,
    ("3", "301"): (Result.INCONCLUSIVE, "bank_card_unsupported", False),
    ("3", "302"): (Result.INCONCLUSIVE, "no_record", False),
    ("3", "303"): (Result.INCONCLUSIVE, "bank_card_unsupported", False),
    ("3", "304"): (Result.MISMATCH, "bank_card_mismatch", False),
    ("3", "305"): (Result.INCONCLUSIVE, "no_record", False),
    ("3", "306"): Throttled,
    ("2", "299"): (Result.INCONCLUSIVE, None, True),
    # a pass that is none
    ("2", "101"): (Result.INCONCLUSIVE, None, True),
    ("3", "101"): (Result.NOT_FOUND, "no_record", False),
}

SMS_CODES: dict[str, Expected] = {
    "isv.BUSINESS_LIMIT_CONTROL": Throttled,
    "isv.DAY_LIMIT_CONTROL": Misconfigured,
    "isv.MONTH_LIMIT_CONTROL": Misconfigured,
    "isv.MOBILE_NUMBER_ILLEGAL": UNTOLD,
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": UNTOLD,
    "isv.BLACK_KEY_CONTROL_LIMIT": UNTOLD,
    "isp.SYSTEM_ERROR": Unknown,
    "isv.OUT_OF_SERVICE": Misconfigured,
    "isv.AMOUNT_NOT_ENOUGH": Misconfigured,
    "isv.PRODUCT_UN_SUBSCRIPT": Misconfigured,
    "isv.PRODUCT_UNSUBSCRIBE": Misconfigured,
    "isv.ACCOUNT_NOT_EXISTS": Misconfigured,
    "isv.ACCOUNT_ABNORMAL": Misconfigured,
    "isp.RAM_PERMISSION_DENY": Misconfigured,
    "isv.DENY_IP_RANGE": Misconfigured,
    "isv.SMS_SIGN_ILLEGAL": Misconfigured,
    "isv.SIGN_STATE_ILLEGAL": Misconfigured,
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": Misconfigured,
    "isv.SMS_SIGNATURE_ILLEGAL": Misconfigured,
    "isv.SMS_TEMPLATE_ILLEGAL": Misconfigured,
    "isv.SMS_CONTENT_ILLEGAL": Misconfigured,
    "isv.TEMPLATE_MISSING_PARAMETERS": Misconfigured,
    "isv.TEMPLATE_PARAMS_ILLEGAL": Misconfigured,
    "isv.INVALID_PARAMETERS": Misconfigured,
    "isv.INVALID_JSON_PARAM": Misconfigured,
    "isv.PARAM_LENGTH_LIMIT": Misconfigured,
    "isv.EXTEND_CODE_ERROR": Misconfigured,
}

#: of the gateway: status and Code
GATEWAY: dict[tuple[int, str], Expected] = {
    (400, "Throttling"): Throttled,
    (400, "Throttling.User"): Throttled,
    (429, "Throttling.Api"): Throttled,
    (503, "ServiceUnavailable"): Unavailable,
    (400, "InvalidTimeStamp.Expired"): Misconfigured,
    (400, "InvalidTimeStamp.Format"): Misconfigured,
    (400, "SignatureDoesNotMatch"): Misconfigured,
    (400, "IncompleteSignature"): Misconfigured,
    (404, "InvalidAccessKeyId.NotFound"): Misconfigured,
    (400, "InvalidAccessKeyId.Inactive"): Misconfigured,
    (400, "InvalidSecurityToken.Expired"): Misconfigured,
    (400, "MissingSecurityToken"): Misconfigured,
    (403, "Forbidden"): Misconfigured,
    (403, "Forbidden.RAM"): Misconfigured,
    (403, "NoPermission"): Misconfigured,
    (400, "InsufficientBalance"): Misconfigured,
    (400, "MissingUserName"): Refused,
    (400, "InvalidMobile"): Refused,
    (404, "InvalidApi.NotFound"): Refused,
    (400, "InvalidVersion"): Refused,
    (405, "UnsupportedHTTPMethod"): Refused,
    (400, "InvalidProtocol.NeedSsl"): Refused,
    (400, "NobodyHasHeardOf"): Refused,
    (500, "NobodyHasHeardOf"): Unknown,
}


@pytest.fixture
def vendor(realname_responses: Any) -> Mocked:
    return alibaba(realname_responses, clock=lambda: EVENING)


@pytest.mark.parametrize(("sub_code", "expected"), COMPARED.items())
@pytest.mark.parametrize("passed", ["F", "T", None])
def test_a_face_that_is_not_200_comes_to(vendor: Mocked, sub_code: str, expected: Expected, passed: Any) -> None:
    assert summary(told(vendor, FACE, compared(sub_code, passed))) == expected


@pytest.mark.parametrize(("passed", "expected"), [("T", (Result.MATCH, None, True)), ("F", UNTOLD), (None, UNTOLD)])
def test_a_face_matches_only_when_it_also_passed(vendor: Mocked, passed: Any, expected: Expected) -> None:
    assert summary(told(vendor, FACE, compared("200", passed))) == expected


@pytest.mark.parametrize(("number", "expected"), FACE_CODES.items())
def test_a_face_without_a_verdict_comes_to(vendor: Mocked, number: str, expected: Expected) -> None:
    assert summary(told(vendor, FACE, code(number))) == expected


@pytest.mark.parametrize("capability", [IDENTITY, CARD])
@pytest.mark.parametrize(("number", "expected"), ELEMENT_CODES.items())
def test_elements_without_a_verdict_come_to(
    vendor: Mocked, capability: Capability, number: str, expected: Expected
) -> None:
    assert summary(told(vendor, capability, code(number))) == expected


@pytest.mark.parametrize(("number", "expected"), IDENTITY_BIZ_CODES.items())
@pytest.mark.parametrize("written", [str, int])
def test_name_and_number_come_to(vendor: Mocked, number: str, expected: Expected, written: Any) -> None:
    assert summary(told(vendor, IDENTITY, found(BizCode=written(number)))) == expected


@pytest.mark.parametrize(("number", "expected"), CARD_CODES.items())
def test_a_bank_card_comes_to(vendor: Mocked, number: tuple[str, str], expected: Expected) -> None:
    biz_code, sub_code = number
    assert summary(told(vendor, CARD, found(BizCode=biz_code, SubCode=sub_code))) == expected


@pytest.mark.parametrize(
    ("biz_code", "expected"),
    [
        ("1", (Result.INCONCLUSIVE, None, True)),
        ("2", (Result.INCONCLUSIVE, None, True)),
        ("3", (Result.NOT_FOUND, "no_record", False)),
    ],
)
def test_a_bank_card_without_a_sub_code_never_passes(vendor: Mocked, biz_code: str, expected: Expected) -> None:
    assert summary(told(vendor, CARD, found(BizCode=biz_code))) == expected


@pytest.mark.parametrize(("number", "expected"), SMS_CODES.items())
@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_message_that_fails_comes_to_the_same_under_any_status(
    vendor: Mocked, status: int, number: str, expected: Expected
) -> None:
    assert summary(told(vendor, SMS, refused(number, status))) == expected


def test_a_message_taken_is_accepted_under_its_receipt(vendor: Mocked) -> None:
    assert told(vendor, SMS, code("OK", BizId="900619746936498440^0")) == Outcome(
        Result.ACCEPTED, None, "OK", "900619746936498440^0"
    )


@pytest.mark.parametrize("capability", [*CHECKS, SMS])
@pytest.mark.parametrize(("answer", "expected"), GATEWAY.items())
def test_the_gateway_comes_to(
    vendor: Mocked, capability: Capability, answer: tuple[int, str], expected: Expected
) -> None:
    status, number = answer
    assert summary(told(vendor, capability, refused(number, status))) == expected


@pytest.mark.parametrize("number", ["InternalError", "SignatureNonceUsed"])
def test_trouble_inside_the_vendor_leaves_a_check_undone_and_a_message_unknown(vendor: Mocked, number: str) -> None:
    assert {summary(told(vendor, check, refused(number, 500))) for check in CHECKS} == {Unavailable}
    assert summary(told(vendor, SMS, refused(number, 500))) is Unknown


@pytest.mark.parametrize("number", ["1", "101", "200", "OK"])
@pytest.mark.parametrize("capability", [*CHECKS, SMS])
def test_a_code_alone_never_passes(vendor: Mocked, capability: Capability, number: str) -> None:
    for reply in (refused(number, 400), refused(number, 500)):
        assert not isinstance(told(vendor, capability, reply), Outcome)


@pytest.mark.parametrize("number", ["1", "101"])
@pytest.mark.parametrize("capability", CHECKS)
def test_a_verdicts_code_in_the_wrong_place_is_inconclusive(
    vendor: Mocked, capability: Capability, number: str
) -> None:
    assert summary(told(vendor, capability, code(number))) == UNTOLD


MALFORMED = [
    {},
    {"Code": None},
    {"Code": True},
    {"Code": "a sentence, not a code"},
    {"Code": "200"},
    {"Code": "200", "ResultObject": None},
    {"Code": "200", "ResultObject": "T"},
    {"Code": "200", "ResultObject": {}},
    {"Code": "200", "ResultObject": {"Passed": "T"}},
    {"Code": "200", "ResultObject": {"SubCode": None, "BizCode": {}}},
    {"ResultObject": {"BizCode": "1", "SubCode": "101", "Passed": "T"}},
    "",
    "[]",
    '{"Code": "200"',
]


@pytest.mark.parametrize("body", MALFORMED, ids=repr)
@pytest.mark.parametrize("capability", CHECKS)
def test_an_answer_out_of_shape_is_unknown(vendor: Mocked, capability: Capability, body: Any) -> None:
    assert summary(told(vendor, capability, Reply(body))) is Unknown


@pytest.mark.parametrize("body", [*MALFORMED[:4], *MALFORMED[-4:]], ids=repr)
def test_a_receipt_out_of_shape_is_unknown(vendor: Mocked, body: Any) -> None:
    assert summary(told(vendor, SMS, Reply(body))) is Unknown


@pytest.mark.parametrize(
    ("status", "expected"),
    [(302, Unavailable), (404, Unavailable), (429, Throttled), (500, Unknown)],
)
@pytest.mark.parametrize("body", ["<Error><Code>Throttling</Code></Error>", "{}"])
def test_a_status_without_a_code_is_a_gateways(vendor: Mocked, status: int, expected: Expected, body: str) -> None:
    assert summary(told(vendor, IDENTITY, Reply(body, status))) is expected


LIMITS: list[tuple[Capability, Reply, datetime | None]] = [
    (IDENTITY, code("403"), MIDNIGHT),
    (FACE, code("418"), MIDNIGHT),
    (FACE, code("427"), MIDNIGHT),
    (CARD, found(BizCode="3", SubCode="306"), MIDNIGHT),
    (SMS, code("isv.BUSINESS_LIMIT_CONTROL"), None),
    (IDENTITY, refused("Throttling.User"), None),
]


@pytest.mark.parametrize(("capability", "reply", "until"), LIMITS)
def test_a_limit_ends(vendor: Mocked, capability: Capability, reply: Reply, until: datetime | None) -> None:
    assert told(vendor, capability, reply).until == until


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [("1500", 1.5), ("0", 0), ("60000", 60), ("86400000", 60), ("-5", None), ("soon", None), ("", None), ("²", None)],
)
def test_a_gateway_may_say_how_long_to_wait(vendor: Mocked, wait: str, seconds: float | None) -> None:
    answer = told(vendor, IDENTITY, refused("Throttling.User", 400, **{"x-acs-retry-after": wait}))
    assert answer.until == (None if seconds is None else EVENING + timedelta(seconds=seconds))


def test_refused_credentials_are_told_with_the_provider(vendor: Mocked) -> None:
    answer = str(told(vendor, IDENTITY, refused("InvalidAccessKeyId.NotFound", 404)))
    assert "provider alibaba" in answer
    assert "InvalidAccessKeyId.NotFound" in answer
