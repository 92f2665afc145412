"""Signed checkpoints of the record."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from verify.models.base import Base

LEAVES = text("leaves IS NOT NULL")


class Checkpoint(Base):
    """What crypto.checkpoint signs. Numbers have no gaps: who inserts the next one leads for it."""

    __tablename__ = "checkpoints"
    __table_args__ = (Index("ix_checkpoints_leaves", "created_at", sqlite_where=LEAVES, postgresql_where=LEAVES),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: the signed note
    note: Mapped[str]
    #: crypto.checkpoint.pack; null once the time of all its events is over
    leaves: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    created_at: Mapped[datetime]
    #: when it stood outside of this database; null where it still must
    published_at: Mapped[datetime | None] = mapped_column(index=True)
