"""Whose consent a minor's verification rests on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified

STANDING = text("ended_at IS NULL")


class Guardianship(Identified, Base):
    """A guardian named for one verification of a minor, and what they answered (policy 7; PIPL 31).

    One stands at a time: ``ended_at`` is set when another is named, and when it is declined or withdrawn. What was
    consented to is in the ledger, as items that begin with ``guardian.``.
    """

    __tablename__ = "guardianships"
    __table_args__ = (
        Index(
            "uq_guardianships_standing",
            "verification_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
    )

    #: the minor's
    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"), index=True)
    #: the guardian's own verified personal verification. No foreign key: this outlives the guardian's account
    guardian_verification_id: Mapped[UUID]
    #: the guardian's account, of the same application and mode
    account_ref: Mapped[str]
    relationship: Mapped[str]
    #: requested, granted, declined, withdrawn or replaced
    status: Mapped[str]
    requested_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
