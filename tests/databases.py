"""PostgreSQL for tests: a server found by REALNAME_TEST_POSTGRES, databases that nobody else uses."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import MetaData, NullPool, create_engine, create_mock_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url

from verify.config import Settings
from verify.migrating import HISTORIES, upgrade
from verify.store import sqlite_file


def postgres_url() -> str | None:
    """URL of a server on which databases may be made, or None."""
    return os.environ.get("REALNAME_TEST_POSTGRES") or None


@contextmanager
def scratch_database(server: str) -> Iterator[str]:
    """A fresh database on the server, dropped afterwards; its URL in SQLAlchemy's form."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"realname_test_{uuid4().hex}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.dispose()


def make_tables(url: str, metadata: MetaData) -> None:
    """Tables in a fresh database; those of SQLite are made once and copied, those of PostgreSQL in one message."""
    if make_url(url).get_backend_name() == "sqlite":
        file = Path(str(make_url(url).database))
        if file.exists() and file.stat().st_size:  # migrated before, and it knows its revision
            return
        file.touch(mode=0o600)
        file.write_bytes(_sqlite_file(metadata))
        return
    with create_engine(url, poolclass=NullPool).begin() as connection:
        if inspect(connection).has_table(metadata.sorted_tables[0].name):
            return
        connection.exec_driver_sql(_postgres_script(metadata))


def migrate(settings: Settings) -> None:
    """Both stores of a fresh instance on SQLite, as ``realname db upgrade`` leaves them: done once and copied."""
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in _migrated().items():
        file = settings.instance / name
        file.touch(mode=0o600)
        file.write_bytes(data)


@cache
def _migrated() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder))
        for history in HISTORIES.values():
            upgrade(settings, history)
        files = [file for url in (settings.database_url, settings.keys_database_url) if (file := sqlite_file(url))]
        return {file.name: file.read_bytes() for file in files}


@cache
def _sqlite_file(metadata: MetaData) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "made.db"
        engine = create_engine(f"sqlite:///{file}")
        metadata.create_all(engine)
        with engine.connect() as connection:  # as the application will; it stays so in each copy
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        engine.dispose()
        return file.read_bytes()


@cache
def _postgres_script(metadata: MetaData) -> str:
    statements: list[str] = []
    dialect = create_mock_engine("postgresql+psycopg://", lambda ddl, *_, **__: statements.append(_said(ddl)))
    metadata.create_all(dialect, checkfirst=False)
    return ";\n".join(statements)


def _said(ddl: object) -> str:
    return str(ddl.compile(dialect=postgresql.dialect()))  # type: ignore[attr-defined, no-untyped-call]
