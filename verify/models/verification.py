"""The verification, its attempts at providers and what it keeps sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verify.models.application import Account, Application
from verify.models.base import Base, Identified
from verify.models.consent import Consent

OPEN = text("status IN ('pending', 'processing', 'review')")
#: one index each: SQLite sees no "=" in an IN
REVIEW, PROCESSING = text("status = 'review'"), text("status = 'processing'")
#: since when a case before staff waits
SINCE = text("coalesce(stalled_at, paused_at)")
STALLED = text("status = 'pending' AND stalled_at IS NOT NULL")
UNVERIFIED = text("status IN ('canceled', 'expired', 'rejected')")
WORDS = text("words_ct IS NOT NULL")
SUPERSEDES = text("supersedes_id IS NOT NULL")
#: of which there are none: counted to show it
FACES = text("step = 'face'")
PUBLIC = text("sequence IS NOT NULL")
TO_FAN_OUT = text("fanned_out_at IS NULL AND sequence IS NOT NULL")


class Verification(Identified, Base):
    """One case for one account. Its status is written by flows.states alone."""

    __tablename__ = "verifications"
    __table_args__ = (
        Index(
            "uq_verifications_open",
            "account_id",
            "type",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_verifications_account", "account_id", "id"),
        Index("ix_verifications_ended", "ended_at"),
        Index("ix_verifications_unverified", "ended_at", sqlite_where=UNVERIFIED, postgresql_where=UNVERIFIED),
        Index("ix_verifications_words", "ended_at", sqlite_where=WORDS, postgresql_where=WORDS),
        Index("ix_verifications_supersedes", "supersedes_id", sqlite_where=SUPERSEDES, postgresql_where=SUPERSEDES),
        Index("ix_verifications_listing", "application_id", "livemode", "id"),
        Index(
            "ix_verifications_expiry",
            "expires_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_verifications_review", SINCE, "id", sqlite_where=REVIEW, postgresql_where=REVIEW),
        Index("ix_verifications_processing", "paused_at", "id", sqlite_where=PROCESSING, postgresql_where=PROCESSING),
        Index("ix_verifications_stalled", "stalled_at", "id", sqlite_where=STALLED, postgresql_where=STALLED),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    #: copied from the account, so that a read needs no third table
    account_ref: Mapped[str]
    #: beside it, in the digest that the first event holds of it; null of those made before there was one
    ref_salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    livemode: Mapped[bool]
    type: Mapped[str]
    method: Mapped[str]
    status: Mapped[str]
    #: {"steps": {name: {...}}, "tries": {method: {step: used}}}, written by flows.progress alone
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: {"step", "code"}, written by flows.troubles alone
    last_error: Mapped[dict[str, Any] | None]
    #: since when no vendor answers for the step that is owed; of a case before staff since when its user waits, where
    #: that is longer than ``paused_at`` says
    stalled_at: Mapped[datetime | None]
    #: {"by", "reason_codes", "assurance"}
    decision: Mapped[dict[str, Any] | None]
    #: sealed words of staff to the user: {"request"} when asked again, {"message"} beside a decision
    words_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("verifications.id"))
    locale: Mapped[str]
    return_url: Mapped[str | None]
    #: the caller's own labels; refused where they look like personal data
    labels: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    #: sealed masked values for reading back: {"sent_to", "name", "id_number"}
    display_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: how many client tokens were issued
    tokens_issued: Mapped[int] = mapped_column(default=1)
    #: last entry of the event chain
    event_seq: Mapped[int] = mapped_column(default=0)
    event_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    #: how many of its events are public; the last one's number
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: when the clock of expires_at was stopped (processing and review)
    paused_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    #: when it became final; client tokens read on for 24 hours
    ended_at: Mapped[datetime | None]
    redacted_at: Mapped[datetime | None]
    #: when its events were deleted as the schedule says; the account's chain keeps their last hash
    events_deleted_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship(lazy="raise")
    account: Mapped[Account] = relationship(lazy="raise")
    consents: Mapped[list[Consent]] = relationship(lazy="raise", order_by=Consent.id)


class Attempt(Identified, Base):
    """One try of one step with one provider: also the disclosure record of that call (PIPL 23, 55).

    While ``finished_at`` is null the answer is owed; ``due_at`` is when reconciliation may take it up.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        Index(
            "ix_attempts_due",
            "due_at",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("ix_attempts_verification", "verification_id", "id"),
    )

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"))
    step: Mapped[str]
    capability: Mapped[str]
    #: the recipient
    provider: Mapped[str]
    #: kinds of data sent, never the data
    kinds: Mapped[list[str]]
    #: consent item this call rested on
    consent_item: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    #: providers.base.Result or the kind of failure
    outcome: Mapped[str | None]
    reason_code: Mapped[str | None]
    vendor_code: Mapped[str | None]
    vendor_reference: Mapped[str | None]
    billed: Mapped[bool | None]
    #: of this call as agreed when it was made, in millionths of a yuan
    price_micros: Mapped[int | None] = mapped_column(BigInteger)
    due_at: Mapped[datetime]
    #: the person acts on the vendor's own page until then; there is no verdict before
    open_until: Mapped[datetime | None]
    #: who reconciles it now
    lease: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    #: times reconciliation took it up
    readings: Mapped[int] = mapped_column(default=0)


class SealedStep(Base):
    """What a step took in, as one sealed blob per retention class (crypto.md, wire format "field").

    The natural key is the row's identity, so a repeated step replaces its blob and the sealing context
    is known before the insert.
    """

    __tablename__ = "sealed_steps"
    __table_args__ = (
        Index("ix_sealed_steps_retention", "retention_class", "sealed_at"),
        Index("ix_sealed_steps_faces", "step", sqlite_where=FACES, postgresql_where=FACES),
    )

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    #: key of verify.flows.retention.CLASSES
    retention_class: Mapped[str] = mapped_column(primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]


class Idempotency(Base):
    """A request already seen: digests, status and resource id only (RFC draft idempotency-key-header)."""

    __tablename__ = "idempotency"

    #: keyed digest of subject, mode, method, path and the caller's key
    scope: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    #: keyed digest of the body
    body: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: null while the first request runs
    status: Mapped[int | None]
    resource: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Event(Identified, Base):
    """One state change: audit entry and webhook source in one.

    Chained per verification; what is about no single one is chained per account. One of the two ids is set.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("uq_events_verification_seq", "verification_id", "seq", unique=True),
        Index("uq_events_account_seq", "account_id", "seq", unique=True),
        Index("ix_events_listing", "application_id", "livemode", "id", sqlite_where=PUBLIC, postgresql_where=PUBLIC),
        Index("ix_events_owed", "about_id", "seq", sqlite_where=TO_FAN_OUT, postgresql_where=TO_FAN_OUT),
        Index("ix_events_checkpoint", "checkpoint"),
    )

    verification_id: Mapped[UUID | None] = mapped_column(ForeignKey("verifications.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    #: what applications are told it is about (verification, account or rights_request), and its id
    about: Mapped[str] = mapped_column(default="verification", server_default="verification")
    about_id: Mapped[UUID]
    #: copied from the verification or account, for listing and fan-out without it
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    livemode: Mapped[bool]
    seq: Mapped[int]
    #: its number among the public events of what it is about; null for those that only the audit reads
    sequence: Mapped[int | None]
    type: Mapped[str]
    #: canonical JSON (RFC 8785 subset: sorted keys, no spaces, integers and strings); ids and codes only
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    #: number of the signed checkpoint that holds it; null for the last minute's
    checkpoint: Mapped[int | None]
    #: when deliveries and notifications were made of it
    fanned_out_at: Mapped[datetime | None]
