"""Orders that people pay: taken out as a batch, and told to be paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from providers.base import Capability, TransferOrder
from verify.flows.transfers.carrying import locked
from verify.flows.transfers.orders import open_content, reference
from verify.flows.transfers.settling import Told, take_in
from verify.flows.transfers.states import News, Stage, Verdict, following
from verify.models import StatementLine, Transfer, TransferBatch
from verify.services import Services

#: heading → field of the batch file, where the provider's settings name none
COLUMNS: Mapping[str, str] = {
    "reference": "reference",
    "account_number": "account_number",
    "account_name": "account_name",
    "bank_name": "bank_name",
    "bank_branch": "bank_branch",
    "amount": "amount",
    "remark": "remark",
}

BATCH = 500

#: an order that nobody has taken out
WAITS = (Transfer.status == Stage.REQUESTED, Transfer.batch_id.is_(None), Transfer.content_ct.is_not(None))


def take_out(provider: str, services: Services) -> UUID | None:
    """Put the orders that wait for people into a batch of their own; None where there are none.

    Committed before any file is written: a lost file is written again for the same batch, so that no order is in two.
    """
    with services.write() as session:
        found = session.scalars(
            select(Transfer)
            .where(Transfer.provider == provider, *WAITS)
            .order_by(Transfer.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        if not found:
            return None
        batch = TransferBatch(id=uuid7(), provider=provider, orders=len(found), created_at=services.clock())
        session.add(batch)
        session.flush()
        for transfer in found:
            transfer.batch_id = batch.id
    return batch.id


def waiting(session: Session, services: Services) -> int:
    """Orders that nobody has taken out yet, of providers by which people pay."""
    by_people = [
        name
        for name, provider in services.providers.items()
        if Capability.TRANSFER in provider.capabilities and provider.capabilities[Capability.TRANSFER].by_statement
    ]
    return session.scalar(select(func.count()).where(Transfer.provider.in_(by_people), *WAITS)) or 0


def unpaid(session: Session) -> Sequence[tuple[TransferBatch, int]]:
    """Batches that were taken out and not told to be paid, each with its orders whose end is open."""
    still_open = (
        select(TransferBatch, func.count())
        .join(Transfer, Transfer.batch_id == TransferBatch.id)
        .where(TransferBatch.paid_at.is_(None), Transfer.status == Stage.REQUESTED)
        .group_by(TransferBatch.id)
        .order_by(TransferBatch.id)
    )
    return [(row[0], row[1]) for row in session.execute(still_open)]


def rows(batch_id: UUID, columns: Mapping[str, str], services: Services) -> list[list[str]]:
    """Headings and orders of a batch that nobody has told to be paid, in the clear. Raises LookupError."""
    with services.read() as session:
        batch = _batch(session, batch_id)
        if batch.paid_at is not None:
            msg = "this batch is paid"
            raise LookupError(msg)
        transfers = _open_orders(session, batch_id)
        keys = services.vault.many([transfer.verification_id for transfer in transfers])
    listed = [list(columns)]
    for transfer in transfers:
        try:
            order, _ = open_content(keys[transfer.verification_id], transfer)
        except KeyShredded:  # given up and forgotten since it was taken out
            continue
        listed.append([_field(field, transfer, order) for field in columns.values()])
    return listed


def _field(name: str, transfer: Transfer, order: TransferOrder) -> str:
    if name == "reference":
        return reference(transfer)
    if name == "amount":
        return yuan(order.amount_fen)
    return str(getattr(order, name) or "")


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@dataclass(frozen=True)
class Paid:
    """How many transfers are sent now, and references of those of which a statement shows another amount."""

    sent: int
    left_out: Sequence[str]


def mark_paid(batch_id: UUID, services: Services) -> Paid:
    """Take in that a batch was paid, but for what a statement says otherwise about. Raises LookupError."""
    with services.write() as session:
        batch = _batch(session, batch_id)
        batch.paid_at = batch.paid_at or services.clock()
        orders = [(transfer.verification_id, transfer.id) for transfer in _open_orders(session, batch_id)]
        differing = _paid_otherwise(session, batch_id)
    sent = sum(tell(*order, News.SENT, services) for order in orders if order[1] not in differing)
    return Paid(sent, [transfer_id.hex for _, transfer_id in orders if transfer_id in differing])


def _paid_otherwise(session: Session, batch_id: UUID) -> frozenset[UUID]:
    """Transfers of a batch of which a statement shows another amount."""
    query = (
        select(Transfer.id)
        .join(StatementLine, StatementLine.transfer_id == Transfer.id)
        .where(Transfer.batch_id == batch_id, StatementLine.difference == "amount_differs")
    )
    return frozenset(session.scalars(query))


def _batch(session: Session, batch_id: UUID) -> TransferBatch:
    batch = session.get(TransferBatch, batch_id)
    if batch is None:
        msg = "there is no such batch"
        raise LookupError(msg)
    return batch


def _open_orders(session: Session, batch_id: UUID) -> Sequence[Transfer]:
    query = select(Transfer).where(Transfer.batch_id == batch_id, Transfer.status == Stage.REQUESTED)
    return session.scalars(query.order_by(Transfer.id)).all()


def tell(verification_id: UUID, transfer_id: UUID, news: News, services: Services, reason: str | None = None) -> bool:
    """Take in what people found out about a transfer; false where it changes nothing.

    Raises Contradiction where it cannot be true beside what is known; that is kept, and nothing moves.
    """
    with services.write() as session:
        verification, transfer = locked(session, verification_id, transfer_id, news)
        stage = Stage(transfer.status)
        contradicts = following(stage, news) is Verdict.CONTRADICTS
        changed = take_in(session, verification, transfer, Told(news, reason), services)
    if contradicts:
        raise Contradiction(stage)
    return changed


class Contradiction(Exception):
    """People say what cannot be true beside ``stage``."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.stage = stage
