"""Due transfers: orders to be made, answers to be read back, windows that close, amounts to be forgotten."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify.flows.case import load_any
from verify.flows.keeping import KEPT
from verify.flows.overdue import due
from verify.flows.states import FINAL as ENDED
from verify.flows.transfers.carrying import carry_on
from verify.flows.transfers.opening import transfers_of
from verify.flows.transfers.orders import RETENTION_CLASS
from verify.flows.transfers.settling import close, fail, is_awaited
from verify.flows.transfers.states import Stage
from verify.models import Transfer
from verify.models.due import waiting
from verify.services import Services

BATCH = 100


def carry(services: Services, transfer_id: UUID) -> None:
    """What a message leads to."""
    carry_on(transfer_id, services)


def sweep(services: Services) -> int:
    """See to what is due; the number taken up. Repeated until it is 0."""
    with services.read() as session:
        ids = waiting(session, Transfer, services.clock(), BATCH)
    for transfer_id in ids:
        carry_on(transfer_id, services)
    return len(ids)


def close_windows(services: Services) -> int:
    """End challenges that nobody answered in time; the number taken up."""
    now = services.clock()
    over = select(Transfer.verification_id, Transfer.round).where(
        Transfer.closed_at.is_(None), Transfer.status == Stage.SENT, Transfer.answer_by <= now
    )
    with services.read() as session:
        rounds = session.execute(over.distinct().limit(BATCH)).all()
    for row in rounds:
        with services.write() as session:
            _close_window(session, row.verification_id, row.round, services)
    return len(rounds)


def _close_window(session: Session, verification_id: UUID, round_: int, services: Services) -> None:
    verification = load_any(session, verification_id)
    parts = transfers_of(session, verification, round_)
    if parts[0].closed_at is None:
        awaited = is_awaited(verification, parts[0])
        close(session, verification, round_, services)
        if awaited:
            fail(session, verification, "answer_window_over", services)


def forget(services: Services) -> int:
    """Shred amounts that are no secret to be guessed any more; the number of verifications taken up."""
    with services.read() as session:
        found = session.scalars(due(KEPT["transfer"], services.clock()).limit(BATCH)).all()
    forget_amounts(found, services)
    return len(found)


def forget_amounts(verifications: Sequence[UUID], services: Services) -> None:
    for verification_id in verifications:
        with services.write() as session:
            _forget(session, verification_id, services)


def _forget(session: Session, verification_id: UUID, services: Services) -> None:
    """Under the verification's lock, so that no new transfer is sealed under the key meanwhile."""
    verification = load_any(session, verification_id)
    query = select(Transfer).where(Transfer.verification_id == verification_id, Transfer.content_ct.is_not(None))
    held = session.scalars(query.with_for_update()).all()
    over = [t for t in held if t.closed_at is not None or verification.status in ENDED]
    for transfer in over:
        transfer.content_ct = None
    session.flush()
    if len(over) == len(held):
        services.vault.shred(verification_id, [RETENTION_CLASS])
