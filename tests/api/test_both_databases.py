"""What depends on the database, on SQLite and on PostgreSQL: locks, races, pools, whole flows."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from providers.base import Outcome, Request
from providers.sandbox import Sandbox
from tests.caller import PORTRAIT, Caller, card_of, person
from tests.conftest import Clock, Nudges
from verify.config import Settings
from verify.jobs.attempts import reconcile
from verify.models import Event
from verify.services import Services

NEW = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
TWINS = 8


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def test_both_flows_end_verified(server: Caller) -> None:
    face = server.create("face", "acct-1")["id"]
    server.consent(face)
    server.step(face, "identity", person(name="𠮷田·三"))
    assert server.step(face, "face", PORTRAIT)["status"] == "verified"
    card = server.create("bank_card", "acct-2")["id"]
    server.consent(card)
    server.step(card, "bank_card", card_of())
    assert server.step(card, "sms_code", {"code": "246810"})["next_step"] == "face"
    assert server.get("/v1/accounts/acct-1").json["personal"]["status"] == "verified"
    listed = server.get("/v1/verifications?limit=1").json
    assert [v["id"] for v in listed["data"]] == [card]
    rest = server.get(f"/v1/verifications?cursor={listed['next_cursor']}").json
    assert [v["id"] for v in rest["data"]] == [face]
    assert rest["data"][0]["result"]["name"] == "𠮷***"


def test_a_time_out_is_reconciled_once_by_many_workers(
    app: Flask, server: Caller, services: Services, clock: Clock, nudges: Nudges
) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person(name="张超时"), status=202)
    clock.turn(seconds=3)

    def work(_: int) -> None:
        with app.app_context():
            reconcile(services, nudges.sent[-1][1])

    with ThreadPoolExecutor(TWINS) as pool:
        list(pool.map(work, range(TWINS)))
    after = server.read(made)
    assert after["next_step"] == "face"
    with services.read() as session:
        kinds = session.scalars(select(Event.type).order_by(Event.seq)).all()
    assert kinds.count("verification.step_passed") == 2  # consent and identity


def together(calls: int, send: Callable[[int], TestResponse]) -> list[int]:
    start = threading.Barrier(calls)

    def one(n: int) -> int:
        start.wait()
        return int(send(n).status_code)

    with ThreadPoolExecutor(calls) as pool:
        return list(pool.map(one, range(calls)))


def test_twins_with_one_key_make_one_verification(server: Caller) -> None:
    headers = {"Idempotency-Key": "once"}
    statuses = together(TWINS, lambda _: server.post("/v1/verifications", NEW, headers=headers))
    assert set(statuses) <= {201, 409}
    assert len(server.get("/v1/verifications").json["data"]) == 1


def test_of_simultaneous_creates_one_wins(server: Caller) -> None:
    statuses = together(TWINS, lambda _: server.post("/v1/verifications", NEW))
    assert Counter(statuses) == {201: 1, 409: TWINS - 1}


def test_of_simultaneous_submissions_one_is_taken(server: Caller, sandbox: Sandbox) -> None:
    made = server.create()["id"]
    server.consent(made)
    calls = []
    ask = sandbox.call

    def counted(request: Request, reference: str) -> Outcome:
        calls.append(reference)
        return ask(request, reference)

    sandbox.call = counted  # type: ignore[method-assign]
    statuses = together(TWINS, lambda _: server.post(f"/v1/verifications/{made}/steps/identity", person()))
    assert Counter(statuses) == {200: 1, 409: TWINS - 1}
    assert len(calls) == 1


class Waiting(Sandbox):
    """Answers each call only once ``calls`` of them are waiting together."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.together = threading.Barrier(calls, timeout=20)

    def call(self, request: Request, reference: str) -> Outcome:
        self.together.wait()
        return super().call(request, reference)


class TestOneConnection:
    """With a pool of one, two requests are at their provider at once: neither holds the connection."""

    @pytest.fixture
    def sandbox(self) -> Waiting:
        return Waiting(2)

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, pool_size=1)

    def test_no_connection_is_held_while_a_provider_thinks(self, server: Caller) -> None:
        made = [server.create(account_ref=f"acct-{n}")["id"] for n in range(2)]
        for one in made:
            server.consent(one)
        path = "/v1/verifications/{}/steps/identity"
        assert together(2, lambda n: server.post(path.format(made[n]), person(n))) == [200, 200]
