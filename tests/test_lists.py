"""A list takes as many statements for fifty entries as for one: of the API, of the console, of a sweep's batch."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.caller import Caller
from tests.conftest import Clock, Statements
from tests.desk import seated
from verify.flows.states import Action, advance
from verify.jobs import retention
from verify.models import Verification
from verify.services import Services

MANY = 50

LISTS = (
    "/v1/verifications?limit=100",
    "/v1/verifications?limit=100&account_ref=acct-0",
    "/v1/events?limit=100",
    "/v1/webhook_endpoints",
    "/v1/accounts/acct-0",
)
PAGES = ("/ops/queue", "/ops/overview", "/ops/audit", "/ops/team", "/ops/rights")


def fill(server: Caller, services: Services, first: int, last: int) -> None:
    """Verifications with an address to be told at, sent to review."""
    for n in range(first, last):
        server.create("face", f"acct-{n}", contact={"email": f"user{n}@example.com"})
    with services.write() as session:
        for verification in session.scalars(select(Verification).where(Verification.status == "pending")):
            advance(verification, Action.REFER, services.clock())


def test_lists_of_the_api(server: Caller, services: Services, statements: Statements) -> None:
    fill(server, services, 0, 1)
    one = {path: counted(statements, server.get, path) for path in LISTS}
    fill(server, services, 1, MANY)
    assert {path: counted(statements, server.get, path) for path in LISTS} == one


def test_pages_of_the_console(app: Flask, server: Caller, services: Services, statements: Statements) -> None:
    desk, _ = seated(app, services, "li", "supervisor", "auditor", "administrator")
    fill(server, services, 0, 1)
    one = {path: counted(statements, desk.get, path) for path in PAGES}
    fill(server, services, 1, MANY)
    assert {path: counted(statements, desk.get, path) for path in PAGES} == one


@pytest.mark.parametrize("sweep", [retention.sweep, retention.sweep_records])
def test_sweeps_of_a_batch(
    server: Caller, services: Services, statements: Statements, clock: Clock, sweep: Callable[[Services], int]
) -> None:
    taken, counts = [], []
    for first, last in ((0, 1), (1, MANY)):
        fill(server, services, first, last)
        end(services)
        clock.turn(days=31)
        statements.clear()
        taken.append(sweep(services))
        counts.append((len(statements.main), len(statements.keys)))
    assert taken == [1, MANY - 1]
    assert counts[0] == counts[1]


def end(services: Services) -> None:
    with services.write() as session:
        ended = {"status": "canceled", "ended_at": services.clock(), "paused_at": None}
        session.execute(update(Verification).where(Verification.ended_at.is_(None)).values(ended))


def counted(statements: Statements, ask: Callable[[str], object], path: str) -> tuple[int, int]:
    """Of the main store and of the key store."""
    ask(path)  # what is read once a second is read
    statements.clear()
    ask(path)
    return len(statements.main), len(statements.keys)
