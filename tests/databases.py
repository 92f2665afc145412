"""PostgreSQL for tests: a server found by REALNAME_TEST_POSTGRES, a database of its own for each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


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
