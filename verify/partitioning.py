"""The events of each month in a part of their own, on PostgreSQL: optional, for installations of many millions.

A UUIDv7 begins with its time, so parts are ranges of ids and every primary and foreign key stays as it is. What is
there already becomes the first part without being rewritten. That a chain has each number once is then no index's
to refuse: appends hold the verification's lock, and ``realname audit verify`` would tell.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine, text

#: parts: what was there before, and what no month was made for in time
FIRST, REST = "events_before", "events_rest"

Named = Sequence[tuple[str, str]]

#: index that was unique over all → what each part has instead
TWINS = {"uq_events_verification_seq": "verification_id, seq", "uq_events_account_seq": "account_id, seq"}


def is_partitioned(connection: Connection) -> bool:
    found = connection.scalar(text("SELECT relkind FROM pg_class WHERE oid = 'events'::regclass"))
    return bool(found in {"p", b"p"})


def partition(engine: Engine, now: datetime, months: int) -> list[str]:
    """Divide the table if it is whole, and add what is missing of the parts of the next ``months``.

    Names of the parts that were made. Safe to repeat. Reading all rows once and building two indexes takes no
    lock that holds writers up; the exchange itself takes moments. Raises ValueError on another database.
    """
    if engine.dialect.name != "postgresql":
        msg = "only PostgreSQL divides tables"
        raise ValueError(msg)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        whole = not is_partitioned(connection)
        if whole:
            _prepare(connection, now)
    with engine.begin() as connection:
        if whole:
            _exchange(connection, now)
        return [_add(connection, start) for start in _missing(connection, now, months)]


def _prepare(connection: Connection, now: datetime) -> None:
    """What takes long, done while others write."""
    for name, columns in TWINS.items():
        _run(connection, f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name}_twin ON events ({columns})")
    _run(connection, "ALTER TABLE events DROP CONSTRAINT IF EXISTS events_bound")
    _run(connection, f"ALTER TABLE events ADD CONSTRAINT events_bound CHECK (id < '{_bound(now)}') NOT VALID")
    _run(connection, "ALTER TABLE events VALIDATE CONSTRAINT events_bound")


def _exchange(connection: Connection, now: datetime) -> None:
    """The table becomes the first part of a new one of its name; what referred to it refers to that."""
    _run(connection, "LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
    referring, own, indexes = _referring(connection), _foreign_keys(connection), _indexes(connection)
    for table, name, _ in referring:
        _run(connection, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    _step_aside(connection, indexes)
    _run(connection, f"CREATE TABLE events (LIKE {FIRST} INCLUDING DEFAULTS) PARTITION BY RANGE (id)")
    _run(connection, f"ALTER TABLE events ATTACH PARTITION {FIRST} FOR VALUES FROM (MINVALUE) TO ('{_bound(now)}')")
    _run(connection, f"ALTER TABLE {FIRST} DROP CONSTRAINT events_bound")
    # each of these finds its like on the first part, and builds nothing
    _run(connection, "ALTER TABLE events ADD CONSTRAINT pk_events PRIMARY KEY (id)")
    for name, definition in own:
        _run(connection, f"ALTER TABLE events ADD CONSTRAINT {name} {definition}")
    for name, definition in (*indexes, *TWINS.items()):
        _run(connection, definition if name not in TWINS else f"CREATE INDEX {name} ON events ({definition})")
    _run(connection, f"CREATE TABLE {REST} PARTITION OF events DEFAULT")
    for table, name, definition in referring:
        _run(connection, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _step_aside(connection: Connection, indexes: Named) -> None:
    """Leave the table's name and those of its indexes to another."""
    for name in TWINS:
        _run(connection, f"DROP INDEX {name}")
    _run(connection, f"ALTER TABLE events RENAME TO {FIRST}")
    _run(connection, f"ALTER TABLE {FIRST} RENAME CONSTRAINT pk_events TO pk_{FIRST}")
    for name, _ in indexes:
        _run(connection, f"ALTER INDEX {name} RENAME TO {name}_before")


def _referring(connection: Connection) -> Sequence[tuple[str, str, str]]:
    """Foreign keys to the table: of which table, name, definition."""
    query = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    rows = connection.execute(text(query + "WHERE confrelid = 'events'::regclass AND contype = 'f'"))
    return [(table, name, definition) for table, name, definition in rows]


def _foreign_keys(connection: Connection) -> Named:
    query = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    rows = connection.execute(text(query + "WHERE conrelid = 'events'::regclass AND contype = 'f'"))
    return [(name, definition) for name, definition in rows]


def _indexes(connection: Connection) -> Named:
    """Those that are unique over nothing."""
    query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'events'"
    found = [(name, definition) for name, definition in connection.execute(text(query))]
    return [(name, how) for name, how in found if name not in TWINS and name != "pk_events" and "_twin" not in name]


def _missing(connection: Connection, now: datetime, months: int) -> list[datetime]:
    """Beginnings of months that have no part yet and lie beyond the first one."""
    query = text("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = to_regclass(:first)")
    bound = connection.scalar(query, {"first": FIRST})
    reached = UUID(re.findall(r"'([0-9a-f-]{36})'", str(bound))[-1])
    known = set(connection.scalars(text("SELECT inhrelid::regclass::text FROM pg_inherits")))
    start, found = _next(now), []
    for _ in range(months):
        if _name(start) not in known and _id_at(start) >= reached:
            found.append(start)
        start = _next(start)
    return found


def _add(connection: Connection, start: datetime) -> str:
    low, high = _id_at(start), _id_at(_next(start))
    _run(connection, f"CREATE TABLE {_name(start)} PARTITION OF events FOR VALUES FROM ('{low}') TO ('{high}')")
    return _name(start)


def _name(start: datetime) -> str:
    return f"events_{start:%Y_%m}"


def _bound(now: datetime) -> UUID:
    """The end of this month, or where that is near, of the next: no row written meanwhile may lie beyond."""
    return _id_at(_next(now + timedelta(days=2)))


def _next(at: datetime) -> datetime:
    """The beginning of the month after this time's, in UTC."""
    at = at.astimezone(UTC)
    return datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)


def _id_at(at: datetime) -> UUID:
    """The least UUIDv7 of this time (RFC 9562, 5.7)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
