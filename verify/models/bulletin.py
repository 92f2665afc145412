"""Bulletins: what many people are told at once, of an incident, a shutdown or a merger, and who was."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified

UNERASED = text("erased_at IS NULL")


class Bulletin(Identified, Base):
    """One matter: whom it concerns, what they are told, and how far that came. Its times say where it stands."""

    __tablename__ = "bulletins"

    #: key of flows.bulletins.kinds.KINDS
    kind: Mapped[str]
    livemode: Mapped[bool]
    #: for staff
    title: Mapped[str]
    #: locale → text for users; nothing of any single one
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: how the affected were found: names and values of flows.bulletins.affected.Scope
    scopes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    #: when we learned of it
    known_at: Mapped[datetime]
    #: last day of the service, in Asia/Shanghai
    effective_on: Mapped[date | None] = mapped_column(Date)
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    #: from when the accounts of its addressees are erased
    erasing_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by: Mapped[str | None]
    #: why it was closed although addressees were not told
    untold_because: Mapped[str | None]


class Addressee(Identified, Base):
    """One account that a bulletin concerns. It is told by one event, which deliveries and a message follow from."""

    __tablename__ = "addressees"
    __table_args__ = (
        UniqueConstraint("bulletin_id", "account_id"),
        Index(
            "ix_addressees_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index("ix_addressees_unerased", "bulletin_id", "id", sqlite_where=UNERASED, postgresql_where=UNERASED),
        Index("ix_addressees_event", "event_id"),
        Index("ix_addressees_account", "account_id"),
    )

    bulletin_id: Mapped[UUID] = mapped_column(ForeignKey("bulletins.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    #: when it is to be told, and then when receipts are looked for
    due_at: Mapped[datetime | None]
    #: the event that told it: set once, and then it is never told again
    event_id: Mapped[UUID | None]
    told_at: Mapped[datetime | None]
    #: receipts, once nothing waits any more: delivered or given_up, and sent, unknown or given_up; null where there
    #: was no endpoint, or no address
    webhook: Mapped[str | None]
    message: Mapped[str | None]
    channel: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    #: when the erasure of the account was ordered because of it
    erased_at: Mapped[datetime | None]
