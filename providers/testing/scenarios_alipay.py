"""Alipay's answers by scenario, signed with a key that is made when this is loaded. Their texts quote the request."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import responses
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from providers.alipay import CHECK, QUERY, TRANSFER, Alipay
from providers.base import Capability
from providers.signing import UNSIGNED_IN_NOTICE, sign_content
from providers.testing.scenarios import (
    QUOTED,
    TRANSPORT,
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

HOSTS = r"openapi\.alipay\.com"

#: the merchant's and the vendor's; of nobody, and gone with the process
APP_KEY, VENDOR_KEY = (generate_private_key(65537, 2048) for _ in range(2))


def pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


#: nobody's
SETTINGS: Mapping[str, Any] = {
    "app_id": "2021000000000001",
    "product_code": "TRANS_BANKCARD_NO_PWD",
    "identity_type": "BANKCARD_ACCOUNT",
    "scene": {"name": "业务结算", "report": [{"info_type": "结算款项名称", "info_content": "账户验证"}]},
    "app_private_key": pem(APP_KEY),
    "alipay_public_key": VENDOR_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
}

METHODS: Mapping[str, Channel] = {
    TRANSFER: (Ask.CALL, Capability.TRANSFER),
    QUERY: (Ask.READ_BACK, Capability.TRANSFER),
}

ORDER_ID = "20260102110070000006380000250621"


def signed(text: str) -> str:
    return b64encode(VENDOR_KEY.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def answer(bend: Callable[[str], str] = str, node: str | None = None, **members: Any) -> Reply:
    """Signed, with the order's number of the request; ``bend`` changes the text after it was signed."""

    def body(received: Received) -> str:
        method = _method(received)
        found = {"out_biz_no": _number(received), **members}
        text = json.dumps(found, ensure_ascii=False).replace(QUOTED, json.dumps(received.quoted())[1:-1])
        name = node or f"{method.replace('.', '_')}_response"
        return f'{{"{name}": {bend(text)}, "sign": "{signed(text)}"}}'

    return Reply(body)


def status(status: str, **members: Any) -> Reply:
    return answer(code="10000", msg="Success", order_id=ORDER_ID, status=status, **members)


def failure(sub_code: str, code: str = "40004") -> Reply:
    return answer(code=code, msg="Business Failed", sub_code=sub_code, sub_msg=QUOTED)


def forged(reply: str) -> str:
    return reply.replace("DEALING", "SUCCESS")


REPLIES: Replies = {
    Capability.TRANSFER: {
        Scenario.MATCH: status("SUCCESS", pay_date="2026-01-02 11:04:09"),
        Scenario.MISMATCH: failure("PAYEE_CARD_INFO_ERROR"),
        Scenario.THROTTLED: failure("isv.app-call-limited", "40005"),
        Scenario.UNLISTED: failure("NOBODY_HAS_HEARD_OF"),
        Scenario.BAD_CREDENTIALS: failure("isv.invalid-app-id", "40002"),
        Scenario.BAD_SIGNATURE: answer(forged, code="10000", status="DEALING"),
        Scenario.LATE_CALLBACK: status("DEALING"),
    },
}

#: nobody who is not known, or not there, is told of an order
AWAY: Mapping[Scenario, Reply] = {
    Scenario.BAD_CREDENTIALS: failure("isv.invalid-app-id", "40002"),
    Scenario.OUTAGE: TRANSPORT[Scenario.OUTAGE],
}

READINGS: Replies = {
    Capability.TRANSFER: {
        Scenario.MATCH: status("SUCCESS", trans_amount="0.37", order_fee="0.00"),
        Scenario.MISMATCH: status("FAIL", error_code="PAYEE_CARD_INFO_ERROR", fail_reason=QUOTED),
        Scenario.NO_RECORD: failure("ORDER_NOT_EXIST"),
        Scenario.LATE_CALLBACK: status("DEALING"),
        Scenario.UNLISTED: failure("NOBODY_HAS_HEARD_OF"),
        Scenario.BAD_SIGNATURE: answer(forged, code="10000", status="DEALING"),
        **AWAY,
    },
}

#: the question about an order that there never was
CHECKS: Replies = {
    Capability.TRANSFER: {
        Scenario.MATCH: failure("ORDER_NOT_EXIST"),
        Scenario.THROTTLED: failure("isv.app-call-limited", "40005"),
        Scenario.UNLISTED: failure("NOBODY_HAS_HEARD_OF"),
        Scenario.BAD_SIGNATURE: answer(forged, code="10000", status="DEALING"),
        **AWAY,
    },
}


def notice(ours: str, theirs: str, **changed: str) -> tuple[Mapping[str, str], bytes]:
    """A notification as it comes; ``changed`` after it was signed."""
    about = {"out_biz_no": ours.replace("-", ""), "order_id": theirs or ORDER_ID, "status": "SUCCESS"}
    form = {
        "notify_id": f"{token_hex(16)}i5x",  # another notification; the same one repeated has the same
        "utc_timestamp": "1767323049000",
        "msg_method": "alipay.fund.trans.order.changed",
        "app_id": SETTINGS["app_id"],
        "version": "1.1",
        "charset": "UTF-8",
        "sign_type": "RSA2",
        "biz_content": json.dumps({**about, "passback_params": "核验"}, ensure_ascii=False),
    }
    form["sign"] = signed(sign_content(form, UNSIGNED_IN_NOTICE[0]))
    return {"content-type": "application/x-www-form-urlencoded"}, urlencode(form | changed).encode()


def _number(received: Received) -> str:
    found: str = json.loads(parse_qs(received.body.decode())["biz_content"][0])["out_biz_no"]
    return found


def _method(received: Received) -> str:
    return parse_qs(urlsplit(received.url).query)["method"][0]


def channel_of(received: Received) -> Channel:
    """A question about an order whose number no order has is a check."""
    ask, capability = METHODS[_method(received)]
    return (Ask.CHECK if ask is Ask.READ_BACK and _number(received).startswith(CHECK) else ask), capability


SCRIPT = Script(REPLIES, channel_of, HOSTS, READINGS, notices={Capability.TRANSFER: notice}, checks=CHECKS)


def alipay(mock: responses.RequestsMock, **settings: Any) -> Mocked:
    return mocked(mock, Alipay(**{**SETTINGS, **settings}), SCRIPT)
