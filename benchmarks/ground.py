"""A service and the bare side of it, each on databases of its own, and people to send through flows."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import create_engine, select

from benchmarks.recording import ACCOUNT_REF, Recording, recorded
from benchmarks.requests import issued
from benchmarks.serving import limit
from providers.testing.identities import adult, card, mobile
from tests.databases import postgres_url, scratch_database
from tests.functional.service import Service
from verify import create_app
from verify.config import load
from verify.migrating import HISTORIES, upgrade
from verify.models import ApiKey

LOAD = Path(__file__).parent / "load"

#: connections of the load, each a thread of wrk's with a flow of its own
THREADS = 16

#: flows that one of them may do in a run
SHARE = 100

#: people that are there for all runs together
PEOPLE = 69_000

#: the requests of a flow
STAGES = {"bank_card": 4, "face": 3}


@dataclass
class Ground:
    folder: Path
    method: str
    #: URLs by side: service, limit
    sides: dict[str, str]
    key: str
    plan: Path
    #: of the service and of the bare side, main and key store
    databases: dict[str, tuple[str, str]]
    used: dict[str, int] = field(default_factory=dict)

    def flows(self, side: str, seconds: float, stages: int, reached: str = "-") -> float:
        """Flows a second that came through so many stages. Raises ValueError where a request failed."""
        first = self.used.get(side, 0)
        self.used[side] = first + THREADS * SHARE
        words = [self.key, self.plan, first, SHARE, stages, side, reached]
        said = wrk("flow.lua", self.sides[side], THREADS, THREADS, seconds, words)
        found = re.search(r"flows (\d+) failed (\d+) seconds ([0-9.]+)", said)
        if found is None or found[2] != "0":
            raise ValueError(said)
        return int(found[1]) / float(found[3])


def wrk(script: str, base: str, threads: int, connections: int, seconds: float, words: list[object]) -> str:
    """What the script prints at the end."""
    said = [str(word) for word in words]
    options = [f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
    program = ["wrk", *options, "-s", str(LOAD / script), base, "--", *said]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout  # noqa: S603 - as written here


@contextmanager
def ground(method: str, vendor_seconds: float = 0.0, workers: int = 1) -> Iterator[Ground]:
    """So many web processes of the service, and one of the bare side."""
    server = postgres_url()
    assert server is not None  # noqa: S101 - asked before
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        main, keys, bare, bare_keys = (stack.enter_context(scratch_database(server)) for _ in range(4))
        service, app, key = _prepared(folder / "service", main, keys, vendor_seconds)
        _close(app)
        recording, consent = _recorded(folder / "bare", bare, bare_keys, method)
        service.start("--workers", str(workers), "--no-worker")
        stack.callback(service.stop)
        words = [bare, bare_keys, str(recording), str(vendor_seconds)]
        replay = stack.enter_context(limit("replay", *words))
        yield Ground(
            folder,
            method,
            {"service": service.base, "limit": replay},
            key,
            _plan(folder, method, consent),
            {"service": (main, keys), "limit": (bare, bare_keys)},
        )


def _prepared(folder: Path, main: str, keys: str, vendor_seconds: float) -> tuple[Service, Flask, str]:
    """Prepared in this process: each command of the service would start one of its own."""
    folder.mkdir()
    more = {
        "REALNAME_KEYS_DATABASE_URL": keys.replace("+psycopg", ""),
        "REALNAME_REQUEST_RATE": "1000000 per second",
        "REALNAME_LOG_LEVEL": "warning",
        "REALNAME_SANDBOX_LATENCY_MS": str(int(vendor_seconds * 1000)),
    }
    service = Service(folder, main.replace("+psycopg", ""), more)
    settings = load(service.environment)
    for history in HISTORIES.values():
        upgrade(settings, history)
    app = create_app(settings)
    return service, app, issued(app, bank_card_face=False)


def _recorded(folder: Path, main: str, keys: str, method: str) -> tuple[Path, str]:
    """One flow through the application itself, on the databases that the bare side goes on with."""
    _, app, key = _prepared(folder, main, keys, 0)
    recording = Recording()
    client = app.test_client()

    def send(path: str, token: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
        answer = client.open(path, method="GET" if body is None else "POST", headers=headers, json=body)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise ValueError(answer.text)
        return answer.json

    send("/v1/verifications", key, _creating(method, "warm-up"))  # what is read once a second or at first use
    with recorded(app, recording):
        recording.requests.append([])
        made = send("/v1/verifications", key, _creating(method, ACCOUNT_REF))
        path, token = f"/v1/verifications/{made['id']}", made["client_token"]
        recording.requests.append([])
        consent = _consent(send(f"{path}/consent_notice", token))
        recording.requests.pop()  # reading the notice is no part of the flow
        for step, body in {"consent": consent, **_steps(method, 0)}.items():
            recording.requests.append([])
            send(f"{path}/steps/{step}", token, body)
    recording.fixed = _fixed(main)
    file = folder / "recording"
    recording.keep(file)
    _close(app)
    return file, json.dumps(consent)


def _close(app: Flask) -> None:
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions["realname"].vault.engine.dispose()


def _consent(notice: Any) -> dict[str, object]:
    granted = [item["id"] for item in notice["items"] if item["required"]]
    return {"policy_version": notice["policy_version"], "granted": granted}


def _creating(method: str, account_ref: str) -> dict[str, str]:
    return {"type": "personal", "method": method, "account_ref": account_ref}


def _steps(method: str, n: int) -> dict[str, dict[str, str]]:
    """What the n-th person submits after the consent; the last step of a card is the same for all."""
    who = adult(n)
    person = {"name": who.name, "id_number": who.id_number}
    if method == "face":
        return {"identity": person}
    return {"bank_card": {**person, "card_number": card(n), "mobile": mobile(n)}, "sms_code": {"code": "246810"}}


def _fixed(main: str) -> set[UUID | bytes]:
    """What every flow shares: the application, its key, and nobody."""
    engine = create_engine(main)
    with engine.connect() as connection:
        rows = connection.execute(select(ApiKey.id, ApiKey.application_id, ApiKey.digest)).all()
    engine.dispose()
    return {UUID(int=0), *(bytes(value) if isinstance(value, memoryview) else value for row in rows for value in row)}


def _plan(folder: Path, method: str, consent: str) -> Path:
    """Read by load/flow.lua, which says what is in it."""
    file = folder / "plan"
    people = (json.dumps(next(iter(_steps(method, n).values())), ensure_ascii=False) for n in range(1, PEOPLE + 1))
    file.write_text("\n".join([method, consent, *people]) + "\n", "utf-8")
    return file
