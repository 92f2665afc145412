"""What depends on the database: locks and races around money, on SQLite and on PostgreSQL."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from providers.base import Capability, Outcome, Request, TransferOrder, Unknown
from providers.sandbox import Sandbox
from tests.caller import Caller
from tests.conftest import Clock
from tests.transfers import to_amount
from verify.flows.transfers import ledger
from verify.flows.transfers.carrying import carry_on
from verify.jobs import transfers
from verify.models import Transfer
from verify.services import Services

TWINS = 6
RIGHT = {"amount": "0.37"}


class Losing(Sandbox):
    """Its first answer to an order is lost, and the order with it."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[str] = []

    def call(self, request: Request, reference: str) -> Outcome:
        if isinstance(request, TransferOrder):
            self.orders.append(reference)
            if len(self.orders) == 1:
                raise Unknown
        return super().call(request, reference)


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def sandbox() -> Losing:
    return Losing()


def together(app: Flask, work: Callable[[int], Any]) -> list[Any]:
    start = threading.Barrier(TWINS)

    def one(n: int) -> Any:
        start.wait()
        with app.app_context():
            return work(n)

    with ThreadPoolExecutor(TWINS) as pool:
        return list(pool.map(one, range(TWINS)))


def the(services: Services) -> Transfer:
    with services.read() as session:
        return session.scalars(select(Transfer).execution_options(populate_existing=True)).one()


def test_a_lost_order_is_sent_again_once_by_many_workers_and_answered_once(
    app: Flask, server: Caller, services: Services, sandbox: Losing, clock: Clock
) -> None:
    verification = to_amount(server)
    transfer = the(services)
    assert (transfer.status, len(sandbox.orders)) == ("unknown", 1)
    clock.turn(seconds=3)
    together(app, lambda _: carry_on(transfer.id, services))
    assert sandbox.orders == [transfer.id.hex] * 2
    assert the(services).status == "sent"
    path = f"/v1/verifications/{verification}/steps/transfer_amount"
    statuses = together(app, lambda _: server.post(path, RIGHT).status_code)
    assert Counter(statuses) == {200: 1, 409: TWINS - 1}
    assert server.read(verification)["status"] == "verified"
    with services.read() as session:
        balance = ledger.balance(session, services, livemode=False)
    assert (balance.difference, balance.unbalanced, balance.misplaced) == (0, [], [])
    assert transfers.forget(services) == 1
    assert sandbox.capabilities[Capability.TRANSFER].idempotent_reference


def test_of_wrong_answers_at_once_each_is_counted(app: Flask, server: Caller, clock: Clock, services: Services) -> None:
    verification = to_amount(server)
    clock.turn(seconds=3)
    transfers.sweep(services)
    path = f"/v1/verifications/{verification}/steps/transfer_amount"
    statuses = together(app, lambda _: server.post(path, {"amount": "0.38"}).status_code)
    assert Counter(statuses) == {200: 3, 409: TWINS - 3}
    assert server.read(verification)["transfer"]["attempts_left"] == 0
