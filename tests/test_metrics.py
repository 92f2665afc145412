import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.caller import Caller, person
from tests.conftest import NOW, Clock
from tests.plans import planned, read_whole
from tests.posting import one_step_on, work_off
from tests.transfers import to_amount
from verify import metrics, process
from verify.jobs import fan_out
from verify.models import Document, SealedStep, Supply
from verify.services import Services

COUNT = "from verify import metrics; metrics.request_answered('/healthz', 'GET', 200, 0.01)"
READ = "from verify import metrics; print(metrics.expose()[0].decode())"


def value(text: bytes, sample: str) -> float:
    [line] = [line for line in text.decode().splitlines() if line.startswith(f"{sample} ")]
    return float(line.rsplit(" ", 1)[1])


def test_requests_are_counted_by_route_method_and_status() -> None:
    metrics.request_answered("/v1/x/<id>", "POST", 201, 0.02)
    metrics.request_answered("/v1/x/<id>", "POST", 201, 0.02)
    text, kind = metrics.expose()
    labels = 'method="POST",route="/v1/x/<id>"'
    assert value(text, f'realname_requests_total{{{labels},status="201"}}') == 2
    assert value(text, f"realname_request_seconds_count{{{labels}}}") == 2
    assert kind.startswith("text/plain")


def test_provider_calls_are_counted_by_what_came_of_them() -> None:
    metrics.provider_answered("example", "face", "mismatch", 1.5)
    text, _ = metrics.expose()
    labels = 'capability="face",outcome="mismatch",provider="example"'
    assert value(text, f"realname_provider_calls_total{{{labels}}}") == 1


def test_open_attempts_are_counted_in_the_store(server: Caller, services: Services) -> None:
    made = server.create()["id"]
    server.consent(made)
    assert value(metrics.expose(services)[0], "realname_attempts_open") == 0
    server.step(made, "identity", person(name="张超时"), status=202)
    assert value(metrics.expose(services)[0], "realname_attempts_open") == 1


def test_for_how_long_a_circuit_has_been_open_is_shown(services: Services) -> None:
    with services.write() as session:
        session.add(Supply(provider="first", capability="face", opened_at=NOW - timedelta(minutes=15)))
        session.add(Supply(provider="first", capability="sms"))
    text = metrics.expose(services)[0]
    labels = 'provider="first"}', 'realname_circuit_open{capability="'
    assert [value(text, f'{labels[1]}{of}",{labels[0]}') for of in ("face", "sms")] == [1, 0]
    since = 'realname_circuit_open_seconds{capability="'
    assert [value(text, f'{since}{of}",{labels[0]}') for of in ("face", "sms")] == [900, 0]


@pytest.mark.promise("2.1.1(2)")
def test_rows_that_could_hold_a_face_are_counted_and_there_are_none(server: Caller, services: Services) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    assert value(metrics.expose(services)[0], "realname_faces_stored") == 0
    with services.write() as session:
        step = session.query(SealedStep).first()
        assert step is not None
        session.add(
            SealedStep(
                verification_id=step.verification_id,
                step="face",
                retention_class="identity",
                ciphertext=b"",
                sealed_at=NOW,
            )
        )
        for name in ("id_card", "license"):
            session.add(
                Document(
                    verification_id=step.verification_id,
                    step=name,
                    media_type="image/jpeg",
                    size=1,
                    pages=1,
                    digest="",
                    attempts=0,
                    created_at=NOW,
                )
            )
    assert value(metrics.expose(services)[0], "realname_faces_stored") == 2


def test_what_waits_and_for_how_long_is_read_from_the_store(server: Caller, services: Services, clock: Clock) -> None:
    server.post("/v1/webhook_endpoints", {"url": "https://hooks.example/"})
    one_step_on(server)
    assert value(metrics.expose(services)[0], "realname_events_to_fan_out") == 3
    assert value(metrics.expose(services)[0], "realname_webhooks_oldest_seconds") == 0
    fan_out.sweep(services)
    clock.turn(minutes=5)
    text, _ = metrics.expose(services)
    assert value(text, "realname_events_to_fan_out") == 0
    assert value(text, "realname_webhooks_waiting") == 3
    assert value(text, "realname_webhooks_oldest_seconds") == 300
    assert value(text, "realname_notifications_waiting") == 0


def test_each_queue_tells_why_it_waits(server: Caller, services: Services, clock: Clock) -> None:
    server.post("/v1/webhook_endpoints", {"url": "https://hooks.example/"})
    one_step_on(server)
    timed_out = server.create(account_ref="acct-2")["id"]
    server.consent(timed_out)
    server.step(timed_out, "identity", person(2, "张超时"), status=202)
    to_amount(server, 3, "acct-3", ending="0003")
    assert waiting(services)["events", "not_looked_at"][0] > 3
    work_off(services)
    clock.turn(minutes=5)
    found = waiting(services)
    assert found["webhooks", "connection_failed"] == (3, 300)
    assert found["webhooks", "behind_an_earlier"][0] > 3
    assert found["attempts", "Unknown"] == (1, 300)
    assert found["transfers", "requested"] == (1, 300)
    assert {queue for queue, _ in found} == {"webhooks", "attempts", "transfers"}


def waiting(services: Services) -> dict[tuple[str, str], tuple[float, float]]:
    """(queue, why) → how many, and for how long the oldest."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for family in text_string_to_metric_families(metrics.expose(services)[0].decode()):
        for sample in family.samples if family.name in metrics.BACKLOG else ():
            key = (sample.labels["queue"], sample.labels["why"])
            found.setdefault(key, {})[family.name] = sample.value
    return {key: (found[key]["realname_backlog"], found[key]["realname_backlog_oldest_seconds"]) for key in found}


def test_no_scrape_reads_a_table_from_end_to_end(app: Flask, services: Services) -> None:
    with planned(app.extensions["sqlalchemy"].engine) as main, planned(services.vault.engine) as keys:
        metrics.expose(services)
    assert len(main) > len(metrics.STORED)
    assert read_whole([*main, *keys]) == []


def test_tries_are_counted_by_what_came_of_them(server: Caller, services: Services) -> None:
    server.post("/v1/webhook_endpoints", {"url": "https://hooks.example/"})
    server.create()
    before = counted_tries()
    work_off(services)
    assert counted_tries() == before + 1


def counted_tries() -> float:
    lines = metrics.expose()[0].decode().splitlines()
    sample = 'realname_webhook_tries_total{result="connection_failed"} '
    return sum(float(line.removeprefix(sample)) for line in lines if line.startswith(sample))


def test_a_scrape_over_http_has_the_gauges_too(app: Flask) -> None:
    assert "realname_webhooks_waiting 0.0" in app.test_client().get("/metrics").text


def test_several_processes_are_counted_together(tmp_path: Path) -> None:
    environment = {**os.environ, process.MULTIPROCESS: str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], env=environment, check=True, timeout=60)
    seen = subprocess.run([sys.executable, "-c", READ], env=environment, check=True, timeout=60, capture_output=True)
    assert value(seen.stdout, 'realname_requests_total{method="GET",route="/healthz",status="200"}') == 2
