"""Micro-transfers: the orders, the double-entry ledger of their money, callbacks and statement lines."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified
from verify.models.due import Due, due_index

#: whose amount or code is still sealed
CONTENT = text("content_ct IS NOT NULL")


class Transfer(Identified, Due, Base):
    """One order to pay a small amount. Its id, as 32 hex digits, is our reference; its status is written by
    flows.transfers.states alone."""

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("verification_id", "round", "part"),
        due_index("transfers"),
        Index("ix_transfers_status", "status", "updated_at"),
        Index("ix_transfers_content", "verification_id", sqlite_where=CONTENT, postgresql_where=CONTENT),
    )

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"))
    livemode: Mapped[bool]
    #: which transfer of the verification, from 1; with two amounts each round has two parts
    round: Mapped[int]
    part: Mapped[int]
    #: providers.base.Proof
    proof: Mapped[str]
    status: Mapped[str]
    #: null until it is first ordered, then for good
    provider: Mapped[str | None]
    #: the disclosure record of the last call
    attempt_id: Mapped[UUID | None] = mapped_column(ForeignKey("attempts.id"), index=True)
    #: the exact order, sealed under the class "transfer"; null once the amount is no secret to be guessed
    content_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: times the order was sent
    calls: Mapped[int] = mapped_column(default=0)
    #: when it was last sent
    called_at: Mapped[datetime | None]
    reason_code: Mapped[str | None]
    vendor_code: Mapped[str | None]
    vendor_reference: Mapped[str | None]
    arrives_by: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    #: until when the user may answer
    answer_by: Mapped[datetime | None]
    #: when it stopped being awaited: answered, given up, or its window over
    closed_at: Mapped[datetime | None]
    #: when a callback last hinted that something happened
    hinted_at: Mapped[datetime | None]
    #: what the provider said against a final state
    contradiction: Mapped[str | None]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfer_batches.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class LedgerEntry(Identified, Base):
    """One leg of a posting; the legs of a posting sum to zero."""

    __tablename__ = "ledger_entries"
    __table_args__ = (Index("ix_ledger_entries_transfer", "transfer_id", "id"),)

    posting_id: Mapped[UUID]
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("transfers.id"))
    livemode: Mapped[bool]
    #: wallet, in_flight, paid, returned or differences
    account: Mapped[str]
    #: signed fen, sealed under the ledger's own data key: in the clear it would give open amounts away
    amount_ct: Mapped[bytes] = mapped_column(LargeBinary)
    booked_at: Mapped[datetime]


class Callback(Identified, Base):
    """A callback as it was understood. Its body is not kept."""

    __tablename__ = "callbacks"
    __table_args__ = (UniqueConstraint("provider", "fingerprint"),)

    provider: Mapped[str]
    #: keyed digest of the vendor's event id, or of the body where it has none
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: null where the reference is none of ours
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id"), index=True)
    received_at: Mapped[datetime]


class TransferBatch(Identified, Base):
    """Orders exported together for people to pay."""

    __tablename__ = "transfer_batches"

    provider: Mapped[str]
    orders: Mapped[int]
    created_at: Mapped[datetime]
    #: when finance staff said that it was paid
    paid_at: Mapped[datetime | None]


class StatementLine(Identified, Base):
    """One line of an imported bank statement: what became of it, nothing of whom it names."""

    __tablename__ = "statement_lines"

    #: keyed digest of what the line is known by in any export
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    #: sent or returned
    kind: Mapped[str]
    #: no_match, valid, duplicate, error or discarded
    state: Mapped[str]
    #: code of what does not fit
    difference: Mapped[str | None]
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id"), index=True)
    imported_at: Mapped[datetime]
