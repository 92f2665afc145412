"""Counted tags: how often a value was used, by whom first, found by blind index alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    and_,
    bindparam,
    case,
    column,
    delete,
    func,
    or_,
    select,
    text,
    tuple_,
    union,
    union_all,
    values,
)
from sqlalchemy.dialects import postgresql, sqlite

from crypto.index import KINDS, BlindIndex, Tag
from verify.models.base import made_once
from verify.models.keystore import owner_tags

DAY = timedelta(days=1)

#: Asia/Shanghai before UTC; no summer time since 1991
SHANGHAI = timedelta(hours=8)

TagKey = tuple[str, bytes, bytes, UUID, int]

KEY_COLUMNS = tuple(owner_tags.primary_key.columns)

#: the first of them, by which the index finds all holders and windows
TWIN_COLUMNS = (owner_tags.c.kind, owner_tags.c.index_key, owner_tags.c.tag)

#: holder of what all owners count together, and owner of what nobody is known for any more
NOBODY = UUID(int=0)

#: retention class of a tag, told by what it counts; the first that fits
CLASS = case(
    (owner_tags.c.kind == "face_image", "face_tag"),
    (owner_tags.c.holder != NOBODY, "blind_index"),
    (owner_tags.c.window > 0, "daily_count"),
    else_="wrong_amounts",
)


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
    counted = _upsert(connection, [rows[key] for key in sorted(rows)], renews=any(use.renews for use in uses))
    return [_count(use, [counted[key] for key in its_keys], now) for use, its_keys in zip(uses, keys, strict=True)]


def count(connection: Connection, index: BlindIndex, uses: Sequence[TagUse], now: datetime) -> list[int]:
    """How often each was used so far, counting nothing; 0 where its time is over. One statement."""
    keys = [_keys(use, index.tags(use.kind, use.value, use.scope), now) for use in uses]
    wanted = dict.fromkeys(key for its_keys in keys for key in its_keys)
    if not wanted:
        return []
    live = select(*KEY_COLUMNS, owner_tags.c.uses).where(owner_tags.c.expires_at > now)
    looks = union_all(*(live.where(_are(KEY_COLUMNS, key)) for key in wanted))
    found = {tuple(row[:5]): row.uses for row in connection.execute(looks)}
    return [max(found.get(key, 0) for key in its_keys) for its_keys in keys]


def owners(connection: Connection, found: Sequence[Tag], now: datetime) -> set[UUID]:
    """Whose these tags are, where their time is not over. One statement."""
    if not found:
        return set()
    live = select(owner_tags.c.owner_id).where(owner_tags.c.expires_at > now)
    looks = union(*(live.where(_are(TWIN_COLUMNS, (tag.kind, tag.key_id, tag.tag))) for tag in found))
    return {row.owner_id for row in connection.execute(looks)}


def forgotten(index: BlindIndex, uses: Sequence[TagUse], now: datetime) -> list[Delete]:
    """The statements that delete the counts of these uses."""
    keys = [key for use in uses for key in _keys(use, index.tags(use.kind, use.value, use.scope), now)]
    return [delete(owner_tags).where(_are(KEY_COLUMNS, key)) for key in keys]


def is_over(now: datetime, spared: Sequence[UUID] = ()) -> ColumnElement[bool]:
    """True of tags whose time is over, but for those of owners that are ``spared``."""
    return and_(owner_tags.c.expires_at <= now, owner_tags.c.owner_id.not_in(spared))


def expired(now: datetime, limit: int, class_name: str | None = None, spared: Sequence[UUID] = ()) -> Delete:
    """The statement that deletes up to ``limit`` tags whose time is over, of one class or all."""
    over = is_over(now, spared)
    if class_name is not None:
        over &= class_name == CLASS
    return delete(owner_tags).where(tuple_(*KEY_COLUMNS).in_(select(*KEY_COLUMNS).where(over).limit(limit)), over)


def under(index_key: bytes, limit: int) -> Delete:
    """The statement that deletes up to ``limit`` tags under an index key."""
    # the index begins with the kind: without it every batch would pass by all that is under other keys
    doomed = select(*KEY_COLUMNS).where(owner_tags.c.kind.in_(sorted(KINDS)), owner_tags.c.index_key == index_key)
    return delete(owner_tags).where(tuple_(*KEY_COLUMNS).in_(doomed.limit(limit)))


def counted(connection: Connection, where: ColumnElement[bool]) -> dict[str, tuple[int, datetime]]:
    """By class: how many there are, and when the last one's time is over."""
    of_class = CLASS.label("retention_class")
    rows = select(of_class, func.count(), func.max(owner_tags.c.expires_at)).where(where).group_by(of_class)
    return {name: (number, last) for name, number, last in connection.execute(rows)}


#: value that a tag stands for, told by kind, index key and tag
Twin = tuple[str, bytes, bytes]


def retag(connection: Connection, twins: Mapping[Twin, Tag], known_since: datetime) -> int:
    """Count on under other tags what is counted under these: keys are the old ones, values the new.

    Only what began until ``known_since``: whatever began later was counted under both from its beginning.
    PostgreSQL: raises the driver's error rather than wait for a lock that a request holds.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
    listed = values(*(column(c.name, c.type) for c in TWIN_COLUMNS), name="listed").data(list(twins)).cte("listed")
    alike = and_(*(c == listed.c[c.name] for c in TWIN_COLUMNS))
    alone = select(owner_tags).join(listed, alike).where(only_under_former(known_since))
    rows = connection.execute(alone.with_for_update(of=owner_tags)).mappings().all()
    moved = [dict(row) | _renamed(twins[row["kind"], row["index_key"], row["tag"]]) for row in rows]
    if moved:
        _merge(connection, moved)
        ended = {c: bindparam(f"old_{c.name}", type_=c.type) for c in KEY_COLUMNS}
        gone = delete(owner_tags).where(*(c == old for c, old in ended.items()))
        connection.execute(gone, [{old.key: row[c.name] for c, old in ended.items()} for row in rows])
    return len(moved)


def only_under_former(known_since: datetime) -> ColumnElement[bool]:
    """Holds for tags from before all processes knew the present primary key."""
    return or_(owner_tags.c.since.is_(None), owner_tags.c.since <= known_since)


def _renamed(tag: Tag) -> dict[str, Any]:
    return {"index_key": tag.key_id, "tag": tag.tag}


def _key_of(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in KEY_COLUMNS)


def _merge(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """The older count holds more uses and the first owner; what was counted since under the new tag is in it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert: Any = dialect.insert(owner_tags)
    old, new = owner_tags.c, insert.excluded
    merge = insert.on_conflict_do_update(
        index_elements=KEY_COLUMNS,
        set_={
            "uses": case((old.uses > new.uses, old.uses), else_=new.uses),
            "owner_id": new.owner_id,
            "since": new.since,
            "expires_at": case((old.expires_at > new.expires_at, old.expires_at), else_=new.expires_at),
        },
    )
    connection.execute(merge, sorted(rows, key=_key_of))


def _are(columns: Sequence[ColumnElement[Any]], key: Sequence[Any]) -> ColumnElement[bool]:
    """One look into the index. For a list of keys SQLite reads all, and PostgreSQL all of the kind while it has no
    statistics."""
    return and_(*(column == value for column, value in zip(columns, key, strict=True)))


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
    return {
        **dict(zip(names, key, strict=True)),
        "owner_id": use.owner,
        "uses": 0,
        "since": now,
        "expires_at": expires_at,
    }


def _ends(use: TagUse, now: datetime) -> datetime | None:
    return None if use.window is None else window_start(use.window, now) + use.window


def _upsert(connection: Connection, rows: list[dict[str, Any]], *, renews: bool) -> dict[TagKey, tuple[int, UUID]]:
    """Add the uses. A row whose time is over starts afresh, swept or not. Sorted rows cannot deadlock.

    Uses that renew are not noted together with others that do not.
    """
    upsert = (_renewed if renews else _counted)(connection)
    return {tuple(row[:5]): (row.uses, row.owner_id) for row in connection.execute(upsert, rows)}


@made_once
def _counted(insert: Any) -> Any:
    return _added(insert(owner_tags), renews=False)


@made_once
def _renewed(insert: Any) -> Any:
    return _added(insert(owner_tags), renews=True)


def _added(insert: Any, *, renews: bool) -> Any:
    """A row's ``since`` is now: what ends until then is over."""
    old, new = owner_tags.c, insert.excluded
    over = old.expires_at <= new.since
    return insert.on_conflict_do_update(
        index_elements=KEY_COLUMNS,
        set_={
            "uses": case((over, new.uses), else_=old.uses + new.uses),
            "owner_id": case((over, new.owner_id), else_=old.owner_id),
            "since": case((over, new.since), else_=old.since),
            "expires_at": new.expires_at if renews else case((over, new.expires_at), else_=old.expires_at),
        },
    ).returning(*KEY_COLUMNS, old.uses, old.owner_id)


def _count(use: TagUse, counted: Sequence[tuple[int, UUID]], now: datetime) -> TagCount:
    uses, first_owner = max(counted, key=lambda found: found[0])
    return TagCount(uses, first_owner, _ends(use, now))
