"""What all tables share: the declarative base, UTC times, time-ordered ids and portable upserts."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Connection, DateTime, Insert, MetaData, Uuid, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import JSON, TypeDecorator
from uuid_utils.compat import uuid7

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC times on both databases; a naive time is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "naive time"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Tables of the main store."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcTime(),
        UUID: Uuid(),
        dict[str, Any]: Json,
        list[str]: Json,
    }

    def __repr__(self) -> str:
        return type(self).__name__


class Identified:
    """A row known by a client-made UUIDv7, so that it has its id before it is inserted."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


#: the dialects' own ``insert``, which know ON CONFLICT
INSERTS: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def insert_for(session: Session, table: Any) -> Any:
    """The ``insert`` of the session's database."""
    return INSERTS[session.get_bind().dialect.name](table)


def made_once(make: Callable[[Any], Any]) -> Callable[[Session | Connection], Any]:
    """A statement of the database's ``insert``, made once: on a hot path making it costs more than running it.

    Its values are given when it is executed.
    """
    kept = cache(make)
    return lambda on: kept(INSERTS[(on.get_bind() if isinstance(on, Session) else on).dialect.name])


def insert_now(session: Session, *rows: Base) -> None:
    """Insert rows of one table that set the same columns, at once: a flush costs more than the statement.

    Nothing else that waits in the session is written; what the rows refer to has to be there. They stay out of it.
    """
    table = type(rows[0])
    values = [{name: value for name, value in vars(row).items() if name in table.__table__.c} for row in rows]
    session.connection().execute(_new(table), values)


@cache
def _new(table: type[Base]) -> Insert:
    return insert(table.__table__)  # type: ignore[arg-type]
