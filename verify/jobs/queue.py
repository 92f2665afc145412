"""huey, reduced to a postman: it carries (table, id) to the worker. What is due stands in our own rows."""

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from huey import Huey
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import BaseStorage, PostgresStorage, RedisStorage, SqliteStorage
from redis import ConnectionPool

from verify.config import Settings
from verify.services import Nudge
from verify.store import sqlite_file

log = structlog.get_logger()

NAME = "realname"

#: PostgreSQL advisory lock of whoever makes the broker's tables
LOCK = 0x726E_6A6F_6273

#: seconds a request lets the broker keep it waiting, and for how long a broken one is left alone
CONNECT_TIMEOUT = 1
SOCKET_TIMEOUT = 5
PAUSE = 5.0


class JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON: a broker that somebody else can write to must not be able to run code here."""

    def _serialize(self, data: Message) -> bytes:
        eta = data.eta and data.eta.isoformat()
        return json.dumps({"id": data.id, "name": data.name, "eta": eta, "args": data.args}).encode()

    def _deserialize(self, data: bytes) -> Message:
        read = json.loads(bytes(data))
        eta = read["eta"] and datetime.fromisoformat(read["eta"])
        return Message(id=read["id"], name=read["name"], eta=eta, args=read["args"])


class QuickSqliteStorage(SqliteStorage):  # type: ignore[misc]
    """Without a disk sync a message: losing the last ones in a power cut loses nothing."""

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA synchronous=NORMAL").close()
        return connection


class OrderlyPostgresStorage(PostgresStorage):  # type: ignore[misc]
    """Processes that start together take turns making the tables: IF NOT EXISTS lets two of them make one."""

    ddl: list[str]

    def initialize_schema(self) -> None:
        self.ddl = [f"select pg_advisory_lock({LOCK})", *self.ddl]  # held until this connection is closed, below
        super().initialize_schema()


def make_huey(settings: Settings) -> Huey:
    """The queue at REALNAME_BROKER_URL. Raises the driver's error when it does not answer."""
    return Huey(
        NAME,
        results=False,
        utc=True,
        serializer=JsonSerializer(),
        storage_class=lambda name, **_: make_storage(name, settings.broker_url),
    )


def make_storage(name: str, url: str) -> BaseStorage:
    match urlsplit(url).scheme:
        case "redis":
            pool = ConnectionPool.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT, socket_timeout=SOCKET_TIMEOUT)
            return RedisStorage(name, connection_pool=pool)
        case "postgresql":
            return OrderlyPostgresStorage(name, dsn=url, connect_timeout=CONNECT_TIMEOUT, table_prefix=NAME)
        case _:
            file = sqlite_file(url)
            if file is not None:
                file.touch(mode=0o600)
            return QuickSqliteStorage(name, filename=str(file or ":memory:"))


def register(huey: Huey, run: Callable[[str, UUID], None]) -> Any:
    """Make ``run`` what a message leads to; the task that sends such messages."""

    def due(table: str, row_id: str) -> None:
        run(table, UUID(row_id))

    return huey.task()(due)


class BrokerNudge:
    """Sends nudges to the broker. Opens it at the first one, and again after PAUSE when it failed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._due: Any = None
        self._paused_until = 0.0

    def __call__(self, table: str, row_id: UUID, delay: float = 0.0) -> None:
        if time.monotonic() < self._paused_until:
            return
        try:
            self._task().schedule((table, str(row_id)), delay=max(delay, 0.0))
        except Exception as error:  # noqa: BLE001 - each broker has errors of its own, and none may fail a request
            self._paused_until = time.monotonic() + PAUSE
            log.warning("broker unreachable", error=type(error).__name__)

    def _task(self) -> Any:
        with self._lock:
            if self._due is None:
                self._due = register(make_huey(self._settings), _not_here)
            return self._due


def make_nudge(settings: Settings) -> Nudge:
    """A nudge that never raises: a lost one is made good by the worker's sweep within a minute."""
    return BrokerNudge(settings)


def _not_here(table: str, row_id: UUID) -> None:
    """Processes that only send have nothing to run."""
    raise NotImplementedError
