"""How the main store is opened: pools, time-outs, and SQLite made to behave under many writers."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.engine import make_url

from verify.config import Settings
from verify.models.engines import BUSY_TIMEOUT_MS, POSTGRES_CONNECTION, ping_idle, tame_sqlite

#: seconds a request waits for a connection of the pool
POOL_TIMEOUT = 10

SQLITE_PRAGMAS = {
    "busy_timeout": BUSY_TIMEOUT_MS,
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
    # what was erased must not lie in freed pages
    "secure_delete": "ON",
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
        options |= {"connect_args": dict(POSTGRES_CONNECTION)}
    return options


def configure(engine: Engine) -> None:
    """Give a SQLite engine its pragmas, files of mode 0600 and BEGINs of our own, another one its pings."""
    if engine.dialect.name == "sqlite":
        tame_sqlite(engine, SQLITE_PRAGMAS)
    else:
        ping_idle(engine)


def unpooled_engine(url: str) -> Engine:
    """For a look at a store before the service opens it: one connection at a time, closed after each use."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    configure(engine)
    return engine


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path | None:
    """The file behind a SQLite URL; None for other databases."""
    database = make_url(url).database
    return Path(database) if is_sqlite(url) and database else None
