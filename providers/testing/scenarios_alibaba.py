"""Alibaba Cloud's answers by scenario. Their texts quote the request, as real ones do: nothing may keep them."""

from collections.abc import Mapping
from typing import Any

import requests
import responses

from providers.alibaba import Alibaba
from providers.base import Capability
from providers.testing.scenarios import QUOTED, Mocked, Replies, Reply, Scenario, mocked

HOSTS = r"cloudauth(?:\.cn-[a-z]+)?\.aliyuncs\.com|dysmsapi\.aliyuncs\.com"

#: nobody's
SETTINGS: Mapping[str, Any] = {
    "access_key_id": "LTAIEXAMPLE",
    "access_key_secret": "EXAMPLE-key-secret-of-nobody",
    "scene_id": 1000000006,
    "sms": {
        "templates": {
            "zh-CN": {"sign": "示例云", "template": "SMS_15305000"},
            "en": {"sign": "示例云", "template": "SMS_15305001", "parameters": {"code": "{code}", "minutes": "10"}},
        },
    },
}

REQUEST_ID = "130A2C10-B9EE-4D84-88E3-5384FF039795"

ACTIONS: Mapping[str, Capability] = {
    "Id2MetaVerify": Capability.IDENTITY,
    "ContrastFaceVerify": Capability.FACE,
    "BankMetaVerify": Capability.BANK_CARD,
    "SendSms": Capability.SMS,
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
        CertifyId="91707dc296d469ad38e4c5efa6a0f24b",
        SubCode=sub_code,
        Passed=passed,
        IdentityInfo="null",
        MaterialInfo='{"faceAttack": "F","facialPictureFront": {"qualityScore": 88.36,"verifyScore": 50.28}}',
    )


COMMON = {
    # made up; a real one would be listed
    Scenario.UNLISTED: code("9999"),
    Scenario.BAD_CREDENTIALS: refused("InvalidAccessKeyId.NotFound", 404),
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
    Capability.SMS: {
        **COMMON,
        Scenario.MATCH: code("OK", BizId="900619746936498440^0"),
        Scenario.THROTTLED: code("isv.BUSINESS_LIMIT_CONTROL"),
        Scenario.UNLISTED: code("isv.NOBODY_HAS_HEARD_OF"),
    },
}


def capability_of(request: requests.PreparedRequest) -> Capability:
    return ACTIONS[request.headers["x-acs-action"]]


def alibaba(mock: responses.RequestsMock, **settings: Any) -> Mocked:
    return mocked(mock, Alibaba(**{**SETTINGS, **settings}), REPLIES, HOSTS, capability_of)
