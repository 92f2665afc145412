"""Erasures: that one was asked for and how far it came, and what became of the copies at vendors."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified
from verify.models.due import Due, due_index


class Erasure(Identified, Due, Base):
    """One order to erase an account, or one verification of it. Due until it was carried out."""

    __tablename__ = "erasures"
    __table_args__ = (due_index("erasures"), Index("ix_erasures_account", "account_id", "id"))

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    #: null: the whole account
    verification_id: Mapped[UUID | None] = mapped_column(ForeignKey("verifications.id"), index=True)
    #: key of flows.erasure.GROUNDS
    ground: Mapped[str]
    asked_at: Mapped[datetime]
    #: when keys, tags and blobs were gone from the live stores
    live_at: Mapped[datetime | None]
    #: the certificate: canonical JSON as a signed note, and the verifier key that opens it (crypto.notes)
    certificate: Mapped[str | None]
    signed_by: Mapped[str | None]


class VendorErasure(Identified, Due, Base):
    """A vendor's copy of one call: waiting, confirmed, refused, or not_offered where nothing deletes it on demand."""

    __tablename__ = "vendor_erasures"
    __table_args__ = (due_index("vendor_erasures"), UniqueConstraint("erasure_id", "attempt_id"))

    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasures.id"))
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempts.id"), index=True)
    provider: Mapped[str]
    capability: Mapped[str]
    status: Mapped[str]
    #: the vendor's word for it
    receipt: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
