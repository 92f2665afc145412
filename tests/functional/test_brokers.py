"""The real worker with each kind of broker: what is due is done when it is due, long before a sweep would find it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.testing.identities import adult
from tests.functional.service import Service, running
from tests.jobs.test_queue import broker
from verify.jobs import worker

#: far less than a sweep takes to come round
SOON = worker.SWEEP_EVERY / 3


@pytest.fixture(params=["sqlite", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("postgresql", "redis"))])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Service, str]]:
    with broker(request.param, tmp_path) as settings:
        more = {} if request.param == "sqlite" else {"REALNAME_BROKER_URL": settings.broker_url}
        with running(tmp_path, more=more) as (service, made):
            yield service, made["test_key"]


def test_a_time_out_is_read_back_as_soon_as_it_is_due(service: tuple[Service, str]) -> None:
    running_service, token = service

    def send(method: str, path: str, **more: object) -> dict[str, object]:
        found: dict[str, object] = running_service.send(method, f"/v1/verifications{path}", token, **more).json()
        return found

    one = send("POST", "", json={"type": "personal", "method": "face", "account_ref": "acct-1"})["id"]
    notice = running_service.send("GET", f"/v1/verifications/{one}/consent_notice", token).json()
    granted = [item["id"] for item in notice["items"]]
    send("POST", f"/{one}/steps/consent", json={"policy_version": notice["policy_version"], "granted": granted})
    person = {"name": "张超时", "id_number": adult(1).id_number}
    assert send("POST", f"/{one}/steps/identity", json=person)["status"] == "processing"
    started = time.monotonic()
    while send("GET", f"/{one}")["next_step"] != "face":
        assert time.monotonic() - started < SOON
        time.sleep(0.1)
