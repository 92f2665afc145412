"""Counted tags: how often a value was used, by whom first, found by blind index alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Delete, case, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from crypto.index import BlindIndex, Tag
from verify.models.keystore import owner_tags

DAY = timedelta(days=1)

#: Asia/Shanghai before UTC; no summer time since 1991
SHANGHAI = timedelta(hours=8)

TagKey = tuple[str, bytes, bytes, UUID, int]

KEY_COLUMNS = tuple(owner_tags.primary_key.columns)


@dataclass(frozen=True, repr=False)
class TagUse:
    """One use of a value, counted by ``holder`` (the nil id: all owners together) in a fixed window.

    Whole-day windows start at midnight of Asia/Shanghai. Two lengths of window need two scopes.
    It is remembered for ``keep`` from the first use on (the last, where it ``renews``), and at least until its
    window ends.
    """

    kind: str
    value: str | bytes
    scope: bytes
    holder: UUID
    owner: UUID
    window: timedelta | None
    keep: timedelta
    renews: bool = False

    def __repr__(self) -> str:
        return f"<TagUse {self.kind}>"


@dataclass(frozen=True)
class TagCount:
    """Uses so far, this one among them; whose the first was; when the count starts afresh."""

    uses: int
    first_owner: UUID
    resets_at: datetime | None


def note(connection: Connection, index: BlindIndex, uses: Sequence[TagUse], now: datetime) -> list[TagCount]:
    """Count these uses in one statement, a row for each usable index key.

    Where keys were rotated meanwhile, the row that has counted longest answers.
    """
    keys = [_keys(use, index.tags(use.kind, use.value, use.scope), now) for use in uses]
    rows: dict[TagKey, dict[str, Any]] = {}
    for use, its_keys in zip(uses, keys, strict=True):
        for key in its_keys:
            rows.setdefault(key, _row(key, use, now))["uses"] += 1
    counted = _upsert(connection, [rows[key] for key in sorted(rows)], now, renews=any(use.renews for use in uses))
    return [_count(use, [counted[key] for key in its_keys], now) for use, its_keys in zip(uses, keys, strict=True)]


def count(connection: Connection, index: BlindIndex, uses: Sequence[TagUse], now: datetime) -> list[int]:
    """How often each was used so far, counting nothing; 0 where its time is over. One statement."""
    keys = [_keys(use, index.tags(use.kind, use.value, use.scope), now) for use in uses]
    wanted = tuple_(*KEY_COLUMNS).in_([key for its_keys in keys for key in its_keys])
    live = select(*KEY_COLUMNS, owner_tags.c.uses).where(wanted, owner_tags.c.expires_at > now)
    found = {tuple(row[:5]): row.uses for row in connection.execute(live)}
    return [max(found.get(key, 0) for key in its_keys) for its_keys in keys]


def forgotten(index: BlindIndex, uses: Sequence[TagUse], now: datetime) -> Delete:
    """The statement that deletes the counts of these uses."""
    keys = [key for use in uses for key in _keys(use, index.tags(use.kind, use.value, use.scope), now)]
    return delete(owner_tags).where(tuple_(*KEY_COLUMNS).in_(keys))


def expired(now: datetime, limit: int) -> Delete:
    """The statement that deletes up to ``limit`` tags whose time is over."""
    over = owner_tags.c.expires_at <= now
    return delete(owner_tags).where(tuple_(*KEY_COLUMNS).in_(select(*KEY_COLUMNS).where(over).limit(limit)), over)


def window_start(window: timedelta, now: datetime) -> datetime:
    """Start of the fixed window that ``now`` falls in; of whole days, at midnight of Asia/Shanghai."""
    shift = timedelta(0) if window % DAY else SHANGHAI
    epoch = datetime.fromtimestamp(0, UTC) - shift
    return now.astimezone(UTC) - (now - epoch) % window


def _keys(use: TagUse, tags: Sequence[Tag], now: datetime) -> list[TagKey]:
    start = 0 if use.window is None else int(window_start(use.window, now).timestamp())
    return [(tag.kind, tag.key_id, tag.tag, use.holder, start) for tag in tags]


def _row(key: TagKey, use: TagUse, now: datetime) -> dict[str, Any]:
    names = (column.name for column in KEY_COLUMNS)
    expires_at = max(now + use.keep, _ends(use, now) or now)
    return {**dict(zip(names, key, strict=True)), "owner_id": use.owner, "uses": 0, "expires_at": expires_at}


def _ends(use: TagUse, now: datetime) -> datetime | None:
    return None if use.window is None else window_start(use.window, now) + use.window


def _upsert(
    connection: Connection, rows: list[dict[str, Any]], now: datetime, *, renews: bool
) -> dict[TagKey, tuple[int, UUID]]:
    """Add the uses. A row whose time is over starts afresh, swept or not. Sorted rows cannot deadlock.

    Uses that renew are not noted together with others that do not.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert: Any = dialect.insert(owner_tags)
    old, new = owner_tags.c, insert.excluded
    over = old.expires_at <= now
    upsert = insert.on_conflict_do_update(
        index_elements=KEY_COLUMNS,
        set_={
            "uses": case((over, new.uses), else_=old.uses + new.uses),
            "owner_id": case((over, new.owner_id), else_=old.owner_id),
            "expires_at": new.expires_at if renews else case((over, new.expires_at), else_=old.expires_at),
        },
    ).returning(*KEY_COLUMNS, old.uses, old.owner_id)
    return {tuple(row[:5]): (row.uses, row.owner_id) for row in connection.execute(upsert, rows)}


def _count(use: TagUse, counted: Sequence[tuple[int, UUID]], now: datetime) -> TagCount:
    uses, first_owner = max(counted, key=lambda found: found[0])
    return TagCount(uses, first_owner, _ends(use, now))
