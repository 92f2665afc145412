"""Doing due rows that call somebody else's server: many at once, few for one recipient."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

import structlog
from flask import Flask

from verify import metrics
from verify.jobs import deliveries, notifications
from verify.services import Services

log = structlog.get_logger()

#: seconds between looks, while nothing finishes that could make room or another row due
LOOK_EVERY = 1.0


@dataclass(frozen=True)
class Round:
    """What a courier carries: ``due`` lists (recipient, row), at most so many of one recipient, fairly mixed.

    ``threads`` is how many calls are made at once, ``each`` how many of them to one recipient: slow ones hold
    up the others only when threads / each of them are slow together.
    """

    due: Callable[[Services, int], Sequence[tuple[UUID, UUID]]]
    carry: Callable[[Services, UUID], bool]
    threads: int
    each: int


ROUNDS: Mapping[str, Round] = {
    "deliveries": Round(deliveries.due, deliveries.deliver, threads=32, each=4),
    "notifications": Round(notifications.due, notifications.notify, threads=2, each=2),
}


class Courier:
    """Makes one round, over and over."""

    def __init__(self, app: Flask, name: str, made: Round, stop: threading.Event) -> None:
        self._app = app
        self._name = name
        self._round = made
        self._stop = stop
        self._finished = threading.Event()
        self._lock = threading.Lock()
        self._under_way: dict[UUID, UUID] = {}
        self._pool = ThreadPoolExecutor(made.threads, thread_name_prefix=f"courier-{name}")

    def run(self) -> None:
        """Until stopped; then what is under way is finished."""
        while not self._stop.is_set():
            self._finished.clear()
            if not self._look():
                self._finished.wait(LOOK_EVERY)
        self._pool.shutdown()

    def _look(self) -> int:
        """Start what is due and has room; how many were started."""
        try:
            with self._app.app_context():
                due = self._round.due(_services(self._app), self._round.each)
        except Exception:  # a database that is down comes back
            log.exception("courier cannot look", round=self._name)
            self._stop.wait(LOOK_EVERY)
            return 0
        return sum(self._start(recipient, row_id) for recipient, row_id in due)

    def _start(self, recipient: UUID, row_id: UUID) -> bool:
        with self._lock:
            full = len(self._under_way) >= self._round.threads
            busy = Counter(self._under_way.values())[recipient] >= self._round.each
            if full or busy or row_id in self._under_way:
                return False
            self._under_way[row_id] = recipient
        self._pool.submit(self._carry, row_id).add_done_callback(lambda done: self._done(row_id, done))
        return True

    def _carry(self, row_id: UUID) -> bool:
        with self._app.app_context():
            return self._round.carry(_services(self._app), row_id)

    def _done(self, row_id: UUID, done: Future[bool]) -> None:
        with self._lock:
            del self._under_way[row_id]
        error = done.exception()
        if error is not None:
            log.error("job failed", job=self._name, id=row_id, exc_info=error)
        metrics.job_done(self._name, "failed" if error else "done")
        if error is None and done.result():  # what was not to be had would be tried again at once
            self._finished.set()


def start(app: Flask, name: str, stop: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=Courier(app, name, ROUNDS[name], stop).run, name=f"courier-{name}", daemon=True)
    thread.start()
    return thread


def _services(app: Flask) -> Services:
    found: Services = app.extensions["realname"]
    return found
