"""Erasures a process died in or a hold held up, and copies at vendors that nobody has confirmed the end of yet."""

from sqlalchemy import select

from verify.flows import erasure, holds, vendor_copies
from verify.flows.periods import anchored_before
from verify.models import Erasure, VendorErasure
from verify.models.due import waiting
from verify.services import Services

BATCH = 50


def sweep(services: Services) -> int:
    """Carry out what is due; the number of erasures that was done for."""
    with services.read() as session:
        due = session.scalars(
            select(Erasure.id).where(Erasure.due_at <= services.clock()).order_by(Erasure.due_at).limit(BATCH)
        ).all()
    return sum(erasure.carry_out(erasure_id, services) for erasure_id in due)


def forget_orders(services: Services) -> int:
    """Drop from the key store which erasures were ordered, three years later."""
    with services.read() as session:
        spared = holds.accounts(session)
    return services.vault.sweep_orders(anchored_before("erasure_order", services.clock()), BATCH, spared)


def sweep_copies(services: Services) -> int:
    """Ask vendors that are due; the number asked."""
    with services.read() as session:
        due = waiting(session, VendorErasure, services.clock(), BATCH)
    for copy_id in due:
        vendor_copies.have_erased(copy_id, services)
    return len(due)
