"""Money under fire: web and worker are killed at random points while transfers run against a bank that loses,
delays, repeats and reorders. Nothing is lost, nothing paid twice, nothing final changes, every fen is found."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from sqlalchemy import func, select, update

from tests.caller import account_of
from tests.functional.fake_bank import Bank, open_bank
from tests.functional.service import PROGRAM, Service
from verify import create_app
from verify.config import Settings, load
from verify.flows.transfers import ledger
from verify.images import draw_portrait
from verify.models import Attempt, Transfer, Verification
from verify.services import Services

KILLS = int(os.environ.get("REALNAME_CHAOS_KILLS", "50"))
TRANSFERS = int(os.environ.get("REALNAME_CHAOS_TRANSFERS", "120"))
SEED = int(os.environ.get("REALNAME_CHAOS_SEED", "20261201"))
CLIENTS = 6

#: seconds between two kills
PAUSES = (0.3, 3.0)

#: seconds after the last kill within which all has to have ended: a lease, and the sweep of a worker that starts
SETTLES_WITHIN = 240
RESTART_EVERY = 15
#: seconds after the last kill until the bank behaves
CALM_AFTER = 30

PHOTO = draw_portrait(80, 100)
FINAL = {"verified", "rejected", "expired", "canceled"}

#: how account numbers of the n-th verification end, in turn
ENDINGS = ("1111", "1111", "1111", "0004", "1111", "0002")


@dataclass
class Half:
    """Web or worker, started again as soon as it was killed."""

    service: Service
    words: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.service.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, *self.words],
                env=self.service.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, luck: random.Random) -> None:
        """``kill -9``: the process itself or, as often, one that it started."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []
        if children and luck.random() < 0.5:
            with contextlib.suppress(psutil.NoSuchProcess):
                luck.choice(children).kill()
            return
        self.end()
        self.start()

    def end(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Clients:
    """Browsers that never give up; they remember every end they saw."""

    service: Service
    token: str
    ends: dict[str, str] = field(default_factory=dict)
    seen: dict[int, str] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def send(self, method: str, path: str, **more: Any) -> dict[str, Any] | None:
        try:
            found = self.service.send(method, path, self.token, **more)
            body: dict[str, Any] = found.json()
        except (requests.RequestException, ValueError):
            time.sleep(0.2)
            return None
        return body

    def run(self, numbers: range) -> None:
        """All of them a step at a time, so that none waits for another's bank."""
        left = list(numbers)
        while left and not self.stop.is_set():
            left = [n for n in left if not self._take_turn(n)]
            time.sleep(0.1)

    def _take_turn(self, n: int) -> bool:
        if n not in self.seen:
            self._create(n)
            return False
        return self._go_on(n)

    def _create(self, n: int) -> None:
        made = self.send(
            "POST",
            "/v1/verifications",
            json={"type": "personal", "method": "micro_transfer", "account_ref": f"acct-{n}"},
        )
        found = made and (made.get("verification") or made.get("id"))
        if found:
            self.seen[n] = found

    def _go_on(self, n: int) -> bool:
        """One step further; true when there is nothing more to do."""
        path = f"/v1/verifications/{self.seen[n]}"
        now = self.send("GET", path)
        if now is None or "status" not in now or now["status"] == 200:
            return False
        if now["status"] in FINAL:
            self.ends.setdefault(self.seen[n], now["status"])
            return True
        if now["last_error"] and now["last_error"]["code"] in {"account_invalid", "transfer_returned"}:
            return True
        self._submit(n, path, now)
        return False

    def _submit(self, n: int, path: str, now: dict[str, Any]) -> None:
        match now["next_step"]:
            case "consent":
                notice = self.send("GET", f"{path}/consent_notice") or {}
                granted = [item["id"] for item in notice.get("items", ())]
                body = {"policy_version": notice.get("policy_version"), "granted": granted}
                self.send("POST", f"{path}/steps/consent", json=body)
            case "bank_account":
                account = account_of(n, ending=ENDINGS[n % len(ENDINGS)])
                self.send("POST", f"{path}/steps/bank_account", json=account)
            case "id_card":
                side = next(step["needs"] for step in now["steps"] if step["name"] == "id_card")[0]
                headers = {"Content-Type": "image/jpeg"}
                self.send("POST", f"{path}/steps/id_card?side={side}", data=PHOTO, headers=headers)
            case "transfer_amount" if n % 10 == 7:
                self.send("POST", f"/v1/test{path.removeprefix('/v1')}/expire", json={})
            case "transfer_amount":
                self.send("POST", f"{path}/steps/transfer_amount", json={"amount": "0.37"})


@pytest.fixture
def bank() -> Iterator[tuple[Bank, str]]:
    with open_bank(SEED) as opened:
        yield opened


def configure(root: Path, endpoint: str) -> Path:
    config = root / "realname.toml"
    config.write_text(
        f'request_rate = "100000 per second"\n[providers.local_bank]\nendpoint = "{endpoint}"\n'
        '[providers.routes]\ntransfer = [{ provider = "local_bank" }]\n'
    )
    return config


def flush(service: Service) -> None:
    """Lose every message there is."""
    with contextlib.closing(sqlite3.connect(service.root / "instance" / "realname-broker.db", timeout=10)) as broker:
        tables = broker.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in tables.fetchall():
            broker.execute(f'DELETE FROM "{table}"')  # noqa: S608 - its own catalogue names the tables
        broker.commit()


def open_ones(services: Services) -> int:
    """Transfers whose end is open, and verifications that wait for one."""
    with services.read() as session:
        transfers = session.scalar(select(func.count()).where(Transfer.status.in_(["created", "requested", "unknown"])))
        waiting = session.scalar(select(func.count()).where(Verification.status == "processing"))
    return (transfers or 0) + (waiting or 0)


def let_hours_pass(services: Services) -> None:
    """What waits for a later look is due now; what somebody holds stays theirs."""
    now = services.clock()
    with services.write() as session:
        session.execute(update(Transfer).where(Transfer.due_at > now, Transfer.lease.is_(None)).values(due_at=now))
        session.execute(
            update(Attempt).where(Attempt.finished_at.is_(None), Attempt.lease.is_(None)).values(due_at=now)
        )


def disagreements(services: Services, bank: Bank) -> list[tuple[str, str | None, str]]:
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


def settings_of(service: Service) -> Settings:
    return load({name: value for name, value in service.environment.items() if name.startswith("REALNAME_")})


@pytest.mark.long
@pytest.mark.timeout(600)
def test_money_survives_kills(tmp_path: Path, both_databases: str, bank: tuple[Bank, str]) -> None:
    books, endpoint = bank
    luck = random.Random(SEED)  # noqa: S311 - repeatable kills
    database = None if both_databases.startswith("sqlite") else both_databases
    service = Service(tmp_path, database_url=database)
    service.more |= {"REALNAME_CONFIG": str(configure(tmp_path, endpoint)), "REALNAME_PUBLIC_URL": service.base}
    token = service.prepare()["test_key"]
    web = Half(service, ("web", "--port", str(service.port), "--workers", "1"))
    worker = Half(service, ("worker",))
    clients = Clients(service, token)
    threads = [
        threading.Thread(target=clients.run, args=(range(start, TRANSFERS, CLIENTS),)) for start in range(CLIENTS)
    ]
    web.start()
    worker.start()
    try:
        service.wait_until_ready()
        for thread in threads:
            thread.start()
        for kill in range(KILLS):
            time.sleep(luck.uniform(*PAUSES))
            luck.choice((web, worker, worker)).kill(luck)
            if kill in {KILLS // 3, 2 * KILLS // 3}:
                flush(service)
        app = create_app(settings_of(service), nudge=lambda *_: None)
        with app.app_context():
            services: Services = app.extensions["realname"]
            settle(services, books, worker, threads)
            clients.stop.set()
            for thread in threads:
                thread.join(30)
            check(services, books, clients)
            app.extensions["sqlalchemy"].engine.dispose()
        services.vault.engine.dispose()
    finally:
        clients.stop.set()
        for half in (web, worker):
            half.end()


def settle(services: Services, books: Bank, worker: Half, threads: list[threading.Thread]) -> None:
    """Until all has ended, a starting worker every now and then finding what no message speaks of."""
    deadline = time.monotonic() + SETTLES_WITHIN
    calm = time.monotonic() + CALM_AFTER
    restart = time.monotonic() + RESTART_EVERY
    while time.monotonic() < deadline:
        if not any(t.is_alive() for t in threads) and not open_ones(services) and not disagreements(services, books):
            return
        books.mischievous = time.monotonic() < calm
        if time.monotonic() > restart:
            let_hours_pass(services)
            worker.end()
            worker.start()
            restart = time.monotonic() + RESTART_EVERY
        time.sleep(1)


def check(services: Services, books: Bank, clients: Clients) -> None:
    assert len(clients.seen) == TRANSFERS
    assert open_ones(services) == 0
    assert disagreements(services, books) == []
    assert {number: times for number, times in books.paid.items() if times > 1} == {}
    assert books.altered == set()
    with services.read() as session:
        rows = session.execute(select(Verification.id, Verification.status)).all()
        contradicted = session.scalars(select(Transfer.id).where(Transfer.contradiction.is_not(None))).all()
        balance = ledger.balance(session, services, livemode=False)
    now = {f"ver_{row.id}": row.status for row in rows}
    assert {ver: end for ver, end in clients.ends.items() if now[ver] != end} == {}
    assert contradicted == []
    assert (balance.difference, balance.unbalanced, balance.misplaced) == (0, [], [])
    assert balance.accounts[ledger.Book.IN_FLIGHT] == 0
    assert set(clients.ends.values()) == {"verified", "expired"}
    assert all(books.seen[mischief] for mischief in ("request lost", "answer lost", "late", "refused"))
