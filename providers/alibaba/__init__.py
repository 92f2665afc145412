"""Alibaba Cloud (阿里云): cloudauth for people, cards, enterprises, hosted liveness; ocr-api; dysmsapi."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from providers.alibaba.call import Call, Parameters
from providers.alibaba.calls import IDENTITY, bank_card_call, face_call, sms_calls
from providers.alibaba.liveness import Liveness, hint
from providers.alibaba.papers import PAPERS, registry_call
from providers.base import (
    CallbackHint,
    Capability,
    IdentityCheck,
    NotReceived,
    Outcome,
    Recipient,
    Refused,
    Request,
    Result,
    Throttled,
    Traits,
    Unavailable,
    Unknown,
)
from providers.codes import INCONCLUSIVE, Meaning, read, word
from providers.http import CONNECT_TIMEOUT, Answer, gateway_failure
from providers.settings import number_of, one_of, secret, text
from providers.signing import acs3, canonical_query
from providers.vendor import Clock, Vendor, utc_now
from providers.verdict import completed

#: region → entry point of cloudauth in the mainland; the one of "cn" is the vendor's own choice among them
REGIONS = {
    "cn": "cloudauth.aliyuncs.com",
    "cn-beijing": "cloudauth.cn-beijing.aliyuncs.com",
    "cn-qingdao": "cloudauth.cn-qingdao.aliyuncs.com",
}
HOSTS = {"dysmsapi": "dysmsapi.aliyuncs.com", "ocr": "ocr-api.cn-hangzhou.aliyuncs.com"}

#: how many elements of a bank card can be compared
ELEMENTS = frozenset({2, 3, 4})

#: longest that a throttling gateway is believed to want us away
MAX_RETRY_AFTER = timedelta(minutes=1)
LONGEST_NUMBER = 10

ANSWERED = 200

#: first digit of the status → what a Code means there that no table lists
UNLISTED: Mapping[int, Meaning] = {4: Refused, 5: Unknown}


class Alibaba(Vendor):
    """``scene_id``: of the console, for product ID_MIN; without it no face check. ``liveness``: a table of
    ``scene_id``, for product ID_PRO, ``model`` and ``page``; without it no hosted liveness. ``enterprise_scene``:
    without it no register of enterprises. ``bank_card_elements``: 2 or 3 leave mobile and number out. ``sms``: a table
    of ``templates`` by locale, each with ``sign``, ``template`` and ``parameters`` by name; without it no SMS.
    Raises Misconfigured."""

    name = "alibaba"
    secrets = ("access_key_id", "access_key_secret")
    parameter_codes = ("400", "401", "InvalidParameter", "MissingParameter")
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
    personal_data_in_url = frozenset(
        {Capability.BANK_CARD, Capability.LIVENESS, Capability.NOTICE, Capability.REGISTRY, Capability.SMS}
    )

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
        bank_card_elements: int = 4,
        liveness: Mapping[str, Any] | None = None,
        enterprise_scene: str | int | None = None,
        sms: Mapping[str, Any] | None = None,
        endpoint: str | None = None,
        clock: Clock = utc_now,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        super().__init__(endpoint, clock)
        self._id = secret(self.name, "access_key_id", access_key_id, access_key_id_env)
        self._key = secret(self.name, "access_key_secret", access_key_secret, access_key_secret_env)
        self._hosts = {**HOSTS, "cloudauth": REGIONS[one_of(self.name, "region", region, REGIONS)]}
        self._nonce = nonce
        elements = number_of(self.name, "bank_card_elements", bank_card_elements, ELEMENTS)
        self._calls = {
            Capability.IDENTITY: IDENTITY,
            Capability.BANK_CARD: bank_card_call(elements),
            **PAPERS,
        }
        if scene_id is not None:
            self._calls[Capability.FACE] = face_call(self.name, scene_id, face_model)
        if enterprise_scene is not None:
            self._calls[Capability.REGISTRY] = registry_call(text(self.name, "enterprise_scene", enterprise_scene))
        if sms is not None:
            self._calls |= sms_calls(self.name, sms)
        self._liveness = None if liveness is None else Liveness(self.name, liveness)
        if self._liveness is not None:
            self._calls[Capability.LIVENESS] = self._liveness.session
        self.capabilities = {capability: _traits(call) for capability, call in self._calls.items()}

    def callback(self, headers: Mapping[str, str], body: bytes) -> CallbackHint:  # noqa: ARG002 - nothing is signed
        return hint(body)

    def erase(self, capability: Capability, reference: str, theirs: str | None = None) -> str:
        """Name, number, pictures, video and device data of a hosted session; the receipt is the vendor's request id."""
        if capability is not Capability.LIVENESS or self._liveness is None:
            raise Refused("no_erasure")
        if theirs is None:
            raise Refused("no_certify_id")
        outcome = self._made(self._liveness.erasure, theirs, reference)
        if outcome.result is not Result.ACCEPTED:
            raise Unknown(outcome.vendor_code)
        return f"{outcome.vendor_code}/{outcome.vendor_reference}"

    def _question(self) -> Outcome:
        return self._made(IDENTITY, IdentityCheck(name="0", id_number="0"), "")

    def _call(self, request: Request, reference: str) -> Outcome:
        return self._made(self._calls[request.capability], request, reference)

    def _read_back(self, _capability: Capability, reference: str, theirs: str | None) -> Outcome:
        """Trouble with the question leaves the session open."""
        if theirs is None or self._liveness is None:
            raise NotReceived("no_certify_id")
        try:
            outcome = self._made(self._liveness.verdict, theirs, reference)
        except (Unavailable, Throttled) as failure:
            raise Unknown(failure.vendor_code) from None
        return replace(outcome, vendor_reference=theirs)

    def _made(self, call: Call, asked: object, reference: str) -> Outcome:
        answer = self._ask(call, call.parameters(asked, reference))
        members = answer.members() or {}
        code, theirs, now = word(members.get("Code")), word(members.get("RequestId")), self._clock()
        if answer.status == ANSWERED and call.is_answered(members, code):
            verdict = call.verdict(asked, members, now)
            outcome = read(self.name, call.verdicts, verdict.code, now, reference=verdict.reference or theirs)
            return completed(outcome, verdict)
        if code is None:
            raise gateway_failure(answer.status)
        if call.done is None:
            code = code.lower()
        unlisted = UNLISTED.get(answer.status // 100, INCONCLUSIVE)
        until = _retry_at(answer, now)
        return read(self.name, call.codes, code, now, reference=theirs, unlisted=unlisted, until=until)

    def _ask(self, call: Call, parameters: Parameters) -> Answer:
        body = parameters.body or urlencode(sorted(parameters.form.items())).encode()
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
            is_picture = bool(parameters.body)
            headers["content-type"] = "application/octet-stream" if is_picture else "application/x-www-form-urlencoded"
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
    return replace(call.traits, timeout=CONNECT_TIMEOUT + call.read)
