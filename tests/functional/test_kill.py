"""``kill -9`` of any process at any moment: no accepted verification is lost, none stays processing for ever."""

import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from providers.testing.identities import adult
from tests.functional.service import Service, running

KILLS = 12
CALLERS = 4

#: the provider's time-out, the grace, and two sweeps
SETTLED_WITHIN = 160


@pytest.fixture
def service(tmp_path: Path, both_databases_bare: str) -> Iterator[tuple[Service, str]]:
    more = {"REALNAME_SANDBOX_LATENCY_MS": "200"}
    url = None if both_databases_bare.startswith("sqlite") else both_databases_bare
    with running(tmp_path, database_url=url, more=more) as (service, made):
        yield service, made["test_key"]


def insist(service: Service, method: str, path: str, token: str, **more: object) -> requests.Response:
    """Repeat under one idempotency key until an answer comes, as a careful client does."""
    headers = {"Idempotency-Key": f"{threading.get_ident()}-{time.monotonic_ns()}"}
    while True:
        try:
            answer = service.send(method, path, token, headers=headers, **more)
        except requests.RequestException:
            time.sleep(0.1)
            continue
        if answer.status_code not in {500, 502, 503} and answer.json().get("code") != "request_in_progress":
            return answer
        time.sleep(0.2)


def one_verification(service: Service, token: str, n: int) -> tuple[str, str]:
    """An accepted verification's id, and the step that was submitted last."""
    made = insist(
        service,
        "POST",
        "/v1/verifications",
        token,
        json={"type": "personal", "method": "face", "account_ref": f"acct-{n}"},
    )
    assert made.status_code == 201, made.text
    path = f"/v1/verifications/{made.json()['id']}"
    notice = insist(service, "GET", f"{path}/consent_notice", token).json()
    granted = [item["id"] for item in notice["items"]]
    answer = {"policy_version": notice["policy_version"], "granted": granted}
    assert insist(service, "POST", f"{path}/steps/consent", token, json=answer).status_code == 200
    who = adult(n)
    submitted = insist(
        service, "POST", f"{path}/steps/identity", token, json={"name": who.name, "id_number": who.id_number}
    )
    assert submitted.status_code in {200, 202}, submitted.text
    return path, submitted.json()["status"]


def processes(service: Service) -> list[psutil.Process]:
    assert service.process is not None
    return psutil.Process(service.process.pid).children(recursive=True)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_verification_is_lost_and_none_stays_processing(service: tuple[Service, str]) -> None:
    running_service, token = service
    chance = random.Random(20261201)  # noqa: S311 - the same kills in every run
    stop = threading.Event()
    accepted: list[str] = []

    def call(caller: int) -> None:
        n = caller * 1000
        while not stop.is_set():
            n += 1
            accepted.append(one_verification(running_service, token, n)[0])

    with ThreadPoolExecutor(CALLERS) as pool:
        calls = [pool.submit(call, caller) for caller in range(CALLERS)]
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.5, 5))
            victims = processes(running_service)
            if victims:
                chance.choice(victims).send_signal(signal.SIGKILL)
        time.sleep(2)
        stop.set()
        for done in calls:
            done.result()

    assert len(accepted) > KILLS
    deadline = time.monotonic() + SETTLED_WITHIN
    open_ones = set(accepted)
    while open_ones and time.monotonic() < deadline:
        for path in list(open_ones):
            found = insist(running_service, "GET", path, token).json()
            if found["status"] != "processing":
                open_ones.discard(path)
                assert found["next_step"] in {"identity", "face"}
        time.sleep(1)
    assert open_ones == set()
    running_service.command("audit", "verify")
