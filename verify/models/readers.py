"""Which processes use which keyring, so that a rotation goes on only when all have what it needs."""

import hashlib
import os
import socket
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils.compat import uuid7

from crypto.keyring import Keyring
from verify.models.engines import WRITE
from verify.models.keystore import AnyRow, keyring_readers

#: a process not heard of for so long is gone, whatever clock it had
FORGOTTEN = timedelta(hours=1)


@dataclass(frozen=True)
class Reader:
    """This run of this process."""

    program: str
    id: UUID = field(default_factory=uuid7)
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)


def digest(keyring: Keyring) -> bytes:
    """32 bytes that stand for which keys there are, in which states."""
    names = sorted(f"{key.id.hex()} {key.purpose} {key.state}\n" for key in keyring.keys)
    return hashlib.sha256("".join(names).encode()).digest()


def report(engine: Engine, reader: Reader, keyring: Keyring, now: datetime) -> None:
    """Take down what this process uses now; forget processes long gone."""
    row = {
        "id": reader.id,
        "host": reader.host[:255],
        "pid": reader.pid,
        "program": reader.program,
        "keyring": digest(keyring),
        "seen_at": now,
    }
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    insert: Any = dialect.insert(keyring_readers)
    changes = {"keyring": insert.excluded.keyring, "seen_at": insert.excluded.seen_at}
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changes), [row])
        connection.execute(delete(keyring_readers).where(keyring_readers.c.seen_at < now - FORGOTTEN))


def depart(engine: Engine, reader: Reader) -> None:
    """This process ends: nothing waits for it."""
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(delete(keyring_readers).where(keyring_readers.c.id == reader.id))


def known(engine: Engine, now: datetime) -> list[AnyRow]:
    """Rows of the processes that may be alive."""
    with engine.connect() as connection:
        recent = select(keyring_readers).where(keyring_readers.c.seen_at >= now - FORGOTTEN)
        return list(connection.execute(recent.order_by(keyring_readers.c.host, keyring_readers.c.pid)))
