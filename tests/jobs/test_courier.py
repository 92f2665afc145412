"""The courier: many calls at once, few for one recipient, and it stops when it is told."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from flask import Flask
from uuid_utils.compat import uuid7

from tests.caller import Caller
from tests.posting import register
from tests.receiver import receiving
from tests.waiting import wait_until
from verify.jobs import courier, fan_out
from verify.jobs.courier import Courier, Round
from verify.outbound import Outbound
from verify.services import Services


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LOOK_EVERY", 0.02)


@dataclass
class Load:
    """Rows in memory: listed while they are there, taken when they are carried."""

    rows: dict[UUID, UUID]
    call: Callable[[UUID], None] = lambda _: None
    at_once: Counter[UUID] = field(default_factory=Counter)
    most: Counter[UUID] = field(default_factory=Counter)
    carried: list[UUID] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def due(self, _: Services, each: int, but: Collection[UUID] = ()) -> Sequence[tuple[UUID, UUID]]:
        with self.lock:
            found = [(recipient, row) for row, recipient in self.rows.items() if recipient not in but]
        taken: Counter[UUID] = Counter()
        fair = []
        for recipient, row in found:
            taken[recipient] += 1
            if taken[recipient] <= each:
                fair.append((recipient, row))
        return fair

    def carry(self, _: Services, row: UUID) -> bool:
        recipient = self.rows[row]
        with self.lock:
            self.at_once[recipient] += 1
            self.most[recipient] = max(self.most[recipient], self.at_once[recipient])
        try:
            self.call(recipient)
        finally:
            with self.lock:
                self.at_once[recipient] -= 1
        with self.lock:
            del self.rows[row]
            self.carried.append(row)
        return True


@contextmanager
def working(app: Flask, load: Load, quick: int = 8, aside: int = 8) -> Iterator[threading.Event]:
    stop = threading.Event()
    made = Courier(app, "test", Round(load.due, load.carry, each=2, quick=quick, aside=aside), stop)
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()


def test_everything_is_carried_and_few_at_once_for_one_recipient(app: Flask) -> None:
    one, other = uuid7(), uuid7()
    load = Load({uuid7(): recipient for recipient in (one, other) for _ in range(12)}, lambda _: time.sleep(0.01))
    with working(app, load):
        wait_until(lambda: not load.rows)
    assert len(load.carried) == 24
    assert load.most == {one: 2, other: 2}


def test_a_slow_recipient_holds_up_no_other(app: Flask) -> None:
    slow, quick = uuid7(), uuid7()
    go_on = threading.Event()
    load = Load({uuid7(): recipient for recipient in (slow, quick) for _ in range(10)})
    load.call = lambda recipient: (go_on.wait(60), None)[1] if recipient == slow else None
    with working(app, load):
        wait_until(lambda: len(load.carried) == 10)
        assert set(load.rows.values()) == {slow}
        go_on.set()
        wait_until(lambda: not load.rows)


def test_recipients_that_never_answer_hold_up_no_other_however_many_they_are(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen of them, for eight places of quick calls; the ninth of a quick one waits for two rounds at most."""
    monkeypatch.setattr(courier, "SLOW", 0.1)
    dead, quick = [uuid7() for _ in range(16)], uuid7()
    go_on = threading.Event()
    rows = {uuid7(): recipient for _ in range(2) for recipient in dead}
    load = Load({**rows, **{uuid7(): quick for _ in range(10)}})
    load.call = lambda recipient: None if recipient == quick else (go_on.wait(60), None)[1]
    # room for every dead call and more: a call to the quick one that the machine delays counts among the slow
    with working(app, load, quick=8, aside=40):
        wait_until(lambda: quick not in load.rows.values())
        assert len(load.carried) == 10
        go_on.set()
        wait_until(lambda: not load.rows)


def test_slow_recipients_share_what_is_set_aside_for_them(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "SLOW", 0.05)
    dead = [uuid7() for _ in range(4)]
    go_on = threading.Event()
    load = Load({uuid7(): recipient for _ in range(4) for recipient in dead}, lambda _: (go_on.wait(60), None)[1])
    with working(app, load, quick=4, aside=4):
        wait_until(lambda: set(load.most) == set(dead))
        assert sum(load.at_once.values()) <= 8
        go_on.set()
        wait_until(lambda: not load.rows)


def test_a_recipient_that_answers_soon_again_is_a_quick_one_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "SLOW", 0.1)
    one = uuid7()
    room = courier.Room(Round(Load({}).due, Load({}).carry, each=2, quick=2, aside=1))
    first, second, third = uuid7(), uuid7(), uuid7()
    assert room.enter(one, first, now=0.0)
    room.leave(first, now=1.0)
    assert room.enter(one, second, now=2.0)
    assert not room.enter(one, third, now=2.0)
    room.leave(second, now=2.01)
    assert room.enter(one, second, now=3.0)
    assert room.enter(one, third, now=3.0)


def test_what_breaks_is_left_for_the_next_look(app: Flask) -> None:
    broken = uuid7()
    tries = Counter[UUID]()

    def stumble(recipient: UUID) -> None:
        tries[recipient] += 1
        if tries[recipient] == 1:
            raise ZeroDivisionError

    load = Load({uuid7(): broken}, stumble)
    with working(app, load):
        wait_until(lambda: not load.rows)
    assert tries[broken] == 2


def test_a_store_that_is_down_comes_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    load = Load({uuid7(): uuid7()})
    looks = []
    due = load.due

    def down_at_first(services: Services, each: int, but: Collection[UUID]) -> Sequence[tuple[UUID, UUID]]:
        looks.append(each)
        if len(looks) == 1:
            raise ConnectionError
        return due(services, each, but)

    monkeypatch.setattr(load, "due", down_at_first)
    with working(app, load):
        wait_until(lambda: not load.rows)


def test_when_told_to_stop_it_finishes_what_is_under_way(app: Flask) -> None:
    begun = threading.Event()

    def call(_: UUID) -> None:
        begun.set()
        time.sleep(0.1)

    load = Load({uuid7(): uuid7()}, call)
    with working(app, load) as stop:
        assert begun.wait(60)
        stop.set()
    assert len(load.carried) == 1


class TestDeliveries:
    @pytest.fixture
    def outbound(self) -> Outbound:
        return Outbound(allow_private=True, answer_within=120)

    def test_an_endpoint_that_does_not_answer_holds_up_no_other(
        self, app: Flask, server: Caller, services: Services
    ) -> None:
        go_on = threading.Event()
        with receiving() as slow, receiving() as quick:
            slow.answer = lambda _: (go_on.wait(120), 204)[1]
            register(server, slow)
            register(server, quick)
            made = [server.create(account_ref=f"acct-{n}")["id"] for n in range(6)]
            for one in made:
                server.post(f"/v1/verifications/{one}/cancel")
            fan_out.sweep(services)
            stop = threading.Event()
            thread = courier.start(app, "deliveries", stop)
            try:
                wait_until(lambda: len(quick.received) == 12)
                wait_until(lambda: len(slow.received) == courier.ROUNDS["deliveries"].each)
                assert [quick.of(one) for one in made] == [[1, 2]] * 6
                go_on.set()
                wait_until(lambda: len(slow.received) == 12)
                assert [slow.of(one) for one in made] == [[1, 2]] * 6
            finally:
                go_on.set()
                stop.set()
                thread.join(60)

    def test_twelve_endpoints_that_do_not_answer_hold_up_no_other(
        self, app: Flask, server: Caller, services: Services
    ) -> None:
        """More of them than there are places for quick calls: the thirteenth does not wait for their time-outs."""
        go_on = threading.Event()
        with receiving() as dead, receiving() as quick:
            dead.answer = lambda _: (go_on.wait(120), 204)[1]
            for _ in range(12):
                register(server, dead)
            register(server, quick)
            made = [server.create(account_ref=f"acct-{n}")["id"] for n in range(8)]
            fan_out.sweep(services)
            stop = threading.Event()
            thread = courier.start(app, "deliveries", stop)
            try:
                wait_until(lambda: len(quick.received) == len(made))
                wait_until(lambda: len(dead.received) == 12 * courier.ROUNDS["deliveries"].each)
            finally:
                go_on.set()
                stop.set()
                thread.join(40)
