"""All keys are rotated under four workers and load, killed in the middle and repeated: no request fails."""

import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from benchmarks.population import populate
from crypto import keyring_file
from providers.testing.identities import adult
from tests.databases import postgres_url, scratch_database
from tests.functional.service import PROGRAM, Service
from verify import config, create_app

ACCOUNTS = 1000
CALLERS = 4
KILLS = 4


@pytest.fixture
def service(tmp_path: Path, both_databases_bare: str) -> Iterator[Service]:
    """Both stores on one kind of database."""
    if both_databases_bare.startswith("sqlite"):
        yield Service(tmp_path)
        return
    with scratch_database(str(postgres_url())) as keys:
        yield Service(tmp_path, database_url=both_databases_bare, more={"REALNAME_KEYS_DATABASE_URL": keys})


@dataclass
class Load:
    """Callers that go through the steps again and again; every answer but a good one is kept."""

    service: Service
    token: str
    stop: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    failed: list[str] = field(default_factory=list)

    def call(self, caller: int) -> None:
        n = 100_000 * (caller + 1)
        while not self.stop.is_set():
            n += 1
            self.one(n)
            self.done += 1

    def one(self, n: int) -> None:
        made = self.send(
            "POST", "/v1/verifications", 201, {"type": "personal", "method": "face", "account_ref": f"{n}"}
        )
        if made is None:
            return
        path, client = f"/v1/verifications/{made['id']}", made["client_token"]
        notice = self.send("GET", f"{path}/consent_notice", 200, token=client)
        if notice is None:
            return
        granted = [item["id"] for item in notice["items"]]
        answer = {"policy_version": notice["policy_version"], "granted": granted}
        self.send("POST", f"{path}/steps/consent", 200, answer)
        who = adult(n)
        body = {"name": who.name, "id_number": who.id_number}
        self.send("POST", f"{path}/steps/identity", 200, body, token=client)
        self.send("GET", path, 200)

    def send(self, method: str, path: str, status: int, json: object = None, token: str = "") -> dict | None:
        more = {} if json is None else {"json": json, "headers": {"Idempotency-Key": f"{random.random()}"}}  # noqa: S311
        answer = self.service.send(method, path, token or self.token, **more)
        if answer.status_code != status:
            self.failed.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return None
        return answer.json()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_every_key_is_rotated_while_serving_and_no_request_fails(service: Service) -> None:
    made = service.prepare()
    settings = config.load(service.environment)
    app = create_app(settings)
    services = app.extensions["realname"]
    with app.app_context():
        populate(services, UUID(made["application_id"].removeprefix("app_")), ACCOUNTS)
    before = keyring_file.read(settings.keyring_path)
    service.start("--workers", "4")
    load = Load(service, made["test_key"])
    chance = random.Random(20261125)  # noqa: S311 - the same kills in every run
    try:
        with ThreadPoolExecutor(CALLERS) as pool:
            callers = [pool.submit(load.call, caller) for caller in range(CALLERS)]
            try:
                for purpose in ("kek", "index"):
                    for _ in range(KILLS // 2):
                        killed(service, chance, purpose)
                for purpose in ("kek", "index", "pepper", "audit"):
                    service.command("keys", "rotate", purpose, timeout=200)
            finally:
                load.stop.set()
            for caller in callers:
                caller.result()
    finally:
        service.stop()
    assert load.failed == []
    assert load.done > ACCOUNTS / 100
    after = keyring_file.read(settings.keyring_path)
    for purpose in ("kek", "index", "pepper", "audit"):
        assert after.primary(purpose) != before.primary(purpose)
    assert set(services.vault.wraps()) == {after.primary("kek").id}
    service.command("audit", "verify")
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()


def killed(service: Service, chance: random.Random, purpose: str) -> None:
    """A rotation that ends by kill -9 at some moment."""
    command = subprocess.Popen(
        [*PROGRAM, "keys", "rotate", purpose],
        env=service.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(chance.uniform(0.5, 6))
    command.send_signal(signal.SIGKILL)
    command.wait()
