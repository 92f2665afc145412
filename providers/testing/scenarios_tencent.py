"""Tencent Cloud's answers by scenario. Their texts quote the request: nothing may read or keep them."""

import json
from collections.abc import Mapping
from typing import Any

import responses

from providers.base import Capability, Told
from providers.tencent import Tencent
from providers.tencent.liveness import sealed
from providers.testing.identities import adult
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

HOSTS = r"(?:faceid|ocr|sms)\.ap-[a-z]+\.tencentcloudapi\.com"

NOTICE_TEMPLATE = "2220"

#: nobody's
SETTINGS: Mapping[str, Any] = {
    "secret_id": "AKIDEXAMPLE",
    "secret_key": "EXAMPLE-secret-key-of-nobody",
    "liveness": {"rule_id": "1"},
    "sms": {
        "app_id": "1400006666",
        "templates": {
            "zh-CN": {"sign": "示例云", "template": "1110", "parameters": {"1": "{code}", "2": "10"}},
            "en": {"sign": "示例云", "template": "1111"},
        },
        "notices": {
            told.value: {"zh-CN": {"sign": "示例云", "template": NOTICE_TEMPLATE, "parameters": {"1": "{application}"}}}
            for told in Told
        },
    },
}

LINK = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx0000#wechat_redirect"

REQUEST_ID = "f904f4cf-75db-4f8f-a5ec-dc4f942c7f7a"

ACTIONS: Mapping[str, Channel] = {
    "IdCardVerification": (Ask.CALL, Capability.IDENTITY),
    "ImageRecognitionV2": (Ask.CALL, Capability.FACE),
    "BankCard4EVerification": (Ask.CALL, Capability.BANK_CARD),
    "BankCardVerification": (Ask.CALL, Capability.BANK_CARD),
    "SendSms": (Ask.CALL, Capability.SMS),
    "IDCardOCR": (Ask.CALL, Capability.ID_CARD),
    "BizLicenseOCR": (Ask.CALL, Capability.LICENSE),
    "VerifyBizLicenseEnterprise3": (Ask.CALL, Capability.REGISTRY),
    "VerifyBizLicenseEnterprise4": (Ask.CALL, Capability.REGISTRY),
    "DetectAuth": (Ask.CALL, Capability.LIVENESS),
    "GetDetectInfoEnhanced": (Ask.READ_BACK, Capability.LIVENESS),
}


def answer(**members: Any) -> Reply:
    return Reply({"Response": {**members, "RequestId": REQUEST_ID}})


def error(code: str) -> Reply:
    return answer(Error={"Code": code, "Message": QUOTED})


def result(code: str, **members: Any) -> Reply:
    return answer(Result=code, Description=QUOTED, **members)


def compared(code: str, similarity: float) -> Reply:
    return result(code, Sim=similarity, Extra="")


def sent(code: str) -> Reply:
    """``PhoneNumber`` is left as the vendor's example has it, whatever was asked."""
    status = {
        "SerialNo": "5000:1045710669157053657849499619",
        "PhoneNumber": "+8613800138000",
        "Fee": 1,
        "SessionContext": "",
        "Code": code,
        "Message": QUOTED,
        "IsoCode": "CN",
    }
    return answer(SendStatusSet=[status])


def card(printed: Printed = PRINTED, **members: Any) -> Reply:
    """The front."""
    return answer(Name=printed.name, IdNum=printed.id_number, Sex="男", **members)


def card_back(printed: Printed = PRINTED) -> Reply:
    return answer(Authority="某市公安局", ValidDate=printed.valid)


def side(received: Received) -> Any:
    """The one that is asked for."""
    read = card_back if json.loads(received.body)["CardSide"] == "BACK" else card
    return read(received.printed).body


def license_(printed: Printed = PRINTED, **members: Any) -> Reply:
    read = {
        "RegNum": printed.credit_code,
        "Name": printed.enterprise_name,
        "Person": printed.legal_representative,
        "Period": "2020年01月01日至长期",
        "RecognizeWarnCode": [],
    }
    return answer(**{**read, **members})


def read_license(received: Received) -> Any:
    return license_(received.printed).body


def registered(result: int, status: str = "1", **flags: bool) -> Reply:
    consistent = {f"Is{name}Consistent": True for name in ("CreditCode", "EntName", "LrName", "IdNum")}
    return answer(StatusCode=0, VerifyResult=result, OperatingStatus=status, OperatingPeriod="/", **consistent | flags)


def opened(**members: Any) -> Reply:
    """Under a token that is our reference, so that what is read back can be about it."""

    def body(received: Received) -> Mapping[str, Any]:
        token = json.loads(received.body)["Extra"].partition("/")[0]
        return {"Response": {"Url": LINK, "BizToken": token, "RequestId": REQUEST_ID, **members}}

    return Reply(body)


def told(code: int | None, **members: Any) -> Reply:
    """Of the session that is asked about, as one of ``adult(1)``."""
    who = adult(1)
    status = code if code not in {None, 16} else 0

    def body(received: Received) -> Mapping[str, Any]:
        session = json.loads(received.body)["BizToken"]
        text: dict[str, Any] = {
            "ErrCode": code,
            "ErrMsg": QUOTED,
            "LiveStatus": status,
            "Comparestatus": status,
            "Sim": "95.51",
            "IdCard": who.id_number,
            "Name": who.name,
            "CompareLibType": "权威库",
            "LivenessDetail": [],
            "Extra": sealed(session, who.name, who.id_number),
        }
        pictures = {"BestFrame": None, "VideoData": None, "IdCardData": None}
        return {"Response": {"Text": {**text, **members}, **pictures, "RequestId": REQUEST_ID}}

    return Reply(body)


#: the code is made up; that of a real one would be listed
UNLISTED = error("FailedOperation.NobodyHasHeardOf")

COMMON = {
    Scenario.UNLISTED: UNLISTED,
    Scenario.BAD_CREDENTIALS: error("AuthFailure.SecretIdNotFound"),
    Scenario.BAD_SIGNATURE: error("AuthFailure.SignatureFailure"),
}

LIMIT = error("RequestLimitExceeded")

SMS = {
    **COMMON,
    Scenario.MATCH: sent("Ok"),
    Scenario.THROTTLED: sent("LimitExceeded.PhoneNumberDailyLimit"),
}

REPLIES: Replies = {
    Capability.IDENTITY: {
        **COMMON,
        Scenario.MATCH: result("0"),
        Scenario.MISMATCH: result("-1"),
        Scenario.NO_RECORD: result("-5"),
        Scenario.THROTTLED: result("-7"),
    },
    Capability.FACE: {
        **COMMON,
        Scenario.MATCH: compared("Success", 89.88),
        Scenario.MISMATCH: compared("FailedOperation.CompareLowSimilarity", 26.04),
        # similarity of a failure without a comparison is made up
        Scenario.NO_RECORD: compared("FailedOperation.IdNoExistSystem", 0),
        Scenario.THROTTLED: error("FailedOperation.IdentityAuthLimitExceeded"),
    },
    Capability.BANK_CARD: {
        **COMMON,
        Scenario.MATCH: result("0"),
        Scenario.MISMATCH: result("-6"),
        Scenario.THROTTLED: result("-19"),
    },
    Capability.SMS: SMS,
    Capability.NOTICE: SMS,
    Capability.ID_CARD: {
        **COMMON,
        Scenario.MATCH: Reply(side),
        Scenario.MISMATCH: error("FailedOperation.CardSideError"),
        Scenario.THROTTLED: LIMIT,
    },
    Capability.LICENSE: {
        **COMMON,
        Scenario.MATCH: Reply(read_license),
        Scenario.THROTTLED: LIMIT,
    },
    Capability.REGISTRY: {
        **COMMON,
        Scenario.MATCH: registered(1),
        Scenario.MISMATCH: registered(0, IsIdNumConsistent=False),
        Scenario.NO_RECORD: answer(StatusCode=2),
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
        Scenario.MATCH: told(0),
        Scenario.MISMATCH: told(2016),
        Scenario.NO_RECORD: told(2005),
        # this vendor calls nobody back: it is asked again
        Scenario.LATE_CALLBACK: told(None),
        Scenario.UNLISTED: told(9999),
    },
}


def channel_of(received: Received) -> Channel:
    """Codes and results are sent by one action and told apart by their templates."""
    ask, capability = ACTIONS[received.headers["x-tc-action"]]
    is_notice = capability is Capability.SMS and json.loads(received.body)["TemplateId"] == NOTICE_TEMPLATE
    return ask, Capability.NOTICE if is_notice else capability


def message(received: Received) -> Mapping[str, Any]:
    """What SendSms asks for; parameters by their place in the template."""
    asked = json.loads(received.body)
    filled = {str(place): value for place, value in enumerate(asked.get("TemplateParamSet", ()), 1)}
    return {"to": asked["PhoneNumberSet"], "template": asked["TemplateId"], "parameters": filled}


#: by action: a malformed ID number; none of these is billed
MALFORMED_NUMBER: Mapping[str, Reply] = {
    "IdCardVerification": result("-2"),
    "ImageRecognitionV2": error("FailedOperation.IdFormatError"),
    "BankCard4EVerification": result("-3"),
    "BankCardVerification": result("-3"),
}


def refusal(received: Received) -> Reply | None:
    refused = MALFORMED_NUMBER.get(received.headers["x-tc-action"])
    if refused is None or NUMBER.fullmatch(json.loads(received.body)["IdCard"]):
        return None
    return refused


SCRIPT = Script(REPLIES, channel_of, HOSTS, READINGS, message=message, refusal=refusal)


def tencent(mock: responses.RequestsMock, **settings: Any) -> Mocked:
    return mocked(mock, Tencent(**{**SETTINGS, **settings}), SCRIPT)
