"""Tencent Cloud's answers by scenario. Their texts quote the request: nothing may read or keep them."""

from collections.abc import Mapping
from typing import Any

import requests
import responses

from providers.base import Capability
from providers.tencent import Tencent
from providers.testing.scenarios import QUOTED, Mocked, Replies, Reply, Scenario, mocked

HOSTS = r"(?:faceid|sms)\.ap-[a-z]+\.tencentcloudapi\.com"

#: nobody's
SETTINGS: Mapping[str, Any] = {
    "secret_id": "AKIDEXAMPLE",
    "secret_key": "EXAMPLE-secret-key-of-nobody",
    "sms": {
        "app_id": "1400006666",
        "templates": {
            "zh-CN": {"sign": "示例云", "template": "1110", "parameters": {"1": "{code}", "2": "10"}},
            "en": {"sign": "示例云", "template": "1111"},
        },
    },
}

REQUEST_ID = "f904f4cf-75db-4f8f-a5ec-dc4f942c7f7a"

ACTIONS: Mapping[str, Capability] = {
    "IdCardVerification": Capability.IDENTITY,
    "ImageRecognitionV2": Capability.FACE,
    "BankCard4EVerification": Capability.BANK_CARD,
    "SendSms": Capability.SMS,
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


#: the code is made up; that of a real one would be listed
UNLISTED = error("FailedOperation.NobodyHasHeardOf")

COMMON = {
    Scenario.UNLISTED: UNLISTED,
    Scenario.BAD_CREDENTIALS: error("AuthFailure.SecretIdNotFound"),
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
    Capability.SMS: {
        **COMMON,
        Scenario.MATCH: sent("Ok"),
        Scenario.THROTTLED: sent("LimitExceeded.PhoneNumberDailyLimit"),
    },
}


def capability_of(request: requests.PreparedRequest) -> Capability:
    return ACTIONS[request.headers["X-TC-Action"]]


def tencent(mock: responses.RequestsMock, **settings: Any) -> Mocked:
    return mocked(mock, Tencent(**{**SETTINGS, **settings}), REPLIES, HOSTS, capability_of)
