"""Tencent Cloud (腾讯云): name and number, face and bank card by faceid; codes by sms."""

import json
from collections.abc import Mapping
from typing import Any

from providers.base import Capability, Outcome, Recipient, Request, Result, Traits, Unknown
from providers.codes import read, word
from providers.http import CONNECT_TIMEOUT, gateway_failure
from providers.settings import one_of, secret
from providers.signing import tc3
from providers.tencent.calls import CHECKS, Call, sms_call
from providers.vendor import Clock, Vendor, utc_now

#: entry points of faceid in the mainland
REGIONS = frozenset({"ap-beijing", "ap-chengdu", "ap-chongqing", "ap-guangzhou", "ap-shanghai"})

#: characters of an image in base64
MAX_IMAGE_BASE64 = 3_000_000

CONTENT_TYPE = "application/json"

#: status of the vendor's own answers, errors included; any other is from something in between
ANSWERED = 200

#: results that an error never comes to, whatever its code
SUCCESSES = frozenset({Result.MATCH, Result.ACCEPTED})


class Tencent(Vendor):
    """``sms``: a table of ``app_id``, ``region`` and ``templates`` by locale, each with ``sign``, ``template`` and
    ``parameters`` by the template's numbers; without it no SMS. Raises Misconfigured."""

    name = "tencent"
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
        sms: Mapping[str, Any] | None = None,
        endpoint: str | None = None,
        clock: Clock = utc_now,
    ) -> None:
        super().__init__(endpoint, clock)
        self._id = secret(self.name, "secret_id", secret_id, secret_id_env)
        self._key = secret(self.name, "secret_key", secret_key, secret_key_env)
        self._region = one_of(self.name, "region", region, REGIONS)
        self._calls = {**CHECKS, **({} if sms is None else {Capability.SMS: sms_call(self.name, sms)})}
        self.capabilities = {capability: _traits(call) for capability, call in self._calls.items()}

    def _call(self, request: Request, reference: str) -> Outcome:
        call = self._calls[request.capability]
        response = self._ask(call, call.parameters(request, reference))
        error = response.get("Error")
        code, theirs = (_of_error(error), None) if error is not None else call.verdict(response)
        theirs = theirs or word(response.get("RequestId"))
        outcome = read(self.name, call.codes, code, self._clock(), reference=theirs)
        if error is not None and outcome.result in SUCCESSES:
            raise Unknown(code)
        return outcome

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
    """Nothing can be read back, and a still image proves no liveness."""
    return Traits(timeout=CONNECT_TIMEOUT + call.read, max_image_bytes=MAX_IMAGE_BASE64 // 4 * 3)
