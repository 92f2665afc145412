"""The consent ledger: one row per item a person granted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified


class Consent(Identified, Base):
    """One granted item of a notice (PIPL 14, 23, 29). Live while ``withdrawn_at`` is null."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_verification", "verification_id", "item"),)

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"))
    #: id of the item in the notice
    item: Mapped[str]
    #: for items that name a recipient: which capability of which provider, with which kinds of data
    capability: Mapped[str | None]
    provider: Mapped[str | None]
    kinds: Mapped[list[str]]
    #: order in which recipients of one capability are tried
    position: Mapped[int] = mapped_column(default=0)
    policy_version: Mapped[str]
    #: ``ntc_`` and the SHA-256 of the notice as it was rendered, hex; a shorter one names no text that was kept
    notice_id: Mapped[str]
    granted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class NoticeText(Base):
    """A notice as it was rendered, in every language, once for all who consented under it. Nothing of any of them."""

    __tablename__ = "notices"

    #: ``ntc_`` and the content's SHA-256, hex
    id: Mapped[str] = mapped_column(primary_key=True)
    #: JSON: texts and items by language
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
