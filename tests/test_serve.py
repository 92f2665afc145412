import json
import signal
import stat
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

from tests.functional.service import Service, free_port
from verify import serve
from verify.config import ConfigurationError, Settings
from verify.serve import Child, check_port, fresh_folder, supervise

WITHIN = 20.0


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    service.prepare()
    service.start("--workers", "1")
    yield service
    if service.process is not None and service.process.poll() is None:
        service.stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def children(service: Service) -> dict[str, psutil.Process]:
    """The supervisor's own living children, by the command they run."""
    assert service.process is not None
    found = {}
    for child in psutil.Process(service.process.pid).children():
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            found["".join(child.cmdline()[3:4])] = child
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
    until(lambda: "worker started" in events(service))
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
    until(lambda: children(service).get(name, killed) != killed)
    until(lambda: not any(process.is_running() for process in below))
    service.wait_until_ready()
    assert service.stop() == 0


@pytest.mark.long
def test_a_web_process_that_is_killed_comes_back(service: Service) -> None:
    [killed] = children(service)["web"].children()
    killed.send_signal(signal.SIGKILL)
    until(lambda: [p for p in children(service)["web"].children() if p != killed] != [])
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
def program(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Child]:
    """A child that runs a shell line."""

    def made(line: str) -> Child:
        return Child("example", ("-c", line), {"PATH": "/usr/bin:/bin"})

    monkeypatch.setattr(serve, "PROGRAM", ("/bin/sh",))
    monkeypatch.setattr(serve, "LOOK_EVERY", 0.01)
    return made


def run_for(seconds: float, *children: Child) -> int:
    stop = threading.Event()
    threading.Timer(seconds, stop.set).start()
    return supervise(children, stop)


def test_a_child_that_dies_at_once_is_given_longer_and_longer_pauses(
    program: Callable[[str], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "LONGEST_PAUSE", 0.16)
    child = program("exit 3")
    child.pause = 0.01
    with structlog.testing.capture_logs() as logs:
        assert run_for(0.6, child) == 0
    ends = [entry for entry in logs if entry["event"] == "child ended"]
    assert 3 <= len(ends) <= 7
    assert {entry["status"] for entry in ends} == {3}
    assert child.pause == 0.16


def test_a_child_that_will_not_drain_is_killed_and_told_by_the_exit_status(
    program: Callable[[str], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "DRAIN", 0.2)
    stubborn = program("trap '' TERM; while :; do sleep 1; done")
    with structlog.testing.capture_logs() as logs:
        assert run_for(0.3, stubborn) == 1
    assert "child killed" in [entry["event"] for entry in logs]
    assert stubborn.process is not None
    assert stubborn.process.poll() == -signal.SIGKILL


def test_an_address_that_is_not_this_machines_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="--host"):
        check_port("192.0.2.1", free_port())


def test_counts_of_an_earlier_run_are_forgotten(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path)
    folder = Path(fresh_folder(settings))
    (folder / "counter_1.db").touch()
    assert list(Path(fresh_folder(settings)).iterdir()) == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
