"""How the main store is opened: pools, time-outs, and SQLite made to behave under many writers."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from verify.config import Settings
from verify.models.keystore import BUSY_TIMEOUT_MS, WRITE

#: seconds a request waits for a connection of the pool
POOL_TIMEOUT = 10

SQLITE_PRAGMAS = {
    "busy_timeout": BUSY_TIMEOUT_MS,
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
}

#: libpq's connection options; nothing of ours waits longer for a lock or idles longer in a transaction
POSTGRES_CONNECTION = {
    "application_name": "realname",
    "connect_timeout": 5,
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
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
        options |= {"pool_pre_ping": True, "connect_args": POSTGRES_CONNECTION}
    return options


def configure_sqlite(engine: Engine) -> None:
    """Give a SQLite engine its pragmas, files of mode 0600 and BEGINs of our own; others are left alone."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path | None:
    """The file behind a SQLite URL; None for other databases."""
    database = make_url(url).database
    return Path(database) if is_sqlite(url) and database else None


def _make_private(_dialect: Any, _record: Any, arguments: list[Any], _options: Any) -> None:
    Path(arguments[0]).touch(mode=0o600)


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}").close()


def _begin(connection: Connection) -> None:
    """The driver's own BEGIN comes with the first write, when a read before it may be stale already."""
    writes = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
