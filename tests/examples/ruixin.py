"""Ruixin (made up): name and number."""

import json
from collections.abc import Mapping

from providers.base import Capability, Misconfigured, Outcome, Recipient, Refused, Request, Result, Throttled, Traits
from providers.codes import Codes, read, word
from providers.http import CONNECT_TIMEOUT, gateway_failure
from providers.settings import secret
from providers.vendor import Clock, Vendor, utc_now

READ = 5.0
ANSWERED = 200

CODES: Codes = {
    "same": Outcome(Result.MATCH, billed=True),
    "different": Outcome(Result.MISMATCH, "identity_mismatch", billed=True),
    "unknown": Outcome(Result.NOT_FOUND, "no_record", billed=False),
    "bad_request": Refused,
    "slow_down": Throttled,
    "bad_key": Misconfigured,
}


class Ruixin(Vendor):
    name = "ruixin"
    secrets = ("key",)
    recipient = Recipient(
        name={"zh-CN": "睿信示例公司", "en": "Ruixin Example Ltd."},
        contact="https://ruixin.example/",
        region="cn",
        method={"zh-CN": "经加密接口发送并比对", "en": "sent over an encrypted interface and compared"},
    )

    def __init__(
        self, key: str | None = None, *, key_env: str | None = None, endpoint: str | None = None, clock: Clock = utc_now
    ) -> None:
        super().__init__(endpoint, clock)
        self._key = secret(self.name, "key", key, key_env)
        self.capabilities: Mapping[Capability, Traits] = {Capability.IDENTITY: Traits(timeout=CONNECT_TIMEOUT + READ)}

    def _call(self, request: Request, reference: str) -> Outcome:
        asked = {"name": request.name, "number": request.id_number, "reference": reference}  # type: ignore[union-attr]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key.value}"}
        answer = self._http.post("api.ruixin.example", headers, json.dumps(asked).encode(), read=READ)
        if answer.status != ANSWERED:
            raise gateway_failure(answer.status)
        code = word((answer.members() or {}).get("verdict"))
        return read(self.name, CODES, code, self._clock())
