"""Orders that the served Alipay was given, in memory: queried each as it stands, and one however often repeated."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from providers.base import Capability
from providers.codes import SHANGHAI
from providers.testing.scenarios import Ask, Channel, Received, Reply, Scenario, Stage
from providers.testing.scenarios_alipay import answer, failure

SUCCESS, DEALING, FAIL, REFUND = "SUCCESS", "DEALING", "FAIL", "REFUND"
STATUSES: Sequence[str] = (SUCCESS, DEALING, FAIL, REFUND)

CALLED: Channel = (Ask.CALL, Capability.TRANSFER)
QUERIED: Channel = (Ask.READ_BACK, Capability.TRANSFER)

#: scenario → how an order stands that was taken in it
TAKEN: Mapping[Scenario, str] = {
    Scenario.MATCH: SUCCESS,
    Scenario.MISMATCH: FAIL,
    Scenario.LATE_CALLBACK: DEALING,
    # the answer says nothing that can be believed
    Scenario.TIMEOUT: SUCCESS,
    Scenario.MALFORMED: SUCCESS,
    Scenario.BAD_SIGNATURE: SUCCESS,
}

#: scenarios in which the vendor says how an order stands
TELLING = frozenset({Scenario.MATCH, Scenario.MISMATCH, Scenario.LATE_CALLBACK})

#: what a mismatch found later makes of an order
ENDS: Mapping[str, str] = {DEALING: FAIL, SUCCESS: REFUND}

WRONG_CARD = "PAYEE_CARD_INFO_ERROR"


@dataclass
class Order:
    """``content`` is what was ordered, byte for byte; it is shown to nobody."""

    out_biz_no: str
    amount: str
    content: str
    order_id: str
    status: str
    error_code: str | None = None

    def ends(self, status: str, error_code: str | None = None) -> None:
        self.status = status
        self.error_code = (error_code or WRONG_CARD) if status in {FAIL, REFUND} else None

    def called(self) -> Reply:
        """How the call is answered, the first time and repeated."""
        if self.status == FAIL:
            return failure(self.error_code or WRONG_CARD)
        return answer(code="10000", msg="Success", order_id=self.order_id, status=self.status, trans_date=_now())

    def queried(self) -> Reply:
        members: dict[str, Any] = {"order_id": self.order_id, "status": self.status}
        if self.status in {SUCCESS, REFUND}:
            members |= {"trans_amount": self.amount, "order_fee": "0.00", "pay_date": _now()}
        if self.error_code is not None:
            members |= {"error_code": self.error_code, "fail_reason": self.error_code}
        return answer(code="10000", msg="Success", **members)

    def shown(self) -> Mapping[str, str | None]:
        names = ("out_biz_no", "amount", "order_id", "status", "error_code")
        return {name: getattr(self, name) for name in names}


class Orders:
    """Of one server."""

    def __init__(self) -> None:
        self._known: dict[str, Order] = {}

    def reply(self, stage: Stage, received: Received, *, taken: bool) -> Reply | None:
        """The answer by what is remembered; None where the scenario alone answers. ``taken``: whether an order is, of
        which the answer does not tell."""
        channel = stage.script.channel_of(received)
        scenario = stage.scenario(channel)
        if channel == CALLED:
            return self._called(received, scenario, taken=taken)
        return self._queried(received, scenario) if channel == QUERIED else None

    def _called(self, received: Received, scenario: Scenario | None, *, taken: bool) -> Reply | None:
        content = parse_qs(received.body.decode())["biz_content"][0]
        asked = json.loads(content)
        known = self._known.get(asked["out_biz_no"])
        status = TAKEN.get(scenario) if scenario and taken else None
        if known is None and status is not None:
            number = f"20260102110070{len(self._known):018d}"
            known = Order(asked["out_biz_no"], asked["trans_amount"], content, number, status)
            known.ends(status)
            self._known[known.out_biz_no] = known
        if known is None or scenario not in TELLING:
            return None
        return known.called() if known.content == content else failure("PAYMENT_INFO_INCONSISTENCY")

    def _queried(self, received: Received, scenario: Scenario | None) -> Reply | None:
        if scenario not in TELLING:
            return None
        number = json.loads(parse_qs(received.body.decode())["biz_content"][0])["out_biz_no"]
        known = self._known.get(number)
        if known is None:
            return failure("ORDER_NOT_EXIST")
        if scenario is Scenario.MISMATCH:
            known.ends(ENDS.get(known.status, known.status), known.error_code)
        return known.queried()

    def settle(self, ours: str) -> None:
        """What the bank still had is paid out now."""
        known = self._known.get(ours.replace("-", ""))
        if known is not None and known.status == DEALING:
            known.ends(SUCCESS)

    def end(self, asked: Mapping[str, Any]) -> None:
        """As told: {"out_biz_no", "status", "error_code"?}. Raises ValueError."""
        known = self._known.get(asked["out_biz_no"]) if isinstance(asked.get("out_biz_no"), str) else None
        if known is None:
            msg = "out_biz_no must be one of those listed"
            raise ValueError(msg)
        if asked.get("status") not in STATUSES:
            msg = f"status must be one of {', '.join(STATUSES)}"
            raise ValueError(msg)
        error_code = asked.get("error_code")
        known.ends(asked["status"], error_code if isinstance(error_code, str) else None)

    def listed(self) -> list[Mapping[str, str | None]]:
        return [order.shown() for order in self._known.values()]


def _now() -> str:
    return f"{datetime.now(SHANGHAI):%Y-%m-%d %H:%M:%S}"
