"""Periodic work: once per cluster, without a leader."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.waiting import wait_until
from verify.jobs import periodic, worker
from verify.services import Services

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def test_a_round_is_due_at_once_and_then_every_minute(services: Services, clock: Clock) -> None:
    assert periodic.take(services, "expiry", MINUTE)
    assert not periodic.take(services, "expiry", MINUTE)
    clock.turn(seconds=59)
    assert not periodic.take(services, "expiry", MINUTE)
    clock.turn(seconds=1)
    assert periodic.take(services, "expiry", MINUTE)


def test_each_work_has_rounds_of_its_own(services: Services) -> None:
    assert periodic.take(services, "expiry", MINUTE)
    assert periodic.take(services, "tags", MINUTE)


def test_of_many_workers_one_takes_a_round(app: Flask, clock: Clock) -> None:
    def take(_: int) -> bool:
        with app.app_context():
            return periodic.take(app.extensions["realname"], "expiry", MINUTE)

    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert sum(pool.map(take, range(8))) == 1
            clock.turn(minutes=1)


@pytest.mark.parametrize("both_databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "rounds"), [("expiry", 1), ("attempts", 3)])
def test_workers_share_what_is_taken_up_row_by_row_and_nothing_else(app: Flask, name: str, rounds: int) -> None:
    swept: list[str] = []

    def sweep(_: Services) -> int:
        swept.append(name)
        return 0

    stop = threading.Event()
    sweepers = [worker._start_sweeper(app, name, sweep, stop) for _ in range(3)]
    wait_until(lambda: len(swept) >= rounds)
    time.sleep(0.2)
    stop.set()
    for sweeper in sweepers:
        sweeper.join(60)
    assert len(swept) == rounds


def test_a_store_that_is_down_ends_no_worker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise ConnectionError

    monkeypatch.setattr(periodic, "take", fail)
    assert worker._takes(app, "expiry") is False
