"""What tests of the vault share: whose keys, for what, and looks past the vault at what its store holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event, func, select

from verify.models.keystore import data_keys, owner_tags
from verify.models.vault import TagUse

OWNER = UUID("01900000-0000-7000-8000-000000000001")
OTHER_OWNER = UUID("01900000-0000-7000-8000-000000000002")
CASE = UUID("01900000-0000-7000-8000-000000000011")
OTHER_CASE = UUID("01900000-0000-7000-8000-000000000012")
ROW = UUID("01900000-0000-7000-8000-000000000021")
NOBODY = UUID(int=0)
DAY = timedelta(days=1)
CONTEXT = "person.id_number"
CLASSES = ["identity", "bank"]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements run, without BEGIN and pragmas."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def wrapped_keys(engine: Engine) -> dict[bytes, bytes]:
    with engine.connect() as connection:
        return {row.id: row.wrapped for row in connection.execute(select(data_keys.c.id, data_keys.c.wrapped))}


def tags_left(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(owner_tags)) or 0


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def use(value: str | bytes = "13800138000", **fields: Any) -> TagUse:
    kind = "mobile" if isinstance(value, str) else "face_image"
    return TagUse(
        **{
            "kind": kind,
            "value": value,
            "scope": b"",
            "holder": NOBODY,
            "owner": OWNER,
            "window": DAY,
            "keep": DAY,
            **fields,
        }
    )
