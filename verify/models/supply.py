"""What we buy from providers: by which route, on which terms, how much of it today, and whether it works."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified


class Supply(Base):
    """One capability of one provider. Counters and circuit are written under the row's lock.

    Money in micros: millionths of a yuan, since one call may cost less than a fen.
    """

    __tablename__ = "supplies"

    provider: Mapped[str] = mapped_column(primary_key=True)
    capability: Mapped[str] = mapped_column(primary_key=True)
    price_micros: Mapped[int | None] = mapped_column(BigInteger)
    #: calls a second; null: no limit
    rate: Mapped[int | None]
    #: calls at the same moment
    concurrency: Mapped[int | None]
    #: a day of Asia/Shanghai
    daily_budget_micros: Mapped[int | None] = mapped_column(BigInteger)
    #: how long an answer may take; null: as the adapter has it
    timeout_seconds: Mapped[int | None]
    #: when the next call is free at the agreed rate
    next_at: Mapped[datetime | None]
    #: YYYY-MM-DD in Asia/Shanghai, and what was spent then
    spent_on: Mapped[str | None]
    spent_micros: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    #: the circuit is open while this is set
    opened_at: Mapped[datetime | None]
    #: from when one call may try whether it works again; after that, when it closed
    retry_at: Mapped[datetime | None]
    #: that call is under way until then
    probe_until: Mapped[datetime | None]
    #: how often it failed to close since it was opened
    openings: Mapped[int] = mapped_column(default=0, server_default="0")


class Route(Identified, Base):
    """One entry of the list of providers of a capability, for one application or for all."""

    __tablename__ = "routes"
    __table_args__ = (Index("ix_routes_capability", "capability", "application_id"),)

    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("applications.id"))
    capability: Mapped[str]
    provider: Mapped[str]
    position: Mapped[int]
    weight: Mapped[int] = mapped_column(default=1)


class Credential(Identified, Base):
    """What we sign with at one provider, for all or for one application or capability. Never changed, only replaced.

    Sealed as JSON under a data key of the row's own, so that replacing it reaches backups too.
    """

    __tablename__ = "credentials"
    __table_args__ = (Index("ix_credentials_provider", "provider", "application_id", "capability"),)

    provider: Mapped[str]
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("applications.id"))
    capability: Mapped[str | None]
    secret_ct: Mapped[bytes] = mapped_column(LargeBinary)
    set_at: Mapped[datetime]


class Followup(Identified, Base):
    """One question about an earlier call, or the wish that its data be deleted. Sends a reference, no data."""

    __tablename__ = "followups"
    __table_args__ = (Index("ix_followups_verification", "verification_id", "id"),)

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"))
    attempt_id: Mapped[UUID | None] = mapped_column(ForeignKey("attempts.id"), index=True)
    #: read_back or erase
    act: Mapped[str]
    capability: Mapped[str]
    provider: Mapped[str]
    started_at: Mapped[datetime]
    #: providers.base.Result, or the kind of failure
    outcome: Mapped[str]
    vendor_code: Mapped[str | None]
    billed: Mapped[bool | None]
    duration_ms: Mapped[int]
