"""Money and time under fire: web and worker are killed at random points while transfers, webhooks and expiries run
against a bank and a receiver that lose, delay, repeat and reorder. Nothing is lost, nothing paid twice, nothing final
changes, every fen is found, and every event arrives, in its order and soon."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, func, select, update

from tests.functional.crowd import FORCED, OVER, Crowd
from tests.functional.fake_bank import Bank, open_bank
from tests.functional.halves import Half
from tests.functional.inbox import Inbox, open_inbox
from tests.functional.service import Service
from verify import create_app
from verify.audit import Tally, first_break
from verify.config import Settings, load
from verify.flows.event_log import PREFIXES
from verify.flows.transfers import ledger
from verify.jobs.queue import make_huey, make_nudge
from verify.models import Attempt, Event, Transfer, Verification
from verify.models.due import LEASE
from verify.services import Services, utc_now

KILLS = int(os.environ.get("REALNAME_CHAOS_KILLS", "25"))
TRANSFERS = int(os.environ.get("REALNAME_CHAOS_TRANSFERS", "250"))
SEED = int(os.environ.get("REALNAME_CHAOS_SEED", "20261201"))
THREADS = 6

#: seconds between two kills
PAUSES = (0.3, 4.0)

#: seconds after the last kill within which all has to have ended
SETTLES_WITHIN = 300
#: seconds between two looks at what waits for hours
HOURS_EVERY = 10
#: seconds after the last kill until bank and receiver behave
CALM_AFTER = 30

#: seconds within which an event arrives that nothing holds up: a dead worker's lease, and a minute
ARRIVES_WITHIN = LEASE.total_seconds() + 60


@dataclass
class Scene:
    service: Service
    services: Services
    bank: Bank
    inbox: Inbox
    crowd: Crowd
    halves: tuple[Half, Half]

    @property
    def killed_at(self) -> float:
        return max(half.killed_at for half in self.halves)


@pytest.fixture
def bank() -> Iterator[tuple[Bank, str]]:
    with open_bank(SEED) as opened:
        yield opened


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with open_inbox(SEED) as opened:
        yield opened


@pytest.fixture
def service(tmp_path: Path, both_databases_bare: str, bank: tuple[Bank, str]) -> Service:
    """On SQLite alone, or on PostgreSQL with Redis, where there is one, as broker."""
    is_sqlite = both_databases_bare.startswith("sqlite")
    service = Service(tmp_path, database_url=None if is_sqlite else both_databases_bare)
    redis = os.environ.get("REALNAME_TEST_REDIS")
    if redis and not is_sqlite:
        service.more["REALNAME_BROKER_URL"] = redis
    service.more |= {
        "REALNAME_CONFIG": str(configure(tmp_path, bank[1])),
        "REALNAME_PUBLIC_URL": service.base,
        "REALNAME_WEBHOOK_ALLOW_PRIVATE": "1",
    }
    return service


def configure(root: Path, endpoint: str) -> Path:
    config = root / "realname.toml"
    config.write_text(
        f'request_rate = "100000 per second"\n[providers.local_bank]\nendpoint = "{endpoint}"\n'
        '[providers.routes]\ntransfer = [{ provider = "local_bank" }]\n'
    )
    return config


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """The stores as the test itself sees them."""
    app = create_app(settings, nudge=make_nudge(settings))
    with app.app_context():
        services: Services = app.extensions["realname"]
        yield services
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()


class Hands:
    """Turn single clocks, as if the time that a verification has were over."""

    def __init__(self, settings: Settings) -> None:
        more = {"connect_args": {"timeout": 30}} if settings.database_url.startswith("sqlite") else {}
        self.engine = create_engine(settings.database_url, **more)

    def end_time(self, verification: str) -> None:
        one = Verification.id == UUID(verification.removeprefix("ver_"))
        self._do(update(Verification).where(one, Verification.status == "pending").values(expires_at=utc_now()))

    def end_window(self, verification: str) -> None:
        its = Transfer.verification_id == UUID(verification.removeprefix("ver_"))
        self._do(update(Transfer).where(its, Transfer.closed_at.is_(None)).values(answer_by=utc_now()))

    def _do(self, statement: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(statement)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_money_and_time_survive_kills(service: Service, bank: tuple[Bank, str], inbox: Inbox) -> None:
    token = service.prepare()["test_key"]
    settings = load({name: value for name, value in service.environment.items() if name.startswith("REALNAME_")})
    hands = Hands(settings)
    crowd = Crowd(service, token, hands.end_time, hands.end_window)
    halves = (Half(service, ("web", "--port", str(service.port), "--workers", "1")), Half(service, ("worker",)))
    threads = [threading.Thread(target=crowd.run, args=(range(start, TRANSFERS, THREADS),)) for start in range(THREADS)]
    for half in halves:
        half.start()
    try:
        service.wait_until_ready()
        made = service.send("POST", "/v1/webhook_endpoints", token, json={"url": inbox.receiver.url})
        inbox.secret = made.json()["secret"]
        for thread in threads:
            thread.start()
        kill(halves, settings)
        with opened(settings) as services:
            scene = Scene(service, services, bank[0], inbox, crowd, halves)
            settle(scene, threads)
            check_money(scene)
            check_time(scene)
            check_webhooks(scene)
    finally:
        crowd.stop.set()
        for thread in threads:
            if thread.is_alive():
                thread.join(60)
        for half in halves:
            half.end()
        hands.engine.dispose()


def kill(halves: tuple[Half, Half], settings: Settings) -> None:
    """At random, the worker more often; twice every message of the broker is lost too."""
    luck = random.Random(SEED)  # noqa: S311 - repeatable kills
    web, worker = halves
    for number in range(KILLS):
        time.sleep(luck.uniform(*PAUSES))
        luck.choice((web, worker, worker)).kill(luck)
        if number in {KILLS // 3, 2 * KILLS // 3}:
            huey = make_huey(settings)
            huey.flush()
            huey.storage.close()


def open_ones(services: Services) -> int:
    """Transfers whose end is open, verifications that wait for one, and events nobody has looked at."""
    with services.read() as session:
        counts = (
            select(func.count()).where(Transfer.status.in_(["created", "requested", "unknown"])),
            select(func.count()).where(Verification.status == "processing"),
            select(func.count()).where(Event.fanned_out_at.is_(None), Event.sequence.is_not(None)),
        )
        return sum(session.scalar(count) or 0 for count in counts)


def let_hours_pass(services: Services) -> None:
    """What waits for a later look is due now; what somebody holds stays theirs."""
    now = services.clock()
    with services.write() as session:
        transfers = update(Transfer).where(Transfer.due_at > now, Transfer.lease.is_(None)).values(due_at=now)
        due = session.scalars(transfers.returning(Transfer.id)).all()
        session.execute(
            update(Attempt).where(Attempt.finished_at.is_(None), Attempt.lease.is_(None)).values(due_at=now)
        )
    for transfer_id in due:
        services.nudge("transfers", transfer_id)


def disagreements(services: Services, bank: Bank) -> list[tuple[str, str | None, str]]:
    """(reference, what we say, what the bank says), where they differ."""
    with services.read() as session:
        rows = session.execute(select(Transfer.id, Transfer.status)).all()
    told = {reference: order.status for reference, order in bank.orders.items()}
    ours = {row.id.hex: row.status for row in rows}
    lost = [(reference, None, status) for reference, status in told.items() if reference not in ours]
    return lost + [
        (reference, status, told.get(reference, "never"))
        for reference, status in ours.items()
        if told.get(reference, "failed") != status
    ]


def events_of(services: Services) -> dict[tuple[str, int], float]:
    """(verification or account, sequence) → when it happened, of every public event."""
    with services.read() as session:
        rows = session.execute(
            select(Event.about, Event.about_id, Event.sequence, Event.created_at).where(Event.sequence.is_not(None))
        ).all()
    return {(f"{PREFIXES[row.about]}{row.about_id}", row.sequence): row.created_at.timestamp() for row in rows}


def settle(scene: Scene, threads: list[threading.Thread]) -> None:
    """Until all has ended and arrived."""
    started = passed = time.monotonic()
    while time.monotonic() - started < SETTLES_WITHIN:
        has_ended = not any(thread.is_alive() for thread in threads) and not open_ones(scene.services)
        if has_ended and not disagreements(scene.services, scene.bank) and not missing(scene):
            return
        scene.bank.mischievous = scene.inbox.mischievous = time.monotonic() - started < CALM_AFTER
        if time.monotonic() - passed > HOURS_EVERY:
            let_hours_pass(scene.services)
            passed = time.monotonic()
        time.sleep(1)


def missing(scene: Scene) -> set[tuple[str, int]]:
    return set(events_of(scene.services)) - scene.inbox.taken()


def check_money(scene: Scene) -> None:
    assert open_ones(scene.services) == 0
    assert disagreements(scene.services, scene.bank) == []
    assert {reference: times for reference, times in scene.bank.paid.items() if times > 1} == {}
    assert scene.bank.altered == set()
    with scene.services.read() as session:
        rows = session.scalars(select(Transfer.id)).all()
        contradicted = session.scalars(select(Transfer.id).where(Transfer.contradiction.is_not(None))).all()
        balance = ledger.balance(session, scene.services, livemode=False)
    assert contradicted == []
    assert len(rows) > TRANSFERS
    assert sum(scene.bank.paid_to.values()) == balance_of(balance)
    assert (balance.difference, balance.unbalanced, balance.misplaced) == (0, [], [])
    assert balance.accounts[ledger.Book.IN_FLIGHT] == 0
    assert all(scene.bank.seen[mischief] for mischief in ("request lost", "answer lost", "late", "refused"))


def balance_of(balance: ledger.Balance) -> int:
    """Payments that the ledger knows of; with a test key each is of 37 fen."""
    return (balance.accounts[ledger.Book.PAID] + balance.accounts[ledger.Book.RETURNED]) // 37


def check_time(scene: Scene) -> None:
    """Everybody came to an end, the one that time and the bank had for them, and it stayed."""
    people = scene.crowd.people
    with scene.services.read() as session:
        rows = session.execute(select(Verification.id, Verification.status)).all()
    now = {f"ver_{row.id}": row.status for row in rows}
    assert len(people) == len(now) == TRANSFERS
    assert {person.verification for person in people.values()} == set(now)
    assert scene.crowd.contradicted == set()
    assert now == scene.crowd.ends
    with scene.services.read() as session:
        assert first_break(session, Tally()) is None
    assert set(now.values()) == {"verified", "expired", "canceled"}
    expired = {person.n % 10 for person in people.values() if now[str(person.verification)] == "expired"}
    assert expired == {FORCED, OVER}


def check_webhooks(scene: Scene) -> None:
    """At least once, in order per verification, and within a lease and a minute of when it could go."""
    happened = events_of(scene.services)
    assert missing(scene) == set()
    assert scene.inbox.taken() == set(happened)
    waited = {}
    for about, arrivals in scene.inbox.arrivals.items():
        order = [one.sequence for one in arrivals]
        assert order == sorted(order)
        before = 0.0
        for sequence in sorted(set(order)):
            at = min(one.at for one in arrivals if one.taken and one.sequence == sequence)
            waited[about, sequence] = at - max(happened[about, sequence], before, min(at, scene.killed_at))
            before = at
    assert max(waited.values()) < ARRIVES_WITHIN
    assert all(scene.inbox.seen.values())
