import json
import os
import random
import secrets
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests
import structlog
from uuid_utils.compat import uuid7

from tests.functional.service import Service, free_port
from tests.waiting import WITHIN, wait_until
from verify import serve
from verify.config import ConfigurationError
from verify.process import Gate
from verify.serve import Child, check_port, supervise


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    service.prepare()
    service.start("--workers", "1")
    yield service
    if service.process is not None and service.process.poll() is None:
        service.stop()


def children(service: Service) -> dict[str, psutil.Process]:
    """The supervisor's own living children, by the command they run."""
    assert service.process is not None
    found = {}
    for child in psutil.Process(service.process.pid).children():
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            found[child.name().removeprefix("realname-")] = child
    return found


def family(service: Service) -> list[psutil.Process]:
    assert service.process is not None
    return psutil.Process(service.process.pid).children(recursive=True)


def log_of(service: Service) -> list[dict[str, object]]:
    lines = service.log.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def events(service: Service) -> set[object]:
    return {entry["event"] for entry in log_of(service)}


def test_it_answers_drains_at_sigterm_and_ends_with_0(service: Service) -> None:
    assert children(service).keys() == {"web", "worker"}
    wait_until(lambda: "worker started" in events(service))
    before = family(service)
    assert service.stop() == 0
    assert not any(process.is_running() for process in before)
    assert {"draining", "worker stopped", "stopped"} <= events(service)
    assert [entry for entry in log_of(service) if entry["level"] not in {"info", "debug"}] == []


@pytest.mark.long
def test_no_process_of_it_leaves_a_core(service: Service) -> None:
    assert {process.rlimit(psutil.RLIMIT_CORE) for process in family(service)} == {(0, 0)}


@pytest.mark.long
@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_child_that_is_killed_comes_back(service: Service, name: str) -> None:
    killed = children(service)[name]
    below = killed.children(recursive=True)
    killed.send_signal(signal.SIGKILL)
    wait_until(lambda: children(service).get(name, killed) != killed)
    wait_until(lambda: not any(process.is_running() for process in below))
    service.wait_until_ready()
    assert service.stop() == 0


@pytest.mark.long
def test_a_web_process_that_is_killed_comes_back(service: Service) -> None:
    [killed] = children(service)["web"].children()
    killed.send_signal(signal.SIGKILL)
    wait_until(lambda: [p for p in children(service)["web"].children() if p != killed] != [])
    service.wait_until_ready()
    assert service.stop() == 0


@pytest.mark.long
def test_nothing_outlives_a_supervisor_that_is_killed(service: Service) -> None:
    before = family(service)
    assert len(before) == 3
    assert service.process is not None
    service.process.kill()
    service.process.wait()
    _, alive = psutil.wait_procs(before, timeout=WITHIN)
    assert alive == []


@pytest.mark.long
def test_a_request_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    service = Service(tmp_path, more={"REALNAME_SANDBOX_LATENCY_MS": "1500"})
    token = service.prepare()["test_key"]
    service.start("--workers", "1")
    path = "/v1/verifications/" + _ready_for_identity(service, token)
    answers: list[requests.Response] = []
    identity = {"name": "王小明", "id_number": "11010119900101004X"}
    request = threading.Thread(
        target=lambda: answers.append(service.send("POST", f"{path}/steps/identity", token, json=identity))
    )
    request.start()
    time.sleep(0.7)
    assert service.stop() == 0
    request.join()
    assert [answer.status_code for answer in answers] == [200]


def _ready_for_identity(service: Service, token: str) -> str:
    body = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    made = service.send("POST", "/v1/verifications", token, json=body).json()["id"]
    notice = service.send("GET", f"/v1/verifications/{made}/consent_notice", token).json()
    granted = [item["id"] for item in notice["items"]]
    consent = {"policy_version": notice["policy_version"], "granted": granted}
    assert service.send("POST", f"/v1/verifications/{made}/steps/consent", token, json=consent).ok
    return str(made)


@pytest.mark.long
def test_several_processes_are_counted_together(service: Service) -> None:
    for _ in range(5):
        requests.get(f"{service.base}/healthz", timeout=5)
    wanted = (
        'realname_requests_total{method="GET",route="/healthz",status="200"} 5.0',
        'realname_jobs_total{job="sweep expiry",result="done"}',
    )
    deadline = time.monotonic() + 30
    while True:
        text = requests.get(f"{service.base}/metrics", timeout=5).text
        if all(line in text for line in wanted) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert [line for line in wanted if line not in text] == []


def test_without_migrations_it_refuses_to_start(tmp_path: Path) -> None:
    service = Service(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "verify.cli", "serve", "--port", str(service.port)],
        env=service.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "run `realname db upgrade`" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], Child]:
    """One that does this instead of a command."""

    def made(deed: Callable[[], None]) -> Child:
        monkeypatch.setattr(serve, "run", lambda _words: deed())
        return Child("example", ())

    monkeypatch.setattr(serve, "LOOK_EVERY", 0.01)
    return made


def run_until(condition: Callable[[], bool], *children: Child) -> int:
    stop = threading.Event()

    def end() -> None:
        try:
            wait_until(condition)
        finally:
            stop.set()

    threading.Thread(target=end).start()
    return supervise(children, stop)


def test_a_child_that_dies_at_once_is_given_longer_and_longer_pauses(
    child: Callable[[Callable[[], None]], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "LONGEST_PAUSE", 0.16)
    dying = child(lambda: sys.exit(3))
    dying.pause = 0.01
    with structlog.testing.capture_logs() as logs:
        assert run_until(lambda: dying.pause == 0.16, dying) == 0
    ends = [entry for entry in logs if entry["event"] == "child ended"]
    assert len(ends) >= 4
    assert {entry["status"] for entry in ends} == {3}


def test_a_child_that_will_not_drain_is_killed_and_told_by_the_exit_status(
    child: Callable[[Callable[[], None]], Child], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(serve, "DRAIN", 0.2)
    deaf = tmp_path / "deaf"

    def hear_nothing() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        deaf.touch()
        time.sleep(WITHIN)

    stubborn = child(hear_nothing)
    with structlog.testing.capture_logs() as logs:
        assert run_until(deaf.exists, stubborn) == 1
    assert "child killed" in [entry["event"] for entry in logs]
    assert stubborn.process is not None
    assert stubborn.process.exitcode == -signal.SIGKILL


def test_an_address_that_is_not_this_machines_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="--host"):
        check_port("192.0.2.1", free_port())


def test_two_runs_on_one_instance_folder_count_apart(service: Service) -> None:
    requests.get(f"{service.base}/healthz", timeout=5)
    another = Service(service.root)
    another.start("--workers", "1", "--no-worker")
    answered = [requests.get(f"{one.base}/metrics", timeout=5).text for one in (service, another)]
    another.stop()
    wanted = 'realname_requests_total{method="GET",route="/healthz",status="200"} 1.0'
    assert [wanted in text for text in answered] == [True, False]


def test_what_was_counted_ends_with_the_run(service: Service) -> None:
    service.stop()
    assert [file.name for file in (service.root / "tmp").glob("realname-metrics-*")] == []


def test_the_halves_begin_when_the_gate_opens_and_later_ones_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr(serve, "run", lambda words: os.write(writing, words[0].encode()))
    gate = Gate()
    first = serve.fork("first", ("first ",), gate)
    assert select.select([reading], [], [], 0.2)[0] == []
    gate.open()
    first.join()
    serve.fork("second", ("second",), gate).join()
    os.close(writing)
    with os.fdopen(reading) as told:
        assert told.read() == "first second"


def test_what_two_forks_draw_at_random_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()

    def draw(_words: object) -> None:
        os.write(writing, f"{uuid7()} {secrets.token_hex(4)} {random.random()}\n".encode())  # noqa: S311 - looked at

    monkeypatch.setattr(serve, "run", draw)
    for name in ("first", "second"):
        serve.fork(name, ()).join()
    os.close(writing)
    with os.fdopen(reading) as told:
        drawn = [line.split() for line in told]
    assert len(drawn) == 2
    assert all(first[-8:] != second[-8:] for first, second in zip(*drawn, strict=True))


def test_an_unfit_installation_ends_it_before_the_halves_begin(tmp_path: Path) -> None:
    service = Service(tmp_path)
    (tmp_path / "instance").mkdir(mode=0o700)
    words = [sys.executable, "-m", "verify.cli", "serve", "--port", str(service.port)]
    ended = subprocess.run(words, env=service.environment, capture_output=True, text=True, check=False, timeout=100)
    assert ended.returncode == 2
    assert ended.stderr.count("run `realname db upgrade`") == 1
