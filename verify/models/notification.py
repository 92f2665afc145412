"""Telling a user the result: that a message is owed, never where it goes or what it says."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified
from verify.models.due import Due, due_index

WAITING = text("status = 'waiting'")


class Notification(Identified, Due, Base):
    """One message about one event over one channel: waiting, sent, unknown or given_up."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("event_id", "channel"),
        due_index("notifications"),
        Index("ix_notifications_waiting", "queued_at", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"), index=True)
    #: key of verify.notifiers.texts.TEXTS
    template: Mapped[str]
    #: key of Services.notifiers
    channel: Mapped[str]
    status: Mapped[str]
    queued_at: Mapped[datetime] = mapped_column(index=True)
    #: committed before the message leaves; from then on it is never sent again
    handed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
