"""Alibaba Cloud's answers by scenario. Their texts quote the request, as real ones do: nothing may keep them."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import responses

from providers.alibaba import Alibaba
from providers.base import Capability, Told
from providers.testing.printed import PRINTED, Printed
from providers.testing.scenarios import (
    NUMBER,
    QUOTED,
    Ask,
    Channel,
    Mocked,
    Received,
    Replies,
    Reply,
    Scenario,
    Script,
    mocked,
)

HOSTS = r"cloudauth(?:\.cn-[a-z]+)?\.aliyuncs\.com|(?:dysmsapi|ocr-api\.cn-hangzhou)\.aliyuncs\.com"

NOTICE_TEMPLATE = "SMS_15306000"

#: nobody's
SETTINGS: Mapping[str, Any] = {
    "access_key_id": "LTAIEXAMPLE",
    "access_key_secret": "EXAMPLE-key-secret-of-nobody",
    "scene_id": 1000000006,
    "liveness": {"scene_id": 1000000007},
    "enterprise_scene": "scene-of-nobody",
    "sms": {
        "templates": {
            "zh-CN": {"sign": "示例云", "template": "SMS_15305000"},
            "en": {"sign": "示例云", "template": "SMS_15305001", "parameters": {"code": "{code}", "minutes": "10"}},
        },
        "notices": {
            told.value: {
                "zh-CN": {"sign": "示例云", "template": NOTICE_TEMPLATE, "parameters": {"app": "{application}"}}
            }
            for told in Told
        },
    },
}

REQUEST_ID = "130A2C10-B9EE-4D84-88E3-5384FF039795"

CERTIFY_ID = "91707dc296d469ad38e4c5efa6a0f24b"

ACTIONS: Mapping[str, Channel] = {
    "Id2MetaVerify": (Ask.CALL, Capability.IDENTITY),
    "ContrastFaceVerify": (Ask.CALL, Capability.FACE),
    "BankMetaVerify": (Ask.CALL, Capability.BANK_CARD),
    "SendSms": (Ask.CALL, Capability.SMS),
    "RecognizeIdcard": (Ask.CALL, Capability.ID_CARD),
    "RecognizeBusinessLicense": (Ask.CALL, Capability.LICENSE),
    "EntElementVerifyV2": (Ask.CALL, Capability.REGISTRY),
    "InitFaceVerify": (Ask.CALL, Capability.LIVENESS),
    "DescribeFaceVerify": (Ask.READ_BACK, Capability.LIVENESS),
    "DeleteFaceVerifyResult": (Ask.ERASE, Capability.LIVENESS),
}


def code(code: str, **members: Any) -> Reply:
    """An answer of a product, which is 200 to HTTP be it good or bad."""
    return Reply({"Code": code, "Message": QUOTED, "RequestId": REQUEST_ID, **members})


def refused(code: str, status: int = 400, **headers: str) -> Reply:
    """An answer of the gateway."""
    body = {
        "Code": code,
        "Message": QUOTED,
        "RequestId": REQUEST_ID,
        "HostId": "cloudauth.aliyuncs.com",
        "Recommend": "",
    }
    return Reply(body, status, headers)


def found(**members: Any) -> Reply:
    return code("200", ResultObject=members)


def compared(sub_code: str, passed: str = "F") -> Reply:
    return found(
        CertifyId=CERTIFY_ID,
        SubCode=sub_code,
        Passed=passed,
        IdentityInfo="null",
        MaterialInfo='{"faceAttack": "F","facialPictureFront": {"qualityScore": 88.36,"verifyScore": 50.28}}',
    )


def read(data: Mapping[str, Any]) -> Reply:
    """What ocr-api read: JSON in a string."""
    return Reply({"RequestId": REQUEST_ID, "Data": json.dumps({"data": data, "ftype": 0}, ensure_ascii=False)})


def front(printed: Printed, **warnings: Any) -> Mapping[str, Any]:
    data = {"name": printed.name, "idNumber": printed.id_number}
    return {"face": {"data": data, "warning": {"isCopy": 0, **warnings}}}


def back(period: str) -> Mapping[str, Any]:
    return {"back": {"data": {"issueAuthority": "某局", "validPeriod": period}, "warning": {}}}


def card(**warnings: Any) -> Reply:
    """The front."""
    return read(front(PRINTED, **warnings))


def card_back(period: str = PRINTED.valid) -> Reply:
    return read(back(period))


def both_sides(received: Received) -> Any:
    """In one picture: this vendor is not told which side it is given, and a double cannot see it."""
    printed = received.printed
    return read({**front(printed), **back(printed.valid)}).body


def license_(printed: Printed = PRINTED, **members: Any) -> Reply:
    data = {
        "creditCode": printed.credit_code,
        "companyName": printed.enterprise_name,
        "legalPerson": printed.legal_representative,
        "validFromDate": "20200101",
        "validToDate": "29991231",
    }
    return read({**data, **members})


def read_license(received: Received) -> Any:
    return license_(received.printed).body


def registered(biz_code: str, **members: Any) -> Reply:
    return code("Success", Result={"BizCode": biz_code, **members})


def opened(**members: Any) -> Reply:
    return found(**{"CertifyId": CERTIFY_ID, "CertifyUrl": "https://t.aliyun.com/AbCdEf", **members})


def erased(result: str, reason: str | None = None) -> Reply:
    return found(CertifyId=CERTIFY_ID, DeleteResult=result, FailReason=reason)


COMMON = {
    # made up; a real one would be listed
    Scenario.UNLISTED: code("9999"),
    Scenario.BAD_CREDENTIALS: refused("InvalidAccessKeyId.NotFound", 404),
    Scenario.BAD_SIGNATURE: refused("SignatureDoesNotMatch"),
}

LIMIT = refused("Throttling.User")

SMS = {
    **COMMON,
    Scenario.MATCH: code("OK", BizId="900619746936498440^0"),
    Scenario.THROTTLED: code("isv.BUSINESS_LIMIT_CONTROL"),
    Scenario.UNLISTED: code("isv.NOBODY_HAS_HEARD_OF"),
}

REPLIES: Replies = {
    Capability.IDENTITY: {
        **COMMON,
        Scenario.MATCH: found(BizCode="1"),
        Scenario.MISMATCH: found(BizCode="2"),
        Scenario.NO_RECORD: found(BizCode="3"),
        Scenario.THROTTLED: code("403"),
    },
    Capability.FACE: {
        **COMMON,
        Scenario.MATCH: compared("200", "T"),
        Scenario.MISMATCH: compared("204"),
        Scenario.NO_RECORD: code("417"),
        Scenario.THROTTLED: code("418"),
    },
    Capability.BANK_CARD: {
        **COMMON,
        Scenario.MATCH: found(BizCode="1", SubCode="101"),
        Scenario.MISMATCH: found(BizCode="2", SubCode="201"),
        # which SubCode comes with "no record" is not told; 302 is taken for one
        Scenario.NO_RECORD: found(BizCode="3", SubCode="302"),
        Scenario.THROTTLED: found(BizCode="3", SubCode="306"),
    },
    Capability.SMS: SMS,
    Capability.NOTICE: SMS,
    Capability.ID_CARD: {
        **COMMON,
        Scenario.MATCH: Reply(both_sides),
        Scenario.MISMATCH: card_back(),
        Scenario.THROTTLED: LIMIT,
    },
    Capability.LICENSE: {
        **COMMON,
        Scenario.MATCH: Reply(read_license),
        Scenario.THROTTLED: LIMIT,
    },
    Capability.REGISTRY: {
        **COMMON,
        Scenario.MATCH: registered("1", Status="1"),
        Scenario.MISMATCH: registered("2", Status="1", ReasonDetail="LegalPersonCertNoFlag"),
        Scenario.NO_RECORD: registered("3"),
        Scenario.THROTTLED: LIMIT,
    },
    Capability.LIVENESS: {
        **COMMON,
        Scenario.MATCH: opened(),
        Scenario.THROTTLED: LIMIT,
        Scenario.LATE_CALLBACK: opened(),
    },
}

READINGS: Replies = {
    Capability.LIVENESS: {
        Scenario.MATCH: compared("200", "T"),
        Scenario.MISMATCH: compared("204"),
        Scenario.NO_RECORD: compared("202"),
        Scenario.LATE_CALLBACK: code("403"),
        Scenario.UNLISTED: compared("299"),
    },
}

ERASURES: Replies = {
    Capability.LIVENESS: {Scenario.MATCH: erased("Y"), Scenario.NO_RECORD: erased("N", "NOT_DELETE_REPEATEDLY")},
}


def notice(ours: str, theirs: str) -> tuple[Mapping[str, str], bytes]:
    """A callback as it comes: unsigned, all in the query."""
    token = ours.replace("-", "")[:32]
    return {}, urlencode({"certifyId": theirs, "passed": "200", "callbackToken": token}).encode()


def channel_of(received: Received) -> Channel:
    """Codes and results are sent by one action and told apart by their templates."""
    ask, capability = ACTIONS[received.headers["x-acs-action"]]
    is_notice = capability is Capability.SMS and f"TemplateCode={NOTICE_TEMPLATE}&" in f"{received.url}&"
    return ask, Capability.NOTICE if is_notice else capability


def message(received: Received) -> Mapping[str, Any]:
    """What SendSms asks for; parameters by name."""
    asked = dict(parse_qsl(urlsplit(received.url).query))
    filled = json.loads(asked.get("TemplateParam", "{}"))
    return {"to": [asked["PhoneNumbers"]], "template": asked["TemplateCode"], "parameters": filled}


#: by action: the parameter that holds an ID number; a malformed one is answered with 401 and not billed
NUMBERS: Mapping[str, str] = {
    "Id2MetaVerify": "IdentifyNum",
    "BankMetaVerify": "IdentifyNum",
    "ContrastFaceVerify": "CertNo",
}


def refusal(received: Received) -> Reply | None:
    parameter = NUMBERS.get(received.headers["x-acs-action"])
    given = dict(parse_qsl(urlsplit(received.url).query)) | dict(parse_qsl(received.body.decode("ascii", "replace")))
    if parameter not in given or NUMBER.fullmatch(given[parameter]):
        return None
    return code("401")


SCRIPT = Script(
    REPLIES, channel_of, HOSTS, READINGS, ERASURES, {Capability.LIVENESS: notice}, message=message, refusal=refusal
)


def alibaba(mock: responses.RequestsMock, **settings: Any) -> Mocked:
    return mocked(mock, Alibaba(**{**SETTINGS, **settings}), SCRIPT)
