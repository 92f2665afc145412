"""How engines of either store behave: time-outs on PostgreSQL, and SQLite under many writers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

#: execution option of a transaction that will write; SQLite then takes the write lock at its start
WRITE = "realname_write"

BUSY_TIMEOUT_MS = 10_000

#: libpq's connection options; nothing of ours waits longer for a lock or idles longer in a transaction
POSTGRES_CONNECTION: Mapping[str, Any] = {
    "application_name": "realname",
    "connect_timeout": 5,
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
}


def tame_sqlite(engine: Engine, pragmas: Mapping[str, Any]) -> None:
    """Give a SQLite engine files of mode 0600, these pragmas on each connection, and BEGINs of our own."""

    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name}={value}").close()

    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", set_pragmas)
    event.listen(engine, "begin", _begin)


def _make_private(_dialect: Any, _record: Any, arguments: list[Any], _options: Any) -> None:
    Path(arguments[0]).touch(mode=0o600)


def _begin(connection: Connection) -> None:
    """The driver's own BEGIN comes with the first write, when a read before it may be stale already."""
    writes = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
