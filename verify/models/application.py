"""Applications, their origins and API keys, and the accounts their users hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verify.models.base import Base, Identified

DEFAULT_SETTINGS: dict[str, Any] = {
    "bank_card_face": True,
    "direct_face_image": False,
    "enterprise_requires_personal": True,
    "transfer_proof": "amount",
    "notify_result": True,
    "consent_cooldown_hours": 48,
    "minors": "refused",
    "children_officer": "",
    "privacy_contact": "",
}

#: of settings that are one of several words
CHOICES: dict[str, tuple[str, ...]] = {
    "transfer_proof": ("amount", "two_amounts", "remark_code"),
    "minors": ("refused", "with_guardian"),
}


class Application(Identified, Base):
    """A calling system with its own keys, origins, accounts and settings."""

    __tablename__ = "applications"

    #: shown to users in notices and to staff
    name: Mapped[str]
    #: overrides of DEFAULT_SETTINGS; unknown names are ignored
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]

    origins: Mapped[list["Origin"]] = relationship(order_by="Origin.origin", lazy="raise")

    def setting(self, name: str) -> Any:
        return self.settings.get(name, DEFAULT_SETTINGS[name])


class Origin(Base):
    """A browser origin (scheme://host[:port]) whose pages may hold client tokens."""

    __tablename__ = "origins"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    origin: Mapped[str] = mapped_column(primary_key=True, index=True)


class ApiKey(Identified, Base):
    """A secret key, kept as a keyed hash only."""

    __tablename__ = "api_keys"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    livemode: Mapped[bool]
    #: HMAC-SHA256 under the pepper named by pepper_id (crypto.hashing.token_digest)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    pepper_id: Mapped[bytes] = mapped_column(LargeBinary(4))
    #: last four characters, for people to tell keys apart
    last4: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    #: set when a successor is rolled with an overlap
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship(lazy="raise")


class Account(Identified, Base):
    """The application's own user, known to us by its account_ref; the owner of data keys."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("application_id", "livemode", "account_ref"),
        Index("ix_accounts_closed", "closed_at"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    livemode: Mapped[bool]
    account_ref: Mapped[str]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    #: reason code of the suspension
    suspended_reason: Mapped[str | None]
    #: from when what is kept may be stored and nothing else (个人信息保护法 47)
    restricted_at: Mapped[datetime | None]
    #: when an erasure was asked for and carried out
    erased_at: Mapped[datetime | None]
    #: consent items its owner withdrew, and when; nobody asks for them again at once
    refusals: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: newest version of the notice that was announced before it took effect
    announced: Mapped[str | None]
    #: last entry of the account's own event chain
    event_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    event_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    #: how many of its events are public; the last one's number
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
