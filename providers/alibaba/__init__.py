"""Alibaba Cloud (阿里云): name and number, face and bank card by cloudauth; codes by dysmsapi."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from providers.alibaba.calls import CHECKS, Call, Parameters, face_call, sms_call
from providers.base import Capability, Outcome, Recipient, Refused, Request, Traits, Unknown
from providers.codes import INCONCLUSIVE, Meaning, read, word
from providers.http import CONNECT_TIMEOUT, Answer, gateway_failure
from providers.settings import one_of, secret
from providers.signing import acs3, canonical_query
from providers.vendor import Clock, Vendor, utc_now

#: region → entry point of cloudauth in the mainland; the one of "cn" is the vendor's own choice among them
REGIONS = {
    "cn": "cloudauth.aliyuncs.com",
    "cn-beijing": "cloudauth.cn-beijing.aliyuncs.com",
    "cn-qingdao": "cloudauth.cn-qingdao.aliyuncs.com",
}
SMS_HOST = "dysmsapi.aliyuncs.com"

#: characters of an image in base64; whether the vendor counts before or after it is not settled
MAX_IMAGE_BASE64 = 999_999

#: pixels; the vendor takes 1920×1080, and 1080 is within it whichever side is which
MAX_IMAGE_SIDE = 1080

#: longest that a throttling gateway is believed to want us away
MAX_RETRY_AFTER = timedelta(minutes=1)
LONGEST_NUMBER = 10

ANSWERED = 200

#: first digit of the status → what a Code means there that no table lists
UNLISTED: Mapping[int, Meaning] = {4: Refused, 5: Unknown}


class Alibaba(Vendor):
    """``scene_id``: of the console, for product ID_MIN; without it no face check. ``sms``: a table of ``templates`` by
    locale, each with ``sign``, ``template`` and ``parameters`` by name; without it no SMS. Raises Misconfigured."""

    name = "alibaba"
    recipient = Recipient(
        # some pages name Alibaba Cloud Communications for SMS; which one contracts is not settled
        name={"zh-CN": "阿里云计算有限公司", "en": "Alibaba Cloud Computing Ltd."},
        contact="https://terms.aliyun.com/legal-agreement/terms/suit_bu1_ali_cloud/suit_bu1_ali_cloud201902141711_54837.html",
        region="cn",
        method={
            "zh-CN": "经加密接口发送至中国境内的服务入口；核验请求与权威数据源比对后只返回结果",
            "en": "sent over an encrypted interface to an entry point in mainland China; a check is compared with "
            "the authoritative source and answered with its result only",
        },
    )
    personal_data_in_url = frozenset({Capability.BANK_CARD, Capability.SMS})

    def __init__(  # noqa: PLR0913 - each is a setting
        self,
        access_key_id: str | None = None,
        access_key_secret: str | None = None,
        *,
        access_key_id_env: str | None = None,
        access_key_secret_env: str | None = None,
        region: str = "cn",
        scene_id: str | int | None = None,
        face_model: str = "FRONT_CAMERA_LIVENESS",
        sms: Mapping[str, Any] | None = None,
        endpoint: str | None = None,
        clock: Clock = utc_now,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        super().__init__(endpoint, clock)
        self._id = secret(self.name, "access_key_id", access_key_id, access_key_id_env)
        self._key = secret(self.name, "access_key_secret", access_key_secret, access_key_secret_env)
        self._hosts = {"cloudauth": REGIONS[one_of(self.name, "region", region, REGIONS)], "dysmsapi": SMS_HOST}
        self._nonce = nonce
        self._calls = dict(CHECKS)
        if scene_id is not None:
            self._calls[Capability.FACE] = face_call(self.name, scene_id, face_model)
        if sms is not None:
            self._calls[Capability.SMS] = sms_call(self.name, sms)
        self.capabilities = {capability: _traits(call) for capability, call in self._calls.items()}

    def _call(self, request: Request, reference: str) -> Outcome:
        call = self._calls[request.capability]
        answer = self._ask(call, call.parameters(request, reference))
        members = answer.members() or {}
        code, theirs, now = word(members.get("Code")), word(members.get("RequestId")), self._clock()
        if code is None:
            raise gateway_failure(answer.status)
        if answer.status != ANSWERED or code != call.done:
            unlisted = UNLISTED.get(answer.status // 100, INCONCLUSIVE)
            until = _retry_at(answer, now)
            return read(self.name, call.codes, code, now, reference=theirs, unlisted=unlisted, until=until)
        verdict = call.verdict(members)
        outcome = read(self.name, call.verdicts, verdict.code, now, reference=verdict.reference or theirs)
        return outcome if verdict.billed is None else replace(outcome, billed=verdict.billed)

    def _ask(self, call: Call, parameters: Parameters) -> Answer:
        body = urlencode(sorted(parameters.form.items())).encode()
        host = self._hosts[call.product]
        query = canonical_query(parameters.query)
        return self._http.post(host, self._headers(call, host, parameters, body), body, read=call.read, query=query)

    def _headers(self, call: Call, host: str, parameters: Parameters, body: bytes) -> dict[str, str]:
        hashed = hashlib.sha256(body).hexdigest()
        headers = {
            "host": host,
            "x-acs-action": call.action,
            "x-acs-version": call.version,
            "x-acs-date": f"{self._clock().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": self._nonce(),
            "x-acs-content-sha256": hashed,
        }
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        signature = acs3(
            access_key_id=self._id.value,
            access_key_secret=self._key.value,
            query=parameters.query,
            headers_to_sign=headers,
            hashed_payload=hashed,
        )
        return headers | {"Authorization": signature}


def _retry_at(answer: Answer, now: datetime) -> datetime | None:
    """The header's unit is not settled; milliseconds are likely, and the cap bounds the harm if they are not."""
    wait = answer.headers.get("x-acs-retry-after", "")
    if not (wait.isascii() and wait.isdecimal() and len(wait) < LONGEST_NUMBER):
        return None
    return now + min(timedelta(milliseconds=int(wait)), MAX_RETRY_AFTER)


def _traits(call: Call) -> Traits:
    """Nothing can be read back, and a still image proves no liveness."""
    return Traits(
        timeout=CONNECT_TIMEOUT + call.read,
        max_image_bytes=MAX_IMAGE_BASE64 // 4 * 3,
        max_image_side=MAX_IMAGE_SIDE,
    )
