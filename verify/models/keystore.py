"""The key store: a database of its own, so that backups of the main store hold no key to what they hold."""

import time
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    create_engine,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase

from crypto.errors import KeyMismatch, KeyMissing
from crypto.keyring import PRIMARY, Key, Keyring, check_value
from verify.models.base import CONSTRAINT_NAMES, UtcTime
from verify.models.engines import BUSY_TIMEOUT_MS, POSTGRES_CONNECTION, ping_idle, tame_sqlite

AnyRow = Row[*tuple[Any, ...]]

#: seconds until a checkpoint is tried again that another one held up
CHECKPOINT_PAUSE = 0.02

SQLITE_PRAGMAS: dict[str, Any] = {
    "busy_timeout": BUSY_TIMEOUT_MS,
    "journal_mode": "WAL",
    # a key lost in a power cut would take what the main store kept sealed under it
    "synchronous": "FULL",
    "secure_delete": "ON",
}


class KeyBase(DeclarativeBase):
    """Tables of the key store."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


key_registry = Table(
    "key_registry",
    KeyBase.metadata,
    #: id of a keyring's key
    Column("key_id", LargeBinary(4), primary_key=True),
    Column("purpose", String(16), nullable=False),
    #: crypto.keyring.check_value
    Column("check_value", LargeBinary(8), nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    #: when it became primary
    Column("promoted_at", UtcTime),
    #: set while the keyring calls the key retired; only then may the keyring lose it
    Column("retired_at", UtcTime),
)

keyring_readers = Table(
    "keyring_readers",
    KeyBase.metadata,
    #: one run of one process
    Column("id", Uuid, primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    #: web or worker
    Column("program", String(16), nullable=False),
    #: verify.models.readers.digest of the keyring it uses
    Column("keyring", LargeBinary(32), nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

data_keys = Table(
    "data_keys",
    KeyBase.metadata,
    #: stands in every field sealed under it
    Column("id", LargeBinary(8), primary_key=True),
    #: the account
    Column("owner_id", Uuid, nullable=False, index=True),
    Column("verification_id", Uuid, nullable=False),
    #: retention class
    Column("class", String(32), nullable=False),
    #: wire format "wrapped DEK v1"
    Column("wrapped", LargeBinary(66), nullable=False),
    UniqueConstraint("verification_id", "class"),
)

#: id of the KEK inside a wrapped key; literal, so that SQLite sees the index in it
WRAPPED_UNDER = func.substr(data_keys.c.wrapped, literal_column("3"), literal_column("4"), type_=LargeBinary(4))
Index("ix_data_keys_kek", WRAPPED_UNDER)

owner_tags = Table(
    "owner_tags",
    KeyBase.metadata,
    #: kind of blind index
    Column("kind", String(32), primary_key=True),
    Column("index_key", LargeBinary(4), primary_key=True),
    Column("tag", LargeBinary(16), primary_key=True),
    #: who is counted; the nil id where all owners count together
    Column("holder", Uuid, primary_key=True),
    #: start of the fixed window in epoch seconds; 0 without one
    Column("window", BigInteger, primary_key=True, autoincrement=False),
    #: who used it first
    Column("owner_id", Uuid, nullable=False, index=True),
    Column("uses", BigInteger, nullable=False),
    #: when it began to count; null before this was kept
    Column("since", UtcTime),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

#: orders of erasure beside the keys they destroy (verify.models.orders)
erasure_orders = Table(
    "erasure_orders",
    KeyBase.metadata,
    #: of the main store's erasure
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False, index=True),
    #: null: the whole account
    Column("verification_id", Uuid),
    #: key of flows.erasure.GROUNDS
    Column("ground", String(16), nullable=False),
    Column("asked_at", UtcTime, nullable=False, index=True),
    #: when the account was closed, where it was
    Column("closed_at", UtcTime),
    #: once it was carried out
    Column("certificate", Text),
    Column("signed_by", String(255)),
)


def make_engine(url: str, pool_size: int = 10) -> Engine:
    """An engine for the key store. Its errors never show parameters; a SQLite file is made with mode 0600."""
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "hide_parameters": True}
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, connect_args=dict(POSTGRES_CONNECTION), **options)
        ping_idle(engine)
        return engine
    engine = create_engine(url, **options)
    tame_sqlite(engine, SQLITE_PRAGMAS)
    return engine


def is_empty(engine: Engine) -> bool:
    """True when the store knows no key and holds none."""
    known = select(or_(select(key_registry.c.key_id).exists(), select(data_keys.c.id).exists()))
    with engine.connect() as connection:
        return not connection.scalar(known)


def check_registry(connection: Connection, keyring: Keyring, now: datetime) -> None:
    """Compare the keyring with the keys known here, then take down new and newly retired ones."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE key_registry IN EXCLUSIVE MODE"))
    known = {row.key_id: row for row in connection.execute(select(key_registry))}
    held = {key.id: key for key in keyring.keys}
    for row in known.values():
        _recognise(row, held.get(row.key_id))
    new = [_registered(key, now) for key in keyring.keys if key.id not in known]
    if new:
        connection.execute(insert(key_registry), new)
    for key_id in known.keys() & held.keys():
        _take_down_state(connection, known[key_id], held[key_id], now)


def forget_deleted(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log into the file, where deleted rows are zeros; False if held up too long.

    PostgreSQL keeps deleted rows in its own log: there the KEK's destruction ends them.
    """
    if engine.dialect.name != "sqlite":
        return True
    deadline = time.monotonic() + SQLITE_PRAGMAS["busy_timeout"] / 1000
    while not _checkpoint(engine):
        if time.monotonic() > deadline:
            return False
        time.sleep(CHECKPOINT_PAUSE)
    return True


def _checkpoint(engine: Engine) -> bool:
    """False where a reader outlasts the time-out, or another checkpoint runs."""
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(held_up, *_)] = cursor.fetchall()
        cursor.close()
    return not held_up


def _recognise(row: AnyRow, key: Key | None) -> None:
    if key is None:
        if row.retired_at is None:
            raise KeyMissing(row.purpose, row.key_id)
    elif (key.purpose, check_value(key)) != (row.purpose, row.check_value):
        raise KeyMismatch(row.purpose, row.key_id)


def _registered(key: Key, now: datetime) -> dict[str, Any]:
    return {
        "key_id": key.id,
        "purpose": key.purpose,
        "check_value": check_value(key),
        "first_seen": now,
        "promoted_at": now if key.state == PRIMARY else None,
        "retired_at": None if key.usable else now,
    }


def _take_down_state(connection: Connection, row: AnyRow, key: Key, now: datetime) -> None:
    changes: dict[str, datetime | None] = {}
    if key.usable != (row.retired_at is None):
        changes["retired_at"] = None if key.usable else now
    if key.state == PRIMARY and row.promoted_at is None:
        changes["promoted_at"] = now
    if changes:
        connection.execute(update(key_registry).where(key_registry.c.key_id == key.id).values(**changes))
