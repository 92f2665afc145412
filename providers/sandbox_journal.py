"""What the sandbox remembers of each reference, so that another process can read it back: never whom it was about."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Protocol

from providers.base import Result, Unavailable

#: how long a reference can be read back; vendors keep results for days, not for ever
KEPT = timedelta(days=7)

#: milliseconds one process waits for another's write
BUSY_TIMEOUT = 5000

SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (reference TEXT PRIMARY KEY, result TEXT NOT NULL, reason TEXT, at INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS journal_at ON journal (at);
"""


class Journal(Protocol):
    """(result, reason) by reference. Raises Unavailable when it cannot be written or read."""

    def write(self, reference: str, result: Result, reason: str | None) -> None: ...

    def read(self, reference: str) -> tuple[Result, str | None] | None: ...

    def close(self) -> None: ...


class MemoryJournal:
    """For one process, until it ends."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._rows: dict[str, tuple[Result, str | None, datetime]] = {}

    def write(self, reference: str, result: Result, reason: str | None) -> None:
        now = self._clock()
        with self._lock:
            self._rows.pop(reference, None)
            self._rows[reference] = (result, reason, now)
            while self._rows[eldest := next(iter(self._rows))][2] < now - KEPT:
                del self._rows[eldest]

    def read(self, reference: str) -> tuple[Result, str | None] | None:
        with self._lock:
            row = self._rows.get(reference)
        return row[:2] if row else None

    def close(self) -> None:
        self._rows.clear()


class FileJournal:
    """For several processes: a SQLite file, opened at first use and once a process, so that a fork inherits none."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._connections: dict[int, sqlite3.Connection] = {}  #: by process id

    def write(self, reference: str, result: Result, reason: str | None) -> None:
        at = int(self._clock().timestamp())
        oldest = at - int(KEPT.total_seconds())
        with self._lock, _as_unavailable(), self._connection() as connection:
            connection.execute("INSERT OR REPLACE INTO journal VALUES (?, ?, ?, ?)", (reference, result, reason, at))
            connection.execute("DELETE FROM journal WHERE at < ?", (oldest,))

    def read(self, reference: str) -> tuple[Result, str | None] | None:
        with self._lock, _as_unavailable():
            found = self._connection().execute("SELECT result, reason FROM journal WHERE reference = ?", (reference,))
            row = found.fetchone()
        return (Result(row[0]), row[1]) if row else None

    def close(self) -> None:
        with self._lock:
            connection = self._connections.pop(os.getpid(), None)
            if connection is not None:
                connection.close()

    def _connection(self) -> sqlite3.Connection:
        process = os.getpid()
        if process not in self._connections:
            self._connections[process] = _open(self._path)
        return self._connections[process]


def _open(path: Path) -> sqlite3.Connection:
    """Used by every thread of the process, under the journal's lock."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT / 1000, check_same_thread=False)
    try:
        _prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.OperationalError):  # another process is switching the file to it, which waits for nobody
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(SCHEMA)


@contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable("sandbox.journal") from error
