"""Registers of the handler: what authorities asked for, the agreements with processors, and a stop of the intake."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified


class AuthorityRequest(Identified, Base):
    """An authority asked for data of one account with legal papers (policy 4.2.3, 4.4). Never the data."""

    __tablename__ = "authority_requests"
    __table_args__ = (Index("ix_authority_requests_account", "account_id", "id"),)

    #: no foreign key: the entry outlives the account
    account_id: Mapped[UUID]
    authority: Mapped[str]
    #: key of flows.registers.authorities.PAPERS
    paper_kind: Mapped[str]
    paper_number: Mapped[str]
    #: the article of a law that the authority acts under
    article: Mapped[str]
    #: two people of ours
    decided_by: Mapped[str]
    seconded_by: Mapped[str]
    #: kinds of data that were given (providers.base.Kind); none where it was refused
    kinds: Mapped[list[str]]
    #: why nothing was given
    refusal: Mapped[str | None]
    answered_at: Mapped[datetime] = mapped_column(index=True)
    #: why the person must not be told, while that is so
    silence: Mapped[str | None]
    #: when it came into the account's own record
    told_at: Mapped[datetime | None]


class Agreement(Identified, Base):
    """An agreement with a processor (policy 4.1, PIPL 21). Kept beyond its end: it holds nothing of users."""

    __tablename__ = "agreements"

    provider: Mapped[str] = mapped_column(index=True)
    #: number of the paper
    reference: Mapped[str]
    #: days in Asia/Shanghai, both included; an agreement without an end runs on
    agreed_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    added_at: Mapped[datetime]
    #: off-boarding: from then on the provider is asked nothing but to delete
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    #: number of the processor's word that all was returned or deleted
    receipt: Mapped[str | None]
    receipt_at: Mapped[datetime | None]


class Halt(Identified, Base):
    """While one is not lifted, no verification begins (policy 6.9)."""

    __tablename__ = "halts"

    reason: Mapped[str]
    since: Mapped[datetime]
    placed_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
