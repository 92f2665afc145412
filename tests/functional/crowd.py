"""Many people verified by micro-transfer over HTTP, who never give up, and the ends that they saw."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.caller import account_of
from tests.functional.service import Service
from verify.images import draw_portrait

PHOTO = draw_portrait(80, 100)
FINAL = {"verified", "rejected", "expired", "canceled"}

#: how account numbers of the n-th person end, in turn
ENDINGS = ("1111", "1111", "1111", "0004", "1111", "0002")

#: last digit of n → what becomes of the time of those who owe an amount; the others answer it
FORCED, OVER, WINDOW_OVER = 7, 3, 5

#: seconds before a person looks again: after a failure, and while a bank works
SOON, LATER = 0.2, 1.5

#: people of one thread who have something to do
AT_ONCE = 8

#: what a person who cannot go on was told
DEAD_ENDS = {"account_invalid", "transfer_returned"}


@dataclass
class Person:
    n: int
    verification: str | None = None
    #: as it was last read; None where it has to be read anew
    now: dict[str, Any] | None = None
    look_at: float = 0.0
    waits: bool = False
    #: its answer window was ended; and then that was noticed
    window_ended: bool = False
    starts_again: bool = False

    @property
    def path(self) -> str:
        return f"/v1/verifications/{self.verification}"


@dataclass
class Crowd:
    """``end_time`` and ``end_window`` let the time of a verification, or of its answer, be over."""

    service: Service
    token: str
    end_time: Callable[[str], None]
    end_window: Callable[[str], None]
    #: every end that anybody was told, by verification
    ends: dict[str, str] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    contradicted: set[str] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, numbers: range) -> None:
        """A few at a time, a step at a time, so that none waits for another's bank."""
        left = deque(numbers)
        active: list[Person] = []
        while (left or active) and not self.stop.is_set():
            while left and sum(not person.waits for person in active) < AT_ONCE:
                person = Person(left.popleft())
                self.people[person.n] = person
                active.append(person)
            active = [person for person in active if not self._take_turn(person)]
            time.sleep(0.02)

    def _take_turn(self, person: Person) -> bool:
        """One step further; true at the end."""
        if time.monotonic() < person.look_at:
            return False
        if person.verification is None:
            self._create(person)
            return False
        now = person.now or self._read(person)
        person.now, person.waits = None, False
        if now is None:
            person.look_at = time.monotonic() + SOON
            return False
        if now["status"] in FINAL:
            return True
        if now["status"] == "processing":
            person.look_at, person.waits = time.monotonic() + LATER, True
            return False
        self._go_on(person, now)
        return False

    def _send(self, method: str, path: str, **more: Any) -> dict[str, Any] | None:
        try:
            found = self.service.send(method, path, self.token, **more)
            body: dict[str, Any] = found.json()
        except (requests.RequestException, ValueError):
            return None
        return body

    def _read(self, person: Person) -> dict[str, Any] | None:
        return self._noted(self._send("GET", person.path))

    def _noted(self, told: dict[str, Any] | None) -> dict[str, Any] | None:
        """A verification; None for anything else. An end that is another than before is remembered."""
        if told is None or told.get("object") != "verification":
            return None
        before = self.ends.get(told["id"])
        if before is not None and told["status"] != before:
            self.contradicted.add(told["id"])
        if told["status"] in FINAL:
            self.ends.setdefault(told["id"], told["status"])
        return told

    def _create(self, person: Person) -> None:
        wanted = {"type": "personal", "method": "micro_transfer", "account_ref": f"acct-{person.n}"}
        made = self._send("POST", "/v1/verifications", json=wanted)
        person.verification = made and (made.get("verification") or made.get("id"))
        if person.verification is None:
            person.look_at = time.monotonic() + SOON

    def _go_on(self, person: Person, now: dict[str, Any]) -> None:
        if now["last_error"] and now["last_error"]["code"] in DEAD_ENDS:
            person.now = self._noted(self._send("POST", f"{person.path}/cancel", json={}))
            return
        match now["next_step"]:
            case "consent":
                notice = self._send("GET", f"{person.path}/consent_notice") or {}
                granted = [item["id"] for item in notice.get("items", ())]
                self._step(person, "consent", json={"policy_version": notice.get("policy_version"), "granted": granted})
            case "bank_account":
                person.starts_again = person.window_ended
                account = account_of(person.n, ending=ENDINGS[person.n % len(ENDINGS)])
                self._step(person, "bank_account", json=account)
            case "id_card":
                side = next(step["needs"] for step in now["steps"] if step["name"] == "id_card")[0]
                headers = {"Content-Type": "image/jpeg"}
                self._step(person, f"id_card?side={side}", data=PHOTO, headers=headers)
            case "transfer_amount":
                self._answer(person)

    def _answer(self, person: Person) -> None:
        """Give the amount back, or see that the time for it ends."""
        verification = person.verification or ""
        digit = person.n % 10
        if digit == FORCED:
            path = f"/v1/test{person.path.removeprefix('/v1')}/expire"
            person.now = self._noted(self._send("POST", path, json={}))
        elif digit == OVER:
            self.end_time(verification)
            person.look_at = time.monotonic() + LATER
        elif digit == WINDOW_OVER and not person.starts_again:
            self.end_window(verification)
            person.window_ended, person.look_at = True, time.monotonic() + LATER
        else:
            self._step(person, "transfer_amount", json={"amount": "0.37"})

    def _step(self, person: Person, step: str, **more: Any) -> None:
        person.now = self._noted(self._send("POST", f"{person.path}/steps/{step}", **more))
