"""Doing due rows that call somebody else's server: many at once, few for one recipient, and slow ones apart."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
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

#: seconds after which a call makes room for others, and its recipient is a slow one until it answers sooner
SLOW = 1.0


@dataclass(frozen=True)
class Round:
    """What a courier carries: ``due`` lists (recipient, row), at most so many of one recipient, fairly mixed, and
    none of the recipients it is given.

    ``each`` is how many calls are made to one recipient at once. ``quick`` calls may be young at the same time;
    those that have become old, and all to slow recipients, share ``aside``, which slow recipients divide evenly.
    """

    due: Callable[[Services, int, Collection[UUID]], Sequence[tuple[UUID, UUID]]]
    carry: Callable[[Services, UUID], bool]
    each: int
    quick: int
    aside: int


ROUNDS: Mapping[str, Round] = {
    "deliveries": Round(deliveries.due, deliveries.deliver, each=4, quick=32, aside=224),
    "notifications": Round(notifications.due, notifications.notify, each=2, quick=4, aside=4),
}


@dataclass(frozen=True)
class Call:
    """One under way, since ``started`` (monotonic)."""

    recipient: UUID
    started: float

    def is_old(self, now: float) -> bool:
        return now - self.started >= SLOW


class Room:
    """Who may be called now. Not locked: whoever has it sees to that."""

    def __init__(self, made: Round) -> None:
        self._round = made
        self._under_way: dict[UUID, Call] = {}
        #: recipients whose last call was slow
        self._slow: set[UUID] = set()

    def enter(self, recipient: UUID, row_id: UUID, now: float) -> bool:
        """True, and taken, when the row may be carried now."""
        if row_id in self._under_way or recipient in self.full(now, [recipient]):
            return False
        self._under_way[row_id] = Call(recipient, now)
        return True

    def leave(self, row_id: UUID, now: float) -> None:
        call = self._under_way.pop(row_id)
        if call.is_old(now):
            self._slow.add(call.recipient)
        else:
            self._slow.discard(call.recipient)

    def full(self, now: float, asked: Collection[UUID] = ()) -> set[UUID]:
        """Those who take no further call now, of everybody under way or slow and of ``asked``."""
        calls = self._under_way.values()
        slow = self._slow | {call.recipient for call in calls if call.is_old(now)}
        busy = Counter(call.recipient for call in calls)
        quick = sum(call.recipient not in slow for call in calls)
        share = max(1, min(self._round.each, self._round.aside // max(1, len(slow))))
        has_room = {True: len(calls) - quick < self._round.aside, False: quick < self._round.quick}
        return {
            one
            for one in {*busy, *slow, *asked}
            if busy[one] >= (share if one in slow else self._round.each) or not has_room[one in slow]
        }

    def changes_in(self, now: float) -> float:
        """Seconds until the next call becomes an old one, which makes room."""
        young = (call.started + SLOW - now for call in self._under_way.values() if not call.is_old(now))
        return max(min(young, default=LOOK_EVERY), LOOK_EVERY / 20)


class Courier:
    """Makes one round, over and over."""

    def __init__(self, app: Flask, name: str, made: Round, stop: threading.Event) -> None:
        self._app = app
        self._name = name
        self._round = made
        self._stop = stop
        self._finished = threading.Event()
        self._lock = threading.Lock()
        self._room = Room(made)
        # it starts threads as it needs them
        self._pool = ThreadPoolExecutor(made.quick + made.aside, thread_name_prefix=f"courier-{name}")

    def run(self) -> None:
        """Until stopped; then what is under way is finished."""
        while not self._stop.is_set():
            self._finished.clear()
            pause = self._look()
            if pause:
                self._finished.wait(pause)
        self._pool.shutdown()

    def _look(self) -> float:
        """Start what is due and has room; seconds until it is worth while to look again."""
        with self._lock:
            full = self._room.full(time.monotonic())
        try:
            with self._app.app_context():
                due = self._round.due(_services(self._app), self._round.each, full)
        except Exception:  # a database that is down comes back
            log.exception("courier cannot look", round=self._name)
            return LOOK_EVERY
        started = sum(self._start(recipient, row_id) for recipient, row_id in due)
        if started:
            return 0.0
        with self._lock:
            return self._room.changes_in(time.monotonic()) if due else LOOK_EVERY

    def _start(self, recipient: UUID, row_id: UUID) -> bool:
        with self._lock:
            if not self._room.enter(recipient, row_id, time.monotonic()):
                return False
        self._pool.submit(self._carry, row_id).add_done_callback(lambda done: self._done(row_id, done))
        return True

    def _carry(self, row_id: UUID) -> bool:
        with self._app.app_context():
            return self._round.carry(_services(self._app), row_id)

    def _done(self, row_id: UUID, done: Future[bool]) -> None:
        with self._lock:
            self._room.leave(row_id, time.monotonic())
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
