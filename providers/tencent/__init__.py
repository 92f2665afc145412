"""Tencent Cloud (腾讯云): people, cards and hosted liveness by faceid; papers and enterprises by ocr; codes by sms."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from providers.base import (
    Capability,
    NotReceived,
    Outcome,
    Recipient,
    RegistryCheck,
    Request,
    Throttled,
    Traits,
    Unavailable,
    Unknown,
)
from providers.codes import read, word
from providers.http import CONNECT_TIMEOUT, gateway_failure
from providers.settings import number_of, one_of, secret, table, text
from providers.signing import tc3
from providers.tencent.call import Call
from providers.tencent.calls import BANK_CARDS, CHECKS, sms_calls
from providers.tencent.liveness import session_call, verdict_call
from providers.tencent.papers import PAPERS, REGISTRY_3
from providers.vendor import Clock, Vendor, utc_now
from providers.verdict import GOOD, Verdict, completed

#: entry points of faceid in the mainland
REGIONS = frozenset({"ap-beijing", "ap-chengdu", "ap-chongqing", "ap-guangzhou", "ap-shanghai"})

CONTENT_TYPE = "application/json"

#: status of the vendor's own answers, errors included; any other is from something in between
ANSWERED = 200


class Tencent(Vendor):
    """``sms``: a table of ``app_id``, ``region`` and ``templates`` by locale, each with ``sign``, ``template`` and
    ``parameters`` by the template's numbers; without it no SMS. ``liveness``: a table of ``rule_id``, of the console;
    without it no hosted liveness. ``bank_card_elements``: 3 leaves the mobile out. Raises Misconfigured."""

    name = "tencent"
    secrets = ("secret_id", "secret_key")
    parameter_codes = ("InvalidParameter", "MissingParameter", "-2", "-3")
    recipient = Recipient(
        # which of the two is the contracting party is not settled: the vendor's pages name both
        name={
            "zh-CN": "腾讯云计算（北京）有限责任公司、深圳市腾讯计算机系统有限公司",
            "en": "Tencent Cloud Computing (Beijing) Co., Ltd. and Shenzhen Tencent Computer Systems Co., Ltd.",
        },
        contact="https://cloud.tencent.com/document/product/301/11470",
        region="cn",
        method={
            "zh-CN": "经加密接口发送至中国境内的服务入口；核验请求与权威数据源比对后只返回结果",
            "en": "sent over an encrypted interface to an entry point in mainland China; a check is compared with "
            "the authoritative source and answered with its result only",
        },
    )

    def __init__(  # noqa: PLR0913 - each is a setting
        self,
        secret_id: str | None = None,
        secret_key: str | None = None,
        *,
        secret_id_env: str | None = None,
        secret_key_env: str | None = None,
        region: str = "ap-guangzhou",
        bank_card_elements: int = 4,
        sms: Mapping[str, Any] | None = None,
        liveness: Mapping[str, Any] | None = None,
        endpoint: str | None = None,
        clock: Clock = utc_now,
    ) -> None:
        super().__init__(endpoint, clock)
        self._id = secret(self.name, "secret_id", secret_id, secret_id_env)
        self._key = secret(self.name, "secret_key", secret_key, secret_key_env)
        self._region = one_of(self.name, "region", region, REGIONS)
        elements = number_of(self.name, "bank_card_elements", bank_card_elements, BANK_CARDS)
        self._calls = {**CHECKS, **PAPERS, Capability.BANK_CARD: BANK_CARDS[elements]}
        if sms is not None:
            self._calls |= sms_calls(self.name, sms)
        if liveness is not None:
            given = table(self.name, "liveness", liveness, ("rule_id",))
            rule_id = text(self.name, "liveness.rule_id", given.get("rule_id"))
            self._calls[Capability.LIVENESS] = session_call(rule_id)
            self._verdict = verdict_call(rule_id)
        self.capabilities = {capability: _traits(call) for capability, call in self._calls.items()}

    def _question(self) -> Outcome:
        call = self._calls[Capability.IDENTITY]
        return self._read(call, None, self._ask(call, {"IdCard": "0", "Name": "0"}))

    def _call(self, request: Request, reference: str) -> Outcome:
        call = self._calls[request.capability]
        if isinstance(request, RegistryCheck) and request.legal_representative_id_number is None:
            call = REGISTRY_3
        return self._read(call, request, self._ask(call, call.parameters(request, reference)))

    def _read_back(self, _capability: Capability, reference: str, theirs: str | None) -> Outcome:
        """Trouble with the question leaves the session open; trouble that the session had ends it."""
        if theirs is None:
            raise NotReceived("no_token")
        try:
            response = self._ask(self._verdict, self._verdict.parameters(theirs, reference))
            if response.get("Error") is not None:
                return self._read(self._verdict, reference, response)
        except (Unavailable, Throttled) as failure:
            raise Unknown(failure.vendor_code) from None
        return replace(self._read(self._verdict, reference, response), vendor_reference=theirs)

    def _read(self, call: Call, asked: object, response: Mapping[str, Any]) -> Outcome:
        error, now = response.get("Error"), self._clock()
        verdict = call.verdict(asked, response, now) if error is None else Verdict(_of_error(error))
        theirs = verdict.reference or word(response.get("RequestId"))
        outcome = read(self.name, call.codes, verdict.code, now, reference=theirs)
        if error is not None and outcome.result in GOOD:
            raise Unknown(verdict.code)
        return completed(outcome, verdict)

    def _ask(self, call: Call, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """The vendor's response, be it an error. Raises what comes of there being none."""
        body = json.dumps(parameters, ensure_ascii=False, separators=(",", ":")).encode()
        host = f"{call.service}.{call.region or self._region}.tencentcloudapi.com"
        answer = self._http.post(host, self._headers(call, host, body), body, read=call.read)
        if answer.status != ANSWERED:
            raise gateway_failure(answer.status)
        response = (answer.members() or {}).get("Response")
        if not isinstance(response, dict):
            raise Unknown("http.unreadable")
        return response

    def _headers(self, call: Call, host: str, body: bytes) -> dict[str, str]:
        timestamp = int(self._clock().timestamp())
        signature = tc3(
            secret_id=self._id.value,
            secret_key=self._key.value,
            service=call.service,
            host=host,
            timestamp=timestamp,
            content_type=CONTENT_TYPE,
            body=body,
        )
        region = {"X-TC-Region": call.region} if call.region else {}
        return region | {
            "Content-Type": CONTENT_TYPE,
            "X-TC-Action": call.action,
            "X-TC-Version": call.version,
            "X-TC-Timestamp": str(timestamp),
            "Authorization": signature,
        }


def _of_error(error: object) -> str | None:
    return word(error.get("Code")) if isinstance(error, dict) else None


def _traits(call: Call) -> Traits:
    return replace(call.traits, timeout=CONNECT_TIMEOUT + call.read)
