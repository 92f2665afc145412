"""Webhooks of the real service over real HTTP: soon, signed, and by another worker where one is killed."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from standardwebhooks import Webhook

from tests.functional.service import Service, running
from tests.functional.test_kill import one_verification, processes
from tests.receiver import Received, Receiver, receiving
from tests.waiting import wait_until
from verify.models.due import LEASE

#: created, and consent and identity passed
EVENTS = [1, 2, 3]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def service(tmp_path: Path, both_databases_bare: str) -> Iterator[tuple[Service, str]]:
    url = None if both_databases_bare.startswith("sqlite") else both_databases_bare
    with running(tmp_path, database_url=url, more={"REALNAME_WEBHOOK_ALLOW_PRIVATE": "1"}) as (service, made):
        yield service, made["test_key"]


def register(service: Service, token: str, receiver: Receiver) -> dict[str, str]:
    made: dict[str, str] = service.send("POST", "/v1/webhook_endpoints", token, json={"url": receiver.url}).json()
    return made


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


@pytest.mark.parametrize("both_databases_bare", ["sqlite"], indirect=True)
def test_an_event_arrives_within_seconds_and_the_official_verifier_takes_it(
    service: tuple[Service, str], receiver: Receiver
) -> None:
    running_service, token = service
    secret = register(running_service, token, receiver)["secret"]
    path, _ = one_verification(running_service, token, 1)
    wait_until(lambda: len(receiver.received) == len(EVENTS))
    assert receiver.of(id_of(path)) == EVENTS
    for request in receiver.received:
        assert Webhook(secret).verify(request.body, request.headers) == request.json
    assert "webhooks may reach private addresses" in running_service.log.read_text("utf-8")


def worker_of(service: Service) -> psutil.Process:
    return next(process for process in processes(service) if process.name() == "realname-worker")


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
    started = time.monotonic()
    wait_until(lambda: receiver.of(id_of(path)) == [1, *EVENTS], within=LEASE.total_seconds() + 60)
    took = time.monotonic() - started
    assert took > LEASE.total_seconds() / 2
