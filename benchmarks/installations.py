"""An installation to measure on: migrated, with an application and a test key."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from flask import Flask
from uuid_utils.compat import uuid7

from benchmarks.requests import GENEROUS
from tests.databases import scratch_database
from verify import create_app
from verify.auth import SCOPES
from verify.config import Settings
from verify.keys import issue_key
from verify.migrating import HISTORIES, upgrade
from verify.models import Application
from verify.services import Services


@dataclass(frozen=True)
class Installation:
    app: Flask
    application_id: UUID
    token: str

    @property
    def services(self) -> Services:
        found: Services = self.app.extensions["realname"]
        return found


@contextmanager
def installed(server: str | None) -> Iterator[Installation]:
    """On two fresh databases of this PostgreSQL, or on SQLite files; all is gone afterwards."""
    with ExitStack() as stack:
        settings = Settings(instance=Path(stack.enter_context(TemporaryDirectory())), request_rate=GENEROUS)
        if server is not None:
            main, keys = (stack.enter_context(scratch_database(server)) for _ in range(2))
            settings = replace(settings, database_url=main, keys_database_url=keys)
        for each in HISTORIES.values():
            upgrade(settings, each)
        app = create_app(settings)
        stack.callback(_dispose, app)
        yield _with_application(app)


def _with_application(app: Flask) -> Installation:
    services: Services = app.extensions["realname"]
    now = services.clock()
    with app.app_context(), services.write() as session:
        application = Application(id=uuid7(), name="bench", settings={}, created_at=now)
        session.add(application)
        session.flush()
        pepper = services.keyring.primary("pepper")
        _, token = issue_key(session, application.id, livemode=False, pepper=pepper, now=now, scopes=SCOPES)
    return Installation(app, application.id, token)


def _dispose(app: Flask) -> None:
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions["realname"].vault.engine.dispose()
