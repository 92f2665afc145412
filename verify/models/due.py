"""Due work: rows that say when somebody must see to them, and the statements by which one worker at a time does."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Index, Update, and_, bindparam, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid_utils.compat import uuid7

#: how long one worker may see to a row before another takes over
LEASE = timedelta(seconds=60)


class Due:
    """Columns of a row that falls due. ``due_at`` is null while nothing is to be done."""

    due_at: Mapped[datetime | None]
    #: who sees to it now
    lease: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    #: times it was taken up since it was last done
    attempts: Mapped[int] = mapped_column(default=0)
    #: code of what went wrong last
    error: Mapped[str | None]


def due_index(table: str) -> Index:
    """For ``__table_args__``: only rows that fall due are in it."""
    some = text("due_at IS NOT NULL")
    return Index(f"ix_{table}_due", "due_at", sqlite_where=some, postgresql_where=some)


def is_free(table: Any, now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Due, and nobody sees to it."""
    return and_(table.due_at <= now, or_(table.lease_until.is_(None), table.lease_until <= now))


def claim(
    session: Session,
    table: Any,
    row_id: UUID,
    now: datetime,
    lease: timedelta = LEASE,
    *,
    where: ColumnElement[bool] | None = None,
) -> Any | None:
    """The row, leased to the caller, or None where it is not due or another holds it. One statement."""
    leased = _claimed(table) if where is None else _claimed(table).where(where)
    values = {"row_id": row_id, "now": now, "taker": uuid7(), "until": now + lease}
    return session.scalars(leased, values).one_or_none()


@cache
def _claimed(table: Any) -> Any:
    """Made once, as every due row needs it: making it costs more than running it."""
    return (
        update(table)
        .where(table.id == bindparam("row_id"), is_free(table, bindparam("now")))
        .values(lease=bindparam("taker"), lease_until=bindparam("until"), attempts=table.attempts + 1)
        .returning(table)
        .execution_options(populate_existing=True, synchronize_session=False)
    )


def hold(session: Session, row: Any, where: ColumnElement[bool] | None = None, **values: Any) -> bool:
    """Change a claimed row; false, and nothing changed, where the lease went to another meanwhile."""
    session.flush()  # the row may come to refer to what waits in the session
    table: Any = type(row)
    held = _held(table) if where is None else _held(table).where(where)
    return session.connection().execute(held, {**values, "row_id": row.id, "taker": row.lease}).first() is not None


@cache
def _held(table: Any) -> Update:
    columns = table.__table__.c
    mine = columns.id == bindparam("row_id"), columns.lease == bindparam("taker")
    return update(table.__table__).where(*mine).returning(columns.id)


def release(session: Session, row: Any, due_at: datetime | None, **values: Any) -> bool:
    """Give a claimed row back, due again at ``due_at``; false where the lease went to another meanwhile."""
    return hold(session, row, due_at=due_at, lease=None, lease_until=None, **values)


def waiting(
    session: Session, table: Any, now: datetime, limit: int, where: ColumnElement[bool] | None = None
) -> list[UUID]:
    """Ids of rows that are due and free, the longest due first."""
    free = [is_free(table, now), *([] if where is None else [where])]
    return list(session.scalars(select(table.id).where(*free).order_by(table.due_at).limit(limit)))
