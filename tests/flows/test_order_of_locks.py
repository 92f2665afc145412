"""Whoever holds an account can have its verifications: nobody holds one of them and waits for the account."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from providers.base import Outcome, Request, Result, TransferWord
from providers.sandbox import Sandbox
from tests.caller import PORTRAIT, Caller
from tests.conftest import Clock
from tests.databases import postgres_url, scratch_database
from tests.enterprises import authorized, give_letter, in_person, to_representative
from tests.transfers import to_amount, to_card
from verify.flows import accounts
from verify.flows.case import Reach
from verify.flows.transfers import batches
from verify.flows.transfers.states import News
from verify.jobs import rechecks, transfers
from verify.models import Account, Transfer, Verification
from verify.services import Services

#: seconds until whoever has to wait for a lock does
PATIENCE = 5.0

#: what is done to an account that was verified, by which it is suspended
Late = Callable[[], object]


class Telling(Sandbox):
    """A register that closed everybody, once it is told so; a bank that sends everything back, read anew."""

    is_late = False

    def call(self, request: Request, reference: str) -> Outcome:
        if self.is_late and request.capability == "registry":
            return Outcome(Result.MISMATCH, "enterprise_revoked")
        return super().call(request, reference)

    def read_back(self, capability: object, reference: str, theirs: str | None = None) -> Outcome:
        if self.is_late:
            return Outcome(Result.ACCEPTED, transfer=TransferWord.RETURNED)
        return super().read_back(capability, reference, theirs)  # type: ignore[arg-type]


@pytest.fixture
def database() -> Iterator[str]:
    url = postgres_url()
    if url is None:
        pytest.skip("no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL")
    with scratch_database(url) as scratch:
        yield scratch


@pytest.fixture
def sandbox() -> Telling:
    return Telling()


def reach(session: Session) -> Reach:
    return Reach(session.scalars(select(Account.application_id)).one(), livemode=False)


def letter(server: Caller, services: Services, clock: Clock, sandbox: Telling) -> Late:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    give_letter(server, made, "2026-12-20")
    server.step(made, "face", PORTRAIT)
    server.post(f"/v1/test/verifications/{made}/review", {"decision": "approve"})
    clock.turn(days=20)
    return lambda: rechecks.sweep(services)


def register(server: Caller, services: Services, clock: Clock, sandbox: Telling) -> Late:
    made = to_representative(server)
    server.step(made, "representative", in_person())
    server.step(made, "face", PORTRAIT)
    sandbox.is_late = True
    clock.turn(days=90)
    rechecks.sweep(services)
    clock.turn(days=3)
    return lambda: rechecks.sweep(services)


def paid(server: Caller) -> str:
    made = to_amount(server)
    assert server.step(made, "transfer_amount", {"amount": "0.37"})["status"] == "verified"
    return made


def read_back(server: Caller, services: Services, clock: Clock, sandbox: Telling) -> Late:
    paid(server)
    sandbox.is_late = True
    clock.turn(days=1)
    return lambda: transfers.sweep(services)


def by_people(server: Caller, services: Services, clock: Clock, sandbox: Telling) -> Late:
    paid(server)
    with services.read() as session:
        transfer = session.scalars(select(Transfer)).one()
    return lambda: batches.tell(transfer.verification_id, transfer.id, News.RETURNED, services)


def forced(server: Caller, services: Services, clock: Clock, sandbox: Telling) -> Late:
    made = paid(server)
    return lambda: server.post(f"/v1/test/verifications/{made}/advance_transfer", {"to": "returned"})


def waits(session: Session) -> bool:
    """Whether anybody in this database waits for a lock."""
    session.execute(text("SELECT pg_stat_clear_snapshot()"))
    here = "datname = current_database() AND wait_event_type = 'Lock'"
    return bool(session.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {here}")))  # noqa: S608 - no input


@pytest.fixture
def beside(app: Flask) -> Iterator[Callable[[Late], Future[object]]]:
    """Has something done by another thread."""

    def within(act: Late) -> object:
        with app.app_context():
            return act()

    with ThreadPoolExecutor(1) as pool:
        yield lambda act: pool.submit(within, act)


@pytest.mark.parametrize("late", [letter, register, read_back, by_people, forced])
def test_a_late_fact_holds_no_verification_while_it_waits_for_the_account(
    late: Callable[[Caller, Services, Clock, Telling], Late],
    beside: Callable[[Late], Future[object]],
    server: Caller,
    services: Services,
    clock: Clock,
    sandbox: Telling,
) -> None:
    act = late(server, services, clock, sandbox)
    with services.write() as session:
        accounts.load_locked(session, reach(session), "acct-1001")
        suspending = beside(act)
        until = time.monotonic() + PATIENCE
        while not waits(session) and time.monotonic() < until:
            time.sleep(0.01)
        session.execute(select(Verification.id).with_for_update(nowait=True))
    suspending.result()
    with services.read() as session:
        assert session.scalars(select(Account.suspended_at)).one() is not None


def test_a_second_creation_that_waits_for_the_first_holds_up_no_row_of_its_account(
    beside: Callable[[Late], Future[object]], server: Caller, services: Services
) -> None:
    server.create()
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    with services.write() as session:
        session.execute(select(Verification.id).with_for_update())
        creating = beside(lambda: server.post("/v1/verifications", wanted).status_code)
        until = time.monotonic() + PATIENCE
        while not waits(session) and time.monotonic() < until:
            time.sleep(0.01)
        session.execute(select(Account.id).with_for_update(read=True, key_share=True, nowait=True))
    assert creating.result() == 409


def test_a_step_needs_no_lock_of_its_account(
    beside: Callable[[Late], Future[object]], server: Caller, services: Services
) -> None:
    made = to_card(server)
    with services.write() as session:
        accounts.load_locked(session, reach(session), "acct-1001")
        for side in ("front", "back"):
            beside(lambda side=side: server.step(made, f"id_card?side={side}", PORTRAIT, status=None)).result(PATIENCE)
        amount = {"amount": "0.37"}
        done = beside(lambda: server.step(made, "transfer_amount", amount)).result(PATIENCE)
    assert done["status"] == "verified"  # type: ignore[index]
