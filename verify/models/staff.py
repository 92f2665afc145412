"""Staff of the console: who they are, what they may reach, what they did, and what needs two of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verify.models.base import Base, Identified

UNANSWERED = text("answered_at IS NULL")


class Operator(Identified, Base):
    """A member of staff. ``roles`` are keys of verify.flows.staff.roles.ROLES."""

    __tablename__ = "operators"

    login: Mapped[str] = mapped_column(unique=True)
    #: stands in every page they look at
    name: Mapped[str]
    roles: Mapped[list[str]]
    #: reaches every application, those made later too; else OperatorGrant says which
    all_applications: Mapped[bool] = mapped_column(default=False)
    #: crypto.passwords.hash_password
    password: Mapped[str]
    #: null while it is the one somebody else made
    password_set_at: Mapped[datetime | None]
    #: sealed secret of the second factor (RFC 6238); null until enrolled
    totp_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: time step of the last code taken: no code counts twice
    totp_step: Mapped[int] = mapped_column(default=0)
    #: crypto.passwords.recovery_digest of each code not used yet
    recovery: Mapped[list[str]] = mapped_column(default=list)
    #: wrong passwords and codes in a row
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    #: secrecy and training confirmed (policy 5.2.3)
    acknowledged_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    grants: Mapped[list["OperatorGrant"]] = relationship(lazy="raise")


class OperatorGrant(Base):
    """An operator may see this application's cases."""

    __tablename__ = "operator_grants"

    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)


class OperatorSession(Identified, Base):
    """One signed-in browser, ended by time, by leaving, or by whoever changes the operator."""

    __tablename__ = "operator_sessions"
    __table_args__ = (Index("ix_operator_sessions_operator", "operator_id"),)

    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    #: crypto.hashing.token_digest of what the cookie holds
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    #: the second factor was given
    is_full: Mapped[bool]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccessEntry(Identified, Base):
    """Something an operator did or was refused: ids and codes only."""

    __tablename__ = "access_log"
    __table_args__ = (
        Index("ix_access_log_operator", "operator_id", "id"),
        Index("ix_access_log_verification", "verification_id", "id"),
        Index("ix_access_log_account", "account_id", "id"),
    )

    at: Mapped[datetime] = mapped_column(index=True)
    #: null where nobody of that login exists
    operator_id: Mapped[UUID | None] = mapped_column(ForeignKey("operators.id"))
    action: Mapped[str]
    #: code of the problem it was refused with
    refused: Mapped[str | None]
    verification_id: Mapped[UUID | None]
    #: of a line about a rights request: whose it is
    account_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ReviewClaim(Base):
    """Who works on a case now."""

    __tablename__ = "review_claims"

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"), primary_key=True)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"), index=True)
    claimed_at: Mapped[datetime]


class ReviewNote(Identified, Base):
    """That an operator wrote something; the words are sealed with the verification, under this id."""

    __tablename__ = "review_notes"
    __table_args__ = (Index("ix_review_notes_verification", "verification_id", "id"),)

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"))
    operator_id: Mapped[UUID | None] = mapped_column(ForeignKey("operators.id"))
    #: note, request, message, override, reveal
    kind: Mapped[str]
    created_at: Mapped[datetime]


class ReviewReason(Base):
    """Why a case was last brought before a person, by which the queue is filtered; codes of flows.review.stuck."""

    __tablename__ = "review_reasons"
    __table_args__ = (Index("ix_review_reasons_code", "code", "verification_id"),)

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class Proposal(Identified, Base):
    """What one operator wants to do that a second one has to agree to."""

    __tablename__ = "review_proposals"
    __table_args__ = (
        Index(
            "ix_review_proposals_open",
            "verification_id",
            sqlite_where=UNANSWERED,
            postgresql_where=UNANSWERED,
        ),
    )

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"), index=True)
    #: verify.flows.review.four_eyes.Matter
    kind: Mapped[str]
    #: of a reveal: which step's values
    step: Mapped[str | None]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    proposed_at: Mapped[datetime]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("operators.id"))
    answered_at: Mapped[datetime | None]
    confirmed: Mapped[bool | None]
