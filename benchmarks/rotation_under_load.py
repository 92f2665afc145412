"""``python -m benchmarks.rotation_under_load [ACCOUNTS]``: latencies while every key is rotated under four workers.

Requests are sent at fixed times and their latency counts from then on, so that a stall shows in all that waited.
PostgreSQL for both stores where REALNAME_TEST_POSTGRES names a server, else SQLite.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import requests

from benchmarks.population import populate
from tests.databases import postgres_url, scratch_database
from tests.functional.service import PROGRAM, Service
from verify import config, create_app

#: requests a second, by as many callers as may wait at once
RATE = 15
CALLERS = 16

#: seconds
BASELINE = 25.0

PURPOSES = ("kek", "index", "pepper", "audit")


@dataclass
class Load:
    """Creates verifications and reads them in turn."""

    service: Service
    token: str
    stop: threading.Event = field(default_factory=threading.Event)
    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    number: int = 0

    def run(self) -> None:
        start = time.monotonic()
        with ThreadPoolExecutor(CALLERS) as pool:
            while not self.stop.is_set():
                self.number += 1
                due = start + self.number / RATE
                time.sleep(max(0.0, due - time.monotonic()))
                pool.submit(self._one, self.number, due)

    def _one(self, number: int, due: float) -> None:
        session = _session()
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"{number}-{due}"}
        body = {"type": "personal", "method": "face", "account_ref": f"load-{number}"}
        try:
            if number % 2:
                answer = session.post(f"{self.service.base}/v1/verifications", json=body, headers=headers, timeout=30)
            else:
                answer = session.get(f"{self.service.base}/v1/accounts/populated-{number}", headers=headers, timeout=30)
        except requests.RequestException as error:
            self.failed.append(type(error).__name__)
            return
        self.seconds.append(time.monotonic() - due)
        if not answer.ok:
            self.failed.append(f"{answer.status_code} {answer.text[:200]}")

    def taken(self) -> list[float]:
        """Sorted latencies since the last call."""
        found, self.seconds = sorted(self.seconds), []
        return found


_local = threading.local()


def _session() -> requests.Session:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    found: requests.Session = _local.session
    return found


def main(accounts: int) -> None:
    for line in measure(accounts):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def measure(accounts: int) -> Iterator[str]:
    with ExitStack() as stack:
        root = Path(stack.enter_context(TemporaryDirectory()))
        server = postgres_url()
        urls = [stack.enter_context(scratch_database(server)) for _ in range(2)] if server else [None, None]
        more = {"REALNAME_REQUEST_RATE": "100000 per second"}
        service = Service(root, database_url=urls[0], more=more | _keys(urls[1]))
        made = service.prepare()
        app = create_app(config.load(service.environment))
        start = time.monotonic()
        with app.app_context():
            populate(app.extensions["realname"], UUID(made["application_id"].removeprefix("app_")), accounts)
        yield f"{accounts} accounts made in {time.monotonic() - start:.0f} s, {'PostgreSQL' if server else 'SQLite'}"
        service.start("--workers", "4")
        load = Load(service, made["test_key"])
        thread = threading.Thread(target=load.run)
        thread.start()
        try:
            yield from _phases(service, load)
        finally:
            load.stop.set()
            thread.join()
            service.stop()
        yield f"failed requests: {len(load.failed)} of {load.number} {load.failed[:3]}"


def _keys(url: str | None) -> dict[str, str]:
    return {} if url is None else {"REALNAME_KEYS_DATABASE_URL": url}


def _phases(service: Service, load: Load) -> Iterator[str]:
    time.sleep(5)
    load.taken()
    time.sleep(BASELINE)
    before = load.taken()
    yield _line("nothing rotates", BASELINE, before, before)
    for purpose in PURPOSES:
        start = time.monotonic()
        command = [*PROGRAM, "keys", "rotate", purpose]
        done = subprocess.run(command, env=service.environment, capture_output=True, text=True, check=False)  # noqa: S603 - this program
        yield _line(f"rotate {purpose}", time.monotonic() - start, load.taken(), before)
        yield "  " + "; ".join((done.stdout + done.stderr).strip().splitlines()[-3:])


def _line(name: str, seconds: float, taken: list[float], before: list[float]) -> str:
    values: dict[str, Any] = {f"p{share}": _percentile(taken, share) * 1000 for share in (50, 99)}
    ratio = _percentile(taken, 99) / _percentile(before, 99)
    shown = " ".join(f"{label} {value:.1f} ms" for label, value in values.items())
    return f"{name:<18} {seconds:>6.1f} s  {len(taken):>6} requests  {shown}  p99 {ratio:.2f} x  goal 2.00"


def _percentile(taken: list[float], share: int) -> float:
    return taken[min(len(taken) - 1, len(taken) * share // 100)]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
