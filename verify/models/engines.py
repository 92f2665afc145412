"""How engines of either store behave: time-outs on PostgreSQL, and SQLite under many writers."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

#: execution option of a transaction that will write; SQLite then takes the write lock at its start
WRITE = "realname_write"

BUSY_TIMEOUT_MS = 10_000

#: libpq's connection options; nothing of ours waits longer for a lock or idles longer in a transaction, and nothing
#: runs so long that compiling it first, which takes some 30 ms, could pay
POSTGRES_CONNECTION: Mapping[str, Any] = {
    "application_name": "realname",
    "connect_timeout": 5,
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c jit=off",
}


#: seconds; a connection that was used since is taken to be alive
FRESH = 5.0


def ping_idle(engine: Engine) -> None:
    """Ask a connection whether it is alive when it has idled, rather than at each use (SQLAlchemy's pre-ping).

    That costs three messages a transaction. After a restart of the server the first error on a fresh connection
    empties the whole pool, so that few requests fail.
    """

    def note(_connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used_at", 0.0) < FRESH:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "connect", note)
    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ask)


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
