"""An adapter for a bank over real HTTP on this machine, for suites that want to see requests and answers lost."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from providers.base import (
    BadCallback,
    CallbackHint,
    CallbackStyle,
    Capability,
    Misconfigured,
    NotReceived,
    Outcome,
    Provider,
    Recipient,
    Request,
    Result,
    Traits,
    TransferOrder,
    TransferWord,
    Unknown,
)
from providers.http import Http, gateway_failure

#: seconds an answer may take
READ_TIMEOUT = 1.0

REASONS: Mapping[TransferWord, str] = {
    TransferWord.FAILED: "account_invalid",
    TransferWord.RETURNED: "transfer_returned",
}


class LocalBank(Provider):
    """Orders and queries are JSON objects posted to ``endpoint`` (http://127.0.0.1:PORT)."""

    name = "local_bank"
    test_only = True
    recipient = Recipient(
        name={"zh-CN": "本机测试银行(不动用资金)", "en": "Bank on this machine (no money moves)"},
        contact="无外部接收方 / no outside recipient",
        region="none",
        method={"zh-CN": "仅在本机内模拟打款", "en": "simulated on this machine only"},
    )

    def __init__(self, endpoint: str) -> None:
        self._http = Http(self.name, endpoint)
        self.capabilities = {
            Capability.TRANSFER: Traits(
                timeout=READ_TIMEOUT,
                read_back=True,
                idempotent_reference=True,
                settles_after=3 * READ_TIMEOUT,
                callback=CallbackStyle.TOKEN,
            )
        }

    def __repr__(self) -> str:
        return "LocalBank"

    def call(self, request: Request, reference: str) -> Outcome:
        if not isinstance(request, TransferOrder):
            msg = f"provider local_bank: it does not know the capability {request.capability}"
            raise Misconfigured(msg)
        return self._ask({"op": "pay", "reference": reference, "order": asdict(request)})

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:  # noqa: ARG002 - it has but one
        return self._ask({"op": "query", "reference": reference})

    def callback(self, headers: Mapping[str, str], body: bytes) -> CallbackHint:  # noqa: ARG002 - the URL is signed
        try:
            told = json.loads(body)
            return CallbackHint(Capability.TRANSFER, str(told["reference"]), str(told["event"]))
        except (ValueError, KeyError, TypeError):
            raise BadCallback("bank.callback") from None

    def close(self) -> None:
        self._http.close()

    def _ask(self, question: Mapping[str, Any]) -> Outcome:
        body = json.dumps(question, sort_keys=True).encode()
        answer = self._http.post("bank.invalid", {"Content-Type": "application/json"}, body, read=READ_TIMEOUT)
        if answer.status != HTTPStatus.OK:
            raise gateway_failure(answer.status)
        return _outcome(answer.members())


def _outcome(told: Mapping[str, Any] | None) -> Outcome:
    if told is None:
        raise Unknown("bank.nonsense")
    if told.get("error") == "not_received":
        raise NotReceived("bank.not_received")
    try:
        word = TransferWord(told["status"])
    except (KeyError, ValueError):
        raise Unknown("bank.nonsense") from None
    reason = REASONS.get(word)
    return Outcome(Result.ACCEPTED, reason, f"bank.{word}", transfer=word, amount_fen=told.get("amount_fen"))
