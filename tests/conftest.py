"""What tests share: a running application on either database, a clock to turn, and a caller."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from sqlalchemy import Engine, event
from uuid_utils.compat import uuid7

from providers.sandbox import Sandbox
from tests.assessed import assess
from tests.caller import Caller
from tests.chromium import chromium, launch, playwright  # noqa: F401 - fixtures
from tests.compiled import share_pages
from tests.databases import make_tables, postgres_url, scratch_database
from tests.pool import Databases
from verify import create_app
from verify.auth import SCOPES
from verify.config import Settings
from verify.keys import issue_key
from verify.models import Application, Base, Origin
from verify.models.keystore import KeyBase
from verify.outbound import Outbound
from verify.services import Services

pytest_plugins = ["tests.quick", "tests.require_all"]

# one tree, one result; HYPOTHESIS_PROFILE=explore looks further
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
ORIGIN = "https://signup.example"

NO_POSTGRES = "no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL"


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Nudges:
    """Remembers what the worker would have been told."""

    sent: list[tuple[str, Any]] = field(default_factory=list)

    def __call__(self, table: str, row_id: Any, delay: float = 0.0) -> None:  # noqa: ARG002 - the worker's
        self.sent.append((table, row_id))


@dataclass
class Keys:
    test: str
    live: str


@dataclass
class Statements:
    """SQL statements of the main store and of the key store, without BEGIN and COMMIT."""

    main: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def clear(self) -> None:
        self.main.clear()
        self.keys.clear()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def nudges() -> Nudges:
    return Nudges()


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def database(tmp_path: Path) -> str:
    """URL of the main store; tests that take ``both_databases`` run on PostgreSQL too."""
    return f"sqlite:///{tmp_path / 'realname.db'}"


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(instance=tmp_path, database_url=database, request_rate="100000 per second")


@pytest.fixture
def outbound() -> Outbound:
    """Every name resolves, and nothing can be connected to."""
    return Outbound(resolve=lambda *_: ["198.41.0.4"], connect=refuse)


def refuse(*_: Any) -> Any:
    raise ConnectionRefusedError


@pytest.fixture
def parts(sandbox: Sandbox, outbound: Outbound) -> dict[str, Any]:
    """What the application is built with beside clock and nudges."""
    return {"providers": {"sandbox": sandbox}, "outbound": outbound}


@pytest.fixture
def app(settings: Settings, clock: Clock, nudges: Nudges, parts: dict[str, Any]) -> Iterator[Flask]:
    yield from running(settings, clock=clock, nudge=nudges, **parts)


def running(settings: Settings, **parts: Any) -> Iterator[Flask]:
    """An application on fresh tables, and its engines given back at the end."""
    make_tables(settings.database_url, Base.metadata)
    make_tables(settings.keys_database_url, KeyBase.metadata)
    app = create_app(settings, **parts)
    share_pages(app)
    try:
        yield app
    finally:
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()
        app.extensions["realname"].vault.engine.dispose()


@pytest.fixture
def services(app: Flask) -> Iterator[Services]:
    with app.app_context():
        yield app.extensions["realname"]


def make_application(app: Flask, name: str = "Sign-up", origin: str = ORIGIN, **settings: Any) -> Keys:
    """An application with one key of each mode."""
    found: Services = app.extensions["realname"]
    now = found.clock()
    tokens = {}
    with app.app_context(), found.write() as session:
        application = Application(id=uuid7(), name=name, settings=settings, created_at=now)
        session.add(application)
        session.flush()
        session.add(Origin(application_id=application.id, origin=origin))
        for livemode in (False, True):
            _, tokens[livemode] = issue_key(
                session, application.id, livemode, found.keyring.primary("pepper"), now, SCOPES
            )
    live = [name for name, provider in found.providers.items() if not provider.test_only]
    if live:
        with app.app_context():
            assess(found, *live)
    return Keys(test=tokens[False], live=tokens[True])


@pytest.fixture
def api_keys(app: Flask) -> Keys:
    return make_application(app)


@pytest.fixture
def server(app: Flask, api_keys: Keys) -> Caller:
    """The sign-up backend with a test key."""
    return Caller(app, api_keys.test)


@contextmanager
def counted(engine: Engine, into: list[str]) -> Iterator[None]:
    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            into.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def statements(app: Flask) -> Iterator[Statements]:
    found = Statements()
    with app.app_context():
        main = app.extensions["sqlalchemy"].engine
        app.extensions["realname"].board()  # read once a second, whatever the requests
    with counted(main, found.main), counted(app.extensions["realname"].vault.engine, found.keys):
        yield found


BACKENDS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases | None]:
    """None where no PostgreSQL is found."""
    server = postgres_url()
    if server is None:
        yield None
        return
    found = Databases(server)
    yield found
    found.close()


@pytest.fixture(params=BACKENDS)
def both_databases(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases | None) -> Iterator[str]:
    """Parametrises over SQLite and, where one is found, PostgreSQL, which has the tables already."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'realname.db'}"
        return
    if databases is None:
        pytest.skip(NO_POSTGRES)
    with databases.one() as url:
        yield url


@pytest.fixture(params=BACKENDS)
def both_databases_bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same, for what makes its tables itself."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'realname.db'}"
        return
    server = postgres_url()
    if server is None:
        pytest.skip(NO_POSTGRES)
    with scratch_database(server) as url:
        yield url
