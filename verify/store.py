"""How the main store is opened: pools, time-outs, and SQLite made to behave under many writers."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from verify.config import Settings
from verify.models.engines import BUSY_TIMEOUT_MS, POSTGRES_CONNECTION, tame_sqlite

#: seconds a request waits for a connection of the pool
POOL_TIMEOUT = 10

SQLITE_PRAGMAS = {
    "busy_timeout": BUSY_TIMEOUT_MS,
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
}


def engine_options(settings: Settings) -> dict[str, Any]:
    """Arguments of ``create_engine``. Errors never show parameters, which may be personal data."""
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": settings.pool_size,
        "max_overflow": 0,
        "pool_timeout": POOL_TIMEOUT,
    }
    if not is_sqlite(settings.database_url):
        options |= {"pool_pre_ping": True, "connect_args": dict(POSTGRES_CONNECTION)}
    return options


def configure_sqlite(engine: Engine) -> None:
    """Give a SQLite engine its pragmas, files of mode 0600 and BEGINs of our own; others are left alone."""
    if engine.dialect.name == "sqlite":
        tame_sqlite(engine, SQLITE_PRAGMAS)


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path | None:
    """The file behind a SQLite URL; None for other databases."""
    database = make_url(url).database
    return Path(database) if is_sqlite(url) and database else None
