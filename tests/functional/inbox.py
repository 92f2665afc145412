"""Somebody's server for webhooks that fails now and then, and when what arrived there."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from standardwebhooks import Webhook

from tests.receiver import Received, Receiver, receiving

TAKEN, FAILED = 204, 500

#: what becomes of an event that comes for the first time → weight
MISCHIEF = {"taken": 10, "failed": 1, "answer lost": 1, "slow": 1}
SLOW = 0.4


@dataclass
class Arrival:
    """One request. Times in epoch seconds."""

    sequence: int
    at: float
    taken: bool


@dataclass
class Inbox:
    receiver: Receiver
    seed: int
    secret: str = ""
    #: by verification or account, as they came
    arrivals: dict[str, list[Arrival]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MISCHIEF, 0))
    mischievous: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.luck = random.Random(self.seed)  # noqa: S311 - repeatable mischief

    def take(self, request: Received) -> int:
        event = Webhook(self.secret).verify(request.body, request.headers)
        fate = self._fate(event["id"])
        if fate == "slow":
            time.sleep(SLOW)
        taken = fate in {"taken", "slow"}
        with self.lock:
            self.arrivals.setdefault(event["data"]["id"], []).append(Arrival(event["sequence"], time.time(), taken))
        if fate == "answer lost":
            raise ConnectionAbortedError
        return TAKEN if taken else FAILED

    def _fate(self, event: str) -> str:
        """Each event fails at most once, so that how long it takes says something about who sends it."""
        with self.lock:
            is_new = event not in self.ids
            self.ids.add(event)
            drawn = self.luck.choices(list(MISCHIEF), list(MISCHIEF.values()))[0]
            fate = drawn if is_new and self.mischievous else "taken"
            self.seen[fate] += 1
            return fate

    def taken(self) -> set[tuple[str, int]]:
        """(verification or account, sequence) of what was taken at least once."""
        with self.lock:
            return {(about, one.sequence) for about, came in self.arrivals.items() for one in came if one.taken}


@contextmanager
def open_inbox(seed: int) -> Iterator[Inbox]:
    with receiving() as receiver:
        inbox = Inbox(receiver, seed)
        receiver.answer = inbox.take
        yield inbox
