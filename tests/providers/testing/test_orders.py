"""What the served Alipay remembers of orders, asked over a socket as its adapter asks."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from providers.base import Capability, NotReceived, Outcome, Provider, TransferOrder, Unknown
from providers.registry import load
from providers.testing import server as serving
from providers.testing.conformance import answer_to, kind_of, reading_of, reference
from providers.testing.examples import request_for
from providers.testing.server import SandboxServer

TRANSFER = Capability.TRANSFER


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def alipay(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setattr(serving, "SILENCE", 0.0)
    provider = load("alipay", server.settings("alipay"))
    yield provider
    provider.close()


def order(amount_fen: int = 123) -> TransferOrder:
    found = request_for(TRANSFER)
    assert isinstance(found, TransferOrder)
    return replace(found, amount_fen=amount_fen)


def read(alipay: Provider, ours: str) -> tuple[Any, ...]:
    found = reading_of(alipay, TRANSFER, ours, None)
    if isinstance(found, Outcome):
        return found.transfer, found.amount_fen
    return (type(found),)


def listed(server: SandboxServer) -> list[dict[str, Any]]:
    return list(requests.get(f"{server.endpoint}/_sandbox/orders", timeout=5).json())


def play(server: SandboxServer, **asked: Any) -> None:
    played = requests.post(f"{server.endpoint}/_sandbox/play", json={"vendor": "alipay", **asked}, timeout=5)
    assert played.status_code == 204, played.text


def test_a_query_tells_of_the_very_order(server: SandboxServer, alipay: Provider) -> None:
    ours, other = reference(), reference()
    answer_to(alipay, order(123), ours)
    answer_to(alipay, order(45), other)
    assert [read(alipay, number) for number in (ours, other)] == [("sent", 123), ("sent", 45)]


def test_orders_are_listed_with_their_amounts_and_nothing_of_the_payee(server: SandboxServer, alipay: Provider) -> None:
    ours = reference()
    answer_to(alipay, order(123), ours)
    [shown] = listed(server)
    assert (shown["out_biz_no"], shown["amount"], shown["status"]) == (ours.replace("-", ""), "1.23", "SUCCESS")
    assert shown.keys() == {"out_biz_no", "amount", "order_id", "status", "error_code"}


def test_an_order_that_never_came_does_not_exist(alipay: Provider) -> None:
    assert read(alipay, reference()) == (NotReceived,)


@pytest.mark.parametrize("trouble", [{"scenario": "timeout"}, {"lose": True}, {"scenario": "malformed"}])
@pytest.mark.parametrize(("taken", "found"), [(True, ("sent", 123)), (False, (NotReceived,))])
def test_of_a_lost_answer_the_query_tells_whether_the_order_was_taken(
    server: SandboxServer, alipay: Provider, trouble: dict[str, Any], found: tuple[Any, ...], *, taken: bool
) -> None:
    ours = reference()
    play(server, taken=taken, times=1, **trouble)
    assert kind_of(answer_to(alipay, order(), ours)) is Unknown
    assert read(alipay, ours) == found


def test_what_is_with_the_bank_stays_there_until_the_notification(server: SandboxServer, alipay: Provider) -> None:
    ours = reference()
    play(server, scenario="late_callback")
    answer_to(alipay, order(), ours)
    play(server, scenario="match")
    assert read(alipay, ours)[0] == "requested"
    server.notify("alipay", TRANSFER, ours, "", f"{server.endpoint}/_sandbox/log")
    assert read(alipay, ours) == ("sent", 123)


def test_a_repeated_order_is_the_same_one_and_another_under_its_number_is_refused(
    server: SandboxServer, alipay: Provider
) -> None:
    ours = reference()
    first, again = (answer_to(alipay, order(), ours) for _ in range(2))
    assert isinstance(first, Outcome)
    assert isinstance(again, Outcome)
    assert first.vendor_reference == again.vendor_reference
    changed = answer_to(alipay, order(99), ours)
    assert getattr(changed, "vendor_code", None) == "PAYMENT_INFO_INCONSISTENCY"
    assert [shown["amount"] for shown in listed(server)] == ["1.23"]


def test_a_wrong_card_fails_for_good(server: SandboxServer, alipay: Provider) -> None:
    ours = reference()
    play(server, scenario="mismatch")
    answer_to(alipay, order(), ours)
    play(server, scenario="match")
    assert read(alipay, ours)[0] == "failed"


def test_an_order_can_be_sent_back_by_the_bank(server: SandboxServer, alipay: Provider) -> None:
    ours = reference()
    answer_to(alipay, order(), ours)
    told = {"out_biz_no": ours.replace("-", ""), "status": "REFUND"}
    assert requests.post(f"{server.endpoint}/_sandbox/orders", json=told, timeout=5).status_code == 200
    assert read(alipay, ours)[0] == "returned"


def test_each_notification_is_one_of_its_own(server: SandboxServer, alipay: Provider) -> None:
    ours = reference()
    told = [alipay.callback(*server.told("alipay", TRANSFER, ours, "")) for _ in range(2)]
    assert [hint.reference for hint in told] == 2 * [ours.replace("-", "")]
    assert told[0].event != told[1].event


@pytest.mark.parametrize(
    ("told", "detail"),
    [({"out_biz_no": "none", "status": "FAIL"}, "out_biz_no must be"), ({"out_biz_no": 1}, "out_biz_no must be")],
)
def test_an_order_that_nobody_gave_does_not_end(server: SandboxServer, told: Any, detail: str) -> None:
    refused = requests.post(f"{server.endpoint}/_sandbox/orders", json=told, timeout=5)
    assert (refused.status_code, detail in refused.json()["detail"]) == (400, True)
