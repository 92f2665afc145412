"""How soon a started service is ready, and what it holds in memory with nothing to do.

The limit side is granian with an empty Flask application and huey's consumer, with SQLAlchemy imported in both.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import requests

from benchmarks.table import RUNS, Row
from tests.functional.service import PROGRAM, Service, free_port

READY_GOAL, MEMORY_GOAL = 1.5, 1.3
WORKERS = 1

#: seconds after which nothing more is loaded
SETTLED = 4.0

BARE_WEB = """
import sys
import flask, psycopg, sqlalchemy.orm
from granian.constants import Interfaces
from granian.server import Server
app = flask.Flask("bare")
app.add_url_rule("/readyz", view_func=lambda: {"status": "ready"}, endpoint="ready")
Server("bare", port=int(sys.argv[1]), interface=Interfaces.WSGI, workers=1, blocking_threads=32).serve(
    target_loader=lambda: app, wrap_loader=False
)
"""
BARE_WORKER = """
import sys
import flask, psycopg, sqlalchemy.orm
from huey import SqliteHuey
SqliteHuey("bare", filename=sys.argv[1]).create_consumer(workers=4, periodic=False).run()
"""


def measure() -> Iterator[Row]:
    ready, memory = [], []
    held = bare = 0.0
    for _ in range(RUNS):
        seconds, held = _ours()
        ready.append(seconds)
        bare, least = _bare()
        memory.append(held / least)
    yield Row("start to /readyz", READY_GOAL, tuple(ready), unit="s", beside=f"SQLite; the bare web half {bare:.1f} s")
    yield Row("memory with nothing to do, web + worker", MEMORY_GOAL, tuple(memory), beside=f"{held:.0f} MiB PSS")


def _ours() -> tuple[float, float]:
    """Seconds until it was ready, and MiB of web and worker."""
    with TemporaryDirectory() as folder:
        service = Service(Path(folder), more={"PYTHONPATH": str(_without_rich(Path(folder)))})
        service.prepare()
        words = [*PROGRAM, "serve", "--port", str(service.port), "--workers", str(WORKERS)]
        start = time.perf_counter()
        with _running(words, environment=service.environment) as process:
            _wait(service.base)
            seconds = time.perf_counter() - start
            time.sleep(SETTLED)
            return seconds, _pss(process.pid)


def _without_rich(folder: Path) -> Path:
    """Structlog loads rich where it finds it: an installation has none, but the tools of development bring it."""
    hiding = folder / "hiding"
    hiding.mkdir()
    (hiding / "rich.py").write_text("raise ImportError('no part of an installation')\n", "utf-8")
    return hiding


def _bare() -> tuple[float, float]:
    """The same of the limit side."""
    port = free_port()
    with TemporaryDirectory() as folder:
        web = [sys.executable, "-c", BARE_WEB, str(port)]
        worker = [sys.executable, "-c", BARE_WORKER, f"{folder}/huey.db"]
        start = time.perf_counter()
        with _running(web) as serving, _running(worker) as working:
            _wait(f"http://127.0.0.1:{port}")
            seconds = time.perf_counter() - start
            time.sleep(SETTLED)
            return seconds, _pss(serving.pid) + _pss(working.pid)


@contextmanager
def _running(words: list[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, env=environment or dict(os.environ), start_new_session=True, **quiet) as process:  # type: ignore[call-overload]  # noqa: S603 - ourselves
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait(base: str) -> None:
    while True:
        try:
            if requests.get(f"{base}/readyz", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.01)


def _pss(pid: int) -> float:
    """MiB of a process and its children: pages that several share count for each with its part."""
    whole = psutil.Process(pid)
    return sum(one.memory_full_info().pss for one in (whole, *whole.children(recursive=True))) / 2**20
