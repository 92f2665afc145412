import os
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
import structlog
from huey import Huey
from huey.exceptions import HueyException
from huey.registry import Message

from tests.databases import postgres_url, scratch_database
from verify.config import Settings
from verify.jobs import queue
from verify.jobs.queue import BrokerNudge, JsonSerializer, make_huey, make_nudge, register

ROW = UUID("0193a1b2-0000-7000-8000-000000000001")


@contextmanager
def broker(kind: str, folder: Path) -> Iterator[Settings]:
    """An empty broker of this kind."""
    if kind == "sqlite":
        yield Settings(instance=folder)
    elif kind == "postgresql":
        server = postgres_url()
        if server is None:
            pytest.skip("no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL")
        with scratch_database(server) as url:
            yield Settings(instance=folder, broker_url=url.replace("+psycopg", ""))
    else:
        url = os.environ.get("REALNAME_TEST_REDIS", "")
        if not url:
            pytest.skip("no Redis: set REALNAME_TEST_REDIS to a server's URL")
        yield Settings(instance=folder, broker_url=url)


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setattr(queue, "NAME", f"test{uuid4().hex}")
    with broker(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def done() -> list[tuple[str, UUID]]:
    return []


@pytest.fixture
def huey(settings: Settings, done: list[tuple[str, UUID]]) -> Iterator[Huey]:
    """The worker's end of the queue."""
    huey = make_huey(settings)
    register(huey, lambda table, row_id: done.append((table, row_id)))
    yield huey
    huey.flush()
    close(huey)


def close(huey: Huey) -> None:
    if hasattr(huey.storage, "pool"):
        huey.storage.pool.disconnect()
    else:
        huey.storage.close()


@pytest.fixture
def nudge(settings: Settings) -> Iterator[BrokerNudge]:
    nudge = BrokerNudge(settings)
    yield nudge
    if nudge._due is not None:
        close(nudge._due.huey)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_together_all_reach_a_fresh_broker(kind: str, tmp_path: Path) -> None:
    with broker(kind, tmp_path) as settings, ThreadPoolExecutor(8) as pool:
        start = Barrier(8)

        def reach(_: int) -> Huey:
            start.wait()
            return make_huey(settings)

        for huey in pool.map(reach, range(8)):
            close(huey)


@pytest.fixture
def broken(tmp_path: Path) -> BrokerNudge:
    """To a broker nobody listens for."""
    return BrokerNudge(Settings(instance=tmp_path, broker_url="redis://127.0.0.1:1/0"))


def run_next(huey: Huey) -> bool:
    task = huey.dequeue()
    if task is not None:
        huey.execute(task)
    return task is not None


def test_a_nudge_reaches_the_worker(huey: Huey, nudge: BrokerNudge, done: list[tuple[str, UUID]]) -> None:
    nudge("attempts", ROW)
    assert run_next(huey)
    assert done == [("attempts", ROW)]


def test_a_delayed_nudge_waits_its_time(huey: Huey, nudge: BrokerNudge, done: list[tuple[str, UUID]]) -> None:
    nudge("attempts", ROW, 0.4)
    assert run_next(huey)
    assert (done, huey.scheduled_count()) == ([], 1)
    time.sleep(0.45)
    for task in huey.read_schedule():
        huey.execute(task)
    assert done == [("attempts", ROW)]


def test_a_message_holds_a_table_and_an_id_and_is_json(huey: Huey, nudge: BrokerNudge) -> None:
    nudge("attempts", ROW)
    [message] = huey.storage.enqueued_items()
    read = JsonSerializer().deserialize(message)
    assert bytes(message).startswith(b"{")
    assert read.args == ["attempts", str(ROW)]
    assert not read.kwargs


def test_nothing_is_kept_after_the_work(huey: Huey, nudge: BrokerNudge) -> None:
    nudge("attempts", ROW)
    run_next(huey)
    assert (huey.pending_count(), huey.scheduled_count(), huey.result_count()) == (0, 0, 0)


def test_a_message_for_a_task_that_is_none_of_ours_is_refused(huey: Huey) -> None:
    huey.storage.enqueue(JsonSerializer().serialize(Message(id="1", name="os.system", args=["true"])))
    with pytest.raises(HueyException):
        huey.dequeue()


@pytest.mark.parametrize("data", [b"\x80\x04N.", b"[]", b"{}", b"\xff"])
def test_a_message_that_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        JsonSerializer().deserialize(data)


def test_a_nudge_does_not_fail_when_the_broker_is_down(broken: BrokerNudge) -> None:
    with structlog.testing.capture_logs() as logs:
        broken("attempts", ROW)
    assert logs == [{"event": "broker unreachable", "error": "ConnectionError", "log_level": "warning"}]


def test_a_broker_that_is_down_is_left_alone_for_a_while(broken: BrokerNudge, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(queue, "PAUSE", 0.1)
    monkeypatch.setattr(broken, "_task", lambda: tried.append(1))
    with structlog.testing.capture_logs():
        for _ in range(3):
            broken("attempts", ROW)
        assert len(tried) == 1
        time.sleep(0.15)
        broken("attempts", ROW)
    assert len(tried) == 2


def test_a_nudge_opens_nothing_before_the_first_message(tmp_path: Path) -> None:
    make_nudge(Settings(instance=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_brokers_file_is_its_owners_alone(tmp_path: Path) -> None:
    huey = make_huey(Settings(instance=tmp_path))
    close(huey)
    [file] = tmp_path.glob("*broker.db")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
