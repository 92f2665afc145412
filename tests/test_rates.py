import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from verify.rates import LEFT_ALONE, ProcessStorage, Rates, storage_url


@pytest.fixture
def storage() -> ProcessStorage:
    found = storage_from_string(storage_url("memory://"))
    assert isinstance(found, ProcessStorage)
    return found


def test_a_window_lets_so_many_through(storage: ProcessStorage) -> None:
    limiter = FixedWindowRateLimiter(storage)
    assert [limiter.hit(parse("2 per minute"), "one") for _ in range(3)] == [True, True, False]
    assert limiter.hit(parse("2 per minute"), "other")


def test_a_new_window_begins_when_the_old_one_has_ended(
    storage: ProcessStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    assert [storage.incr("one", 60) for _ in range(3)] == [1, 2, 3]
    assert storage.get_expiry("one") == now + 60
    monkeypatch.setattr(time, "time", lambda: now + 60)
    assert storage.get("one") == 0
    assert storage.incr("one", 60) == 1


def test_what_has_ended_is_forgotten(storage: ProcessStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    for n in range(100):
        storage.incr(f"key {n}", 1)
    monkeypatch.setattr(time, "time", lambda: now + 10)
    storage.incr("another", 1)
    assert storage.reset() == 1


def test_no_thread_is_started(storage: ProcessStorage) -> None:
    before = threading.active_count()
    for n in range(50):
        storage.incr(f"key {n}", 1)
    assert threading.active_count() == before


def test_threads_lose_no_use(storage: ProcessStorage) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: storage.incr("one", 60), range(800)))
    assert storage.get("one") == 800


def test_one_key_is_cleared_alone(storage: ProcessStorage) -> None:
    storage.incr("one", 60)
    storage.incr("other", 60)
    storage.clear("one")
    assert (storage.get("one"), storage.get("other")) == (0, 1)


def test_redis_stays_redis() -> None:
    assert storage_url("redis://example/1") == "redis://example/1"


def test_what_is_past_its_rate_is_told_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.5)
    rates = Rates("memory://", "100 per minute; 2 per hour")
    assert [rates.wait("one", "endpoint") for _ in range(3)] == [0, 0, 3600]
    assert rates.wait("one", "another endpoint") == 0
    assert rates.wait("other", "endpoint") == 0


class Down(ProcessStorage):
    """Counts how often it was asked while it is down."""

    asked = 0
    is_down = True

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        self.asked += 1
        if self.is_down:
            raise StorageError(ConnectionError())
        return super().incr(key, expiry, amount)


def test_a_store_that_is_down_is_left_alone_for_a_while_and_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    store = Down()
    monkeypatch.setattr("verify.rates.storage_from_string", lambda *_, **__: store)
    rates = Rates("redis://example", "2 per hour")
    assert [bool(rates.wait("one")) for _ in range(3)] == [False, False, True]
    assert store.asked == 1
    store.is_down = False
    monkeypatch.setattr(time, "monotonic", lambda: now + LEFT_ALONE)
    assert rates.wait("one") == 0
    assert store.asked == 2
