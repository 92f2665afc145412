"""Webhooks of the real service over real HTTP: soon, signed, in order, and whatever is killed meanwhile."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests
from standardwebhooks import Webhook

from tests.functional.service import Service, running
from tests.functional.test_kill import one_verification, processes
from tests.receiver import Received, Receiver, receiving
from verify.models.due import LEASE

KILLS = 6
VERIFICATIONS = 60

#: created, and consent and identity passed
EVENTS = [1, 2, 3]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def service(tmp_path: Path, both_databases: str) -> Iterator[tuple[Service, str]]:
    url = None if both_databases.startswith("sqlite") else both_databases
    with running(tmp_path, database_url=url, more={"REALNAME_WEBHOOK_ALLOW_PRIVATE": "1"}) as (service, made):
        yield service, made["test_key"]


def register(service: Service, token: str, receiver: Receiver) -> dict[str, str]:
    made: dict[str, str] = service.send("POST", "/v1/webhook_endpoints", token, json={"url": receiver.url}).json()
    return made


def wait_until(true: Callable[[], bool], within: float) -> float:
    """Seconds it took."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < within
        time.sleep(0.05)
    return time.monotonic() - started


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


@pytest.mark.parametrize("both_databases", ["sqlite"], indirect=True)
def test_an_event_arrives_within_seconds_and_the_official_verifier_takes_it(
    service: tuple[Service, str], receiver: Receiver
) -> None:
    running_service, token = service
    secret = register(running_service, token, receiver)["secret"]
    path, _ = one_verification(running_service, token, 1)
    wait_until(lambda: len(receiver.received) == len(EVENTS), within=10)
    assert receiver.of(id_of(path)) == EVENTS
    for request in receiver.received:
        assert Webhook(secret).verify(request.body, request.headers) == request.json
    assert "webhooks may reach private addresses" in running_service.log.read_text("utf-8")


def worker_of(service: Service) -> psutil.Process:
    return next(process for process in processes(service) if "worker" in process.cmdline())


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_worker_killed_while_it_delivers_is_followed_by_another(
    service: tuple[Service, str], receiver: Receiver
) -> None:
    running_service, token = service
    register(running_service, token, receiver)

    def kill_at_first(_: Received) -> int:
        if len(receiver.received) == 1:
            worker_of(running_service).send_signal(signal.SIGKILL)
            time.sleep(1)
        return 204

    receiver.answer = kill_at_first
    path, _ = one_verification(running_service, token, 1)
    took = wait_until(lambda: receiver.of(id_of(path)) == [1, *EVENTS], within=LEASE.total_seconds() + 60)
    assert took > LEASE.total_seconds() / 2


@pytest.mark.long
@pytest.mark.timeout(600)
def test_every_event_is_delivered_in_order_whatever_is_killed(service: tuple[Service, str], receiver: Receiver) -> None:
    running_service, token = service
    chance = random.Random(20261201)  # noqa: S311 - the same kills in every run
    register(running_service, token, receiver)
    receiver.answer = lambda _: chance.choices((204, 500), (5, 1))[0]
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(one_verification, running_service, token, n) for n in range(VERIFICATIONS)]
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.5, 3))
            chance.choice(processes(running_service)).send_signal(signal.SIGKILL)
        made = [id_of(call.result()[0]) for call in calls]
    receiver.answer = lambda _: 204
    wait_until(lambda: all(set(receiver.of(one)) == set(EVENTS) for one in made), within=200)
    for one in made:
        seen = receiver.of(one)
        assert list(dict.fromkeys(seen)) == EVENTS  # each comes first after the one before it
        assert seen == sorted(seen)
    wait_until(lambda: nothing_waits(running_service), within=LEASE.total_seconds() + 60)


def nothing_waits(service: Service) -> bool:
    return "realname_webhooks_waiting 0.0" in requests.get(f"{service.base}/metrics", timeout=10).text
