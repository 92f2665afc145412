"""Requests a second over HTTP on PostgreSQL, the service against the limit side, taking turns.

The load comes from wrk, which keeps so many requests under way; no latency is read from it.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import requests
from sqlalchemy import create_engine, text

from benchmarks.table import RUNS, Row
from tests.databases import postgres_url, scratch_database
from tests.functional.service import Service, free_port

SECONDS = 4
UNDER_WAY = 16

#: kinds of the limit side, and the least share of each one's requests a second that the service should reach
CREATE_GOALS = {"orm": 0.8, "core": 0.55}
READ_GOALS = {"orm": 0.7, "core": 0.7}

#: another account in each request
CREATE = """
local n, run = 0, "%s"
request = function()
  n = n + 1
  local key = run .. "-" .. n
  local body = '{"type": "personal", "method": "face", "account_ref": "' .. key .. '"}'
  local headers = {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json", ["Idempotency-Key"] = key}
  return wrk.format("POST", nil, headers, body)
end
"""
READ = 'wrk.headers["Authorization"] = "Bearer %s"'


@dataclass(frozen=True)
class Side:
    """One server and the credential it takes."""

    base: str
    token: str


def measure() -> Iterator[Row]:
    """Nothing where wrk or PostgreSQL (REALNAME_TEST_POSTGRES) is missing."""
    server = postgres_url()
    if server is None or shutil.which("wrk") is None:
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        main, keys = (stack.enter_context(scratch_database(server)) for _ in range(2))
        base, token = stack.enter_context(serving(folder, main, keys))
        digest = _digest(main)
        limits = {kind: stack.enter_context(limit(kind, main)) for kind in CREATE_GOALS}
        sides = {"service": Side(base, token), **{kind: Side(url, digest) for kind, url in limits.items()}}
        yield from _compared("create a verification", sides, folder, CREATE_GOALS)
        made = create(sides["service"])
        paths = {kind: f"/v1/verifications/{made['id'].removeprefix('ver_')}" for kind in limits}
        paths["service"] = f"/v1/verifications/{made['id']}"
        sides["service"] = Side(base, made["client_token"])
        yield from _compared("read a verification by client token", sides, folder, READ_GOALS, paths)


@contextmanager
def serving(folder: Path, main: str, keys: str) -> Iterator[tuple[str, str]]:
    """The web half on one process: its URL and a test key."""
    more = {
        "REALNAME_KEYS_DATABASE_URL": keys.replace("+psycopg", ""),
        "REALNAME_REQUEST_RATE": "1000000 per second",
        "REALNAME_LOG_LEVEL": "warning",
    }
    service = Service(folder, main.replace("+psycopg", ""), more)
    made = service.prepare()
    service.start("--workers", "1", "--no-worker")
    try:
        yield service.base, made["test_key"]
    finally:
        service.stop()


@contextmanager
def limit(kind: str, *words: str) -> Iterator[str]:
    """A server of the limit side: its URL."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.limit", kind, str(port), *words])  # noqa: S603
    base = f"http://127.0.0.1:{port}"
    try:
        while not _answers(base):
            time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(10)


def _answers(base: str) -> bool:
    try:
        requests.get(base, timeout=1)
    except requests.ConnectionError:
        return False
    return True


def _compared(
    name: str,
    sides: Mapping[str, Side],
    folder: Path,
    goals: Mapping[str, float],
    paths: Mapping[str, str] | None = None,
) -> Iterator[Row]:
    """The service's requests a second as a share of each limit side's, round by round."""
    rounds = [{kind: load(side, folder, (paths or {}).get(kind)) for kind, side in sides.items()} for _ in range(RUNS)]
    for kind, goal in goals.items():
        shares = tuple(each["service"] / each[kind] for each in rounds)
        best = max(each["service"] for each in rounds)
        yield Row(f"{name}, against {kind}", goal, shares, at_least=True, beside=f"{best:.0f} /s")


def load(side: Side, folder: Path, path: str | None) -> float:
    """Requests a second. Raises ValueError where any was refused."""
    script = folder / "load.lua"
    script.write_text(READ % side.token if path else CREATE % (uuid4().hex, side.token), "utf-8")
    program = [
        "wrk",
        "-t1",
        f"-c{UNDER_WAY}",
        f"-d{SECONDS}s",
        "-s",
        str(script),
        side.base + (path or "/v1/verifications"),
    ]
    said = subprocess.run(program, capture_output=True, text=True, check=True).stdout  # noqa: S603 - as above
    if "Non-2xx" in said or "Socket errors" in said:
        raise ValueError(said)
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", said)[1])  # type: ignore[index]


def create(side: Side) -> dict[str, str]:
    body = {"type": "personal", "method": "face", "account_ref": uuid4().hex}
    headers = {"Authorization": f"Bearer {side.token}"}
    made: dict[str, str] = requests.post(f"{side.base}/v1/verifications", json=body, headers=headers, timeout=10).json()
    return made


def _digest(database: str) -> str:
    """What the limit side is shown in place of a key, so that its query finds the same row."""
    engine = create_engine(database)
    with engine.connect() as connection:
        found: bytes = connection.execute(text("SELECT digest FROM api_keys WHERE NOT livemode")).scalar_one()
    engine.dispose()
    return bytes(found).hex()
