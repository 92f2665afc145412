"""The line of deliveries on both databases: order, shares, and workers that die or come back late."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import update

from tests.caller import Caller
from tests.conftest import Clock
from tests.posting import one_step_on, queue_of, register, work_off
from tests.receiver import Received, Receiver, receiving
from verify.jobs import deliveries, fan_out
from verify.jobs.deliveries import KEPT
from verify.models import WebhookDelivery
from verify.models.due import LEASE
from verify.outbound import Outbound
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def outbound() -> Outbound:
    return Outbound(allow_private=True, answer_within=5)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_events_of_one_object_wait_for_the_one_before(
    server: Caller, services: Services, receiver: Receiver, clock: Clock
) -> None:
    endpoint = register(server, receiver)
    answers = iter([204, 500, 503, 204, 204])
    receiver.answer = lambda _: next(answers)
    made = one_step_on(server)
    work_off(services)
    assert receiver.of(made) == [1, 2]
    stuck, behind = queue_of(server, endpoint, "waiting")
    assert behind["waits_for"] == stuck["event"]
    assert (behind["attempts"], behind["next_attempt_at"]) == (0, None)
    clock.turn(seconds=5)
    work_off(services)
    assert receiver.of(made) == [1, 2, 2]
    clock.turn(seconds=30)
    work_off(services)
    assert receiver.of(made) == [1, 2, 2, 2, 3]


def test_an_event_that_comes_while_another_is_retried_lines_up_behind_it(
    server: Caller, services: Services, receiver: Receiver, clock: Clock
) -> None:
    register(server, receiver)
    receiver.answer = lambda _: 500
    made = server.create()["id"]
    work_off(services)
    server.post(f"/v1/verifications/{made}/cancel")
    receiver.answer = lambda _: 204
    assert work_off(services) == 0
    clock.turn(seconds=5)
    work_off(services)
    assert receiver.of(made) == [1, 1, 2]


def test_one_object_does_not_wait_for_another(server: Caller, services: Services, receiver: Receiver) -> None:
    register(server, receiver)
    bad = server.create(account_ref="acct-1")["id"]
    receiver.answer = lambda request: 500 if request.json["data"]["id"] == bad else 204
    good = one_step_on(server, "acct-2")
    work_off(services)
    assert (receiver.of(bad), receiver.of(good)) == ([1], [1, 2, 3])


def test_one_endpoint_does_not_wait_for_another(server: Caller, services: Services, receiver: Receiver) -> None:
    with receiving() as other:
        other.answer = lambda _: 500
        register(server, other)
        register(server, receiver)
        made = one_step_on(server)
        work_off(services)
        assert (other.of(made), receiver.of(made)) == ([1], [1, 2, 3])


def test_one_that_is_given_up_lets_the_next_go(
    server: Caller, services: Services, receiver: Receiver, clock: Clock
) -> None:
    endpoint = register(server, receiver)
    made = server.create()["id"]
    receiver.answer = lambda request: 500 if request.json["sequence"] == 1 else 204
    work_off(services)
    clock.turn(days=2)
    server.post(f"/v1/verifications/{made}/cancel")
    for _ in range(2):
        work_off(services)
        clock.turn(days=1)
    assert receiver.of(made)[-1] == 2
    assert [(one["sequence"], one["status"]) for one in queue_of(server, endpoint)] == [
        (1, "given_up"),
        (2, "delivered"),
    ]


def test_many_workers_keep_it(app: Flask, server: Caller, services: Services, receiver: Receiver) -> None:
    register(server, receiver)
    made = [one_step_on(server, f"acct-{n}") for n in range(4)]

    def work(_: int) -> None:
        with app.app_context():
            work_off(services)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    work_off(services)
    assert [receiver.of(one) for one in made] == [[1, 2, 3]] * 4


@pytest.fixture
def left(server: Caller, services: Services, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> str:
    """A verification whose worker died while its first delivery was being made."""
    register(server, receiver)
    made = one_step_on(server)
    fan_out.sweep(services)
    with monkeypatch.context() as patched:

        def die(*_: object) -> None:
            raise SystemExit

        patched.setattr(deliveries, "_settle", die)
        [(_, row_id)] = deliveries.due(services, 4)
        with pytest.raises(SystemExit):
            deliveries.deliver(services, row_id)
    return made


def test_its_delivery_is_made_again_once_the_lease_is_over(
    services: Services, receiver: Receiver, clock: Clock, left: str
) -> None:
    assert receiver.of(left) == [1]
    assert work_off(services) == 0
    clock.turn(seconds=LEASE.total_seconds())
    work_off(services)
    assert receiver.of(left) == [1, 1, 2, 3]


def test_who_comes_back_late_finishes_nothing(
    app: Flask, server: Caller, services: Services, receiver: Receiver, clock: Clock
) -> None:
    endpoint = register(server, receiver)
    asked, go_on = threading.Event(), threading.Event()

    def slow(_: Received) -> int:
        if not asked.is_set():
            asked.set()
            go_on.wait(5)
            return 500
        return 204

    receiver.answer = slow
    server.create()
    fan_out.sweep(services)
    [(_, row_id)] = deliveries.due(services, 4)

    def first() -> None:
        with app.app_context():
            deliveries.deliver(services, row_id)

    thread = threading.Thread(target=first)
    thread.start()
    assert asked.wait(5)
    clock.turn(seconds=LEASE.total_seconds())
    assert deliveries.deliver(services, row_id)
    go_on.set()
    thread.join()
    [one] = queue_of(server, endpoint)
    assert (one["status"], one["attempts"], one["last_error"]) == ("delivered", 2, None)


def test_a_line_nobody_called_is_called_by_the_sweep(server: Caller, services: Services, receiver: Receiver) -> None:
    register(server, receiver)
    made = one_step_on(server)
    fan_out.sweep(services)
    assert deliveries.call_forgotten(services) == 0
    with services.write() as session:
        session.execute(update(WebhookDelivery).values(due_at=None))
    assert work_off(services) == 0
    assert deliveries.call_forgotten(services) == 1
    work_off(services)
    assert receiver.of(made) == [1, 2, 3]


def test_due_deliveries_are_shared_out_among_endpoints(server: Caller, services: Services, receiver: Receiver) -> None:
    with receiving() as other:
        for n in range(4):
            if n == 0:
                busy = register(server, other)
            server.create(account_ref=f"acct-{n}")
        quiet = register(server, receiver)
        server.create(account_ref="acct-9")
        fan_out.sweep(services)
        taken = [f"whe_{endpoint}" for endpoint, _ in deliveries.due(services, 2)]
        assert sorted(taken[:2]) == sorted([busy["id"], quiet["id"]])
        assert taken.count(busy["id"]) == 2


def test_what_is_done_with_is_forgotten_after_30_days(
    server: Caller, services: Services, receiver: Receiver, clock: Clock
) -> None:
    endpoint = register(server, receiver)
    server.create()
    work_off(services)
    clock.turn(days=KEPT.days - 1)
    assert deliveries.purge(services) == 0
    clock.turn(days=1)
    assert deliveries.purge(services) == 1
    assert queue_of(server, endpoint) == []
