"""How many requests one credential or address may make: counted in Redis, or in one process's memory."""

import math
import threading
import time
from typing import Any

import structlog
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

log = structlog.get_logger()

#: seconds until a store that was down is asked again
LEFT_ALONE = 5.0


class Rates:
    """Rates of requests. They guard neither codes nor money: while the store is down each process counts its own."""

    def __init__(self, limits_url: str, rates: str) -> None:
        self._rates = sorted(parse_many(rates))
        self._shared = FixedWindowRateLimiter(storage_from_string(storage_url(limits_url), wrap_exceptions=True))
        self._own = FixedWindowRateLimiter(ProcessStorage())
        self._ask_again_at = 0.0

    def wait(self, *who: str) -> int:
        """Count a request. Seconds until it may be made, 0 where that is now."""
        if time.monotonic() >= self._ask_again_at:
            try:
                return _wait(self._shared, self._rates, who)
            except StorageError as error:
                log.warning("request rates counted alone", error=type(error).__name__)
                self._ask_again_at = time.monotonic() + LEFT_ALONE
        return _wait(self._own, self._rates, who)


def _wait(limiter: FixedWindowRateLimiter, rates: list[RateLimitItem], who: tuple[str, ...]) -> int:
    passed = [rate for rate in rates if not limiter.hit(rate, *who)]
    if not passed:
        return 0
    ends_at = max(limiter.get_window_stats(rate, *who).reset_time for rate in passed)
    return max(1, math.ceil(ends_at - time.time()))


class ProcessStorage(Storage):
    """Fixed windows of one process, under ``memory://``.

    The library's own storage starts a thread of its own for nearly every request to forget what has ended; here
    a request that finds a window over does that, at most once a second.
    """

    STORAGE_SCHEME = ["process"]  # noqa: RUF012 - the library's registry reads it

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: Any) -> None:  # noqa: FBT001, FBT002 - the library's
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._lock = threading.Lock()
        #: key → uses, and when its window ends
        self._windows: dict[str, tuple[int, float]] = {}
        self._swept_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            self._forget(now)
            uses, ends_at = self._windows.get(key, (0, 0.0))
            uses, ends_at = (uses, ends_at) if now < ends_at else (0, now + expiry)
            self._windows[key] = (uses + amount, ends_at)
            return uses + amount

    def get(self, key: str) -> int:
        uses, ends_at = self._windows.get(key, (0, 0.0))
        return uses if time.time() < ends_at else 0

    def get_expiry(self, key: str) -> float:
        return self._windows.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            count = len(self._windows)
            self._windows.clear()
            return count

    def clear(self, key: str) -> None:
        with self._lock:
            self._windows.pop(key, None)

    def _forget(self, now: float) -> None:
        if now - self._swept_at < 1:
            return
        self._swept_at = now
        for key in [key for key, (_, ends_at) in self._windows.items() if ends_at <= now]:
            del self._windows[key]


def storage_url(limits_url: str) -> str:
    """What the limiter is to be told."""
    return "process://" if limits_url.startswith("memory:") else limits_url
