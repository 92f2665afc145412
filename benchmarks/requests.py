"""Requests through the whole application on SQLite files, against the one that touches no store."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from uuid_utils.compat import uuid7

from benchmarks.table import Row
from benchmarks.timing import compare
from verify import create_app
from verify.auth import SCOPES
from verify.config import Settings
from verify.keys import issue_key
from verify.migrating import HISTORIES, upgrade
from verify.models import Application
from verify.services import Services

GENEROUS = "1000000 per second"


def measure() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder), request_rate=GENEROUS)
        for history in HISTORIES.values():
            upgrade(settings, history)
        app = create_app(settings)
        yield from _measured(app)
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()
        app.extensions["realname"].vault.engine.dispose()


def _measured(app: Flask) -> Iterator[Row]:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {issued(app)}"}
    numbers = count()

    def create() -> Any:
        body = {"type": "personal", "method": "face", "account_ref": f"acct-{next(numbers)}"}
        return client.post("/v1/verifications", json=body, headers=headers).json

    made = create()["id"]
    for name, call, goal in (
        ("create a verification", create, 12.0),
        ("read a verification", lambda: client.get(f"/v1/verifications/{made}", headers=headers), 6.0),
        ("refuse an unknown key", lambda: client.get("/v1/verifications", headers={"Authorization": "Bearer x"}), 4.0),
    ):
        yield compare(name, call, lambda: client.get("/healthz"), goal)


def issued(app: Flask, **settings: Any) -> str:
    """A test key of a new application with these settings."""
    services: Services = app.extensions["realname"]
    now = services.clock()
    with app.app_context(), services.write() as session:
        application = Application(id=uuid7(), name="bench", settings=settings, created_at=now)
        session.add(application)
        session.flush()
        _, token = issue_key(
            session, application.id, livemode=False, pepper=services.keyring.primary("pepper"), now=now, scopes=SCOPES
        )
    return token
