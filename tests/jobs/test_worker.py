import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import NoReturn
from uuid import UUID

import pytest
import structlog
from flask import Flask
from huey.consumer import Consumer
from sqlalchemy import text

from tests.conftest import Clock
from verify.jobs import worker
from verify.jobs.queue import BrokerNudge
from verify.jobs.worker import HANDLERS, SWEEPS, sweep_all, work
from verify.models import Base
from verify.services import Services

ROW = UUID("0193a1b2-0000-7000-8000-000000000001")
SECRET = "王小明 11010119900101004X"


def fail(*_: object) -> NoReturn:
    raise ValueError(SECRET)


def one_row(_: object) -> int:
    return 1


@pytest.fixture
def own_signals() -> Iterator[None]:
    """The signal handlers of this process as they were before."""
    before = {signum: signal.getsignal(signum) for signum in worker.SIGNALS}
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


def test_a_message_leads_to_the_handler_of_its_table(app: Flask) -> None:
    done: list[tuple[Services, UUID]] = []
    work(app, "attempts", ROW, {"attempts": lambda services, row_id: done.append((services, row_id))})
    assert done == [(app.extensions["realname"], ROW)]


def test_a_handler_may_use_the_main_store(app: Flask) -> None:
    def read(services: Services, _: UUID) -> None:
        with services.read() as session:
            done.append(session.scalar(text("SELECT 7")))

    done: list[object] = []
    work(app, "attempts", ROW, {"attempts": read})
    assert done == [7]


def test_a_message_about_another_table_is_dropped(app: Flask) -> None:
    with structlog.testing.capture_logs() as logs:
        work(app, "passwords", ROW)
    assert [entry["event"] for entry in logs] == ["job unknown"]


def test_a_handler_that_fails_is_logged_by_class_and_ends_nothing(app: Flask) -> None:
    with structlog.testing.capture_logs() as logs:
        work(app, "attempts", ROW, {"attempts": fail})
    assert [(entry["event"], entry["job"], entry["id"]) for entry in logs] == [("job failed", "attempts", ROW)]


def test_a_sweep_is_repeated_until_nothing_is_left(app: Flask) -> None:
    left = [3, 2, 0, 9]
    assert sweep_all(app, "x", lambda _: left.pop(0), threading.Event()) == 5
    assert left == [9]


def test_a_sweep_goes_on_after_a_row_that_fails(app: Flask) -> None:
    rounds: list[Callable[[], int]] = [fail, lambda: 4, lambda: 0]
    with structlog.testing.capture_logs():
        assert sweep_all(app, "x", lambda _: rounds.pop(0)(), threading.Event()) == 4


def test_a_sweep_that_only_fails_gives_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "FAILURES", 3)
    with structlog.testing.capture_logs() as logs:
        assert sweep_all(app, "x", fail, threading.Event()) == 0
    assert len(logs) == 3


def test_a_sweep_that_never_ends_is_ended(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ROUNDS", 5)
    assert sweep_all(app, "x", one_row, threading.Event()) == 5


def test_a_sweep_stops_with_the_worker(app: Flask) -> None:
    stop = threading.Event()
    stop.set()
    assert sweep_all(app, "x", one_row, stop) == 1


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_of_empty_tables_finds_nothing(app: Flask, name: str) -> None:
    assert sweep_all(app, name, SWEEPS[name], threading.Event()) == 0


def test_records_are_looked_through_once_an_hour(app: Flask, clock: Clock) -> None:
    assert worker._takes(app, "records")
    clock.turn(minutes=59)
    assert not worker._takes(app, "records")
    assert worker._takes(app, "retention")
    clock.turn(minutes=1)
    assert worker._takes(app, "records")


def test_messages_are_about_tables_there_are() -> None:
    assert HANDLERS.keys() <= Base.metadata.tables.keys()


@pytest.mark.usefixtures("own_signals")
def test_a_stop_that_comes_while_the_queue_is_opened_is_heeded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    start = Consumer.start

    def start_and_be_stopped(consumer: Consumer) -> None:
        start(consumer)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Consumer, "start", start_and_be_stopped)
    with structlog.testing.capture_logs() as logs:
        worker.run(app)
    assert [entry["event"] for entry in logs] == ["worker started", "worker stopped"]


@pytest.mark.usefixtures("own_signals")
def test_sweeps_go_on_while_the_broker_is_down(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def sweep(_: Services) -> int:
        swept.append(time.monotonic())
        if len(swept) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return 0

    swept: list[float] = []
    monkeypatch.setattr(worker, "make_huey", fail)
    monkeypatch.setattr(worker, "SWEEPS", {"attempts": sweep})
    monkeypatch.setattr(worker, "SWEEP_EVERY", 0.05)
    monkeypatch.setattr(worker, "BROKER_RETRY", 0.05)
    with structlog.testing.capture_logs() as logs:
        worker.run(app)
    assert len(swept) >= 3
    assert "broker unreachable" in {entry["event"] for entry in logs}


@pytest.mark.usefixtures("own_signals")
def test_a_nudge_is_followed_by_its_handler(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def handle(_: Services, row_id: UUID) -> None:
        done.append(row_id)
        os.kill(os.getpid(), signal.SIGTERM)

    done: list[UUID] = []
    monkeypatch.setattr(worker, "SWEEPS", {})
    monkeypatch.setattr(worker, "work", lambda app, _, row_id: handle(app.extensions["realname"], row_id))
    nudge = BrokerNudge(app.extensions["realname"].settings)
    nudge("attempts", ROW)
    with structlog.testing.capture_logs():
        worker.run(app)
    assert done == [ROW]
