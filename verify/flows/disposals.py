"""The vendor's copy of a call is deleted once it has served, and the vendor's word for it kept (PIPL 21, 47)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from providers.base import Capability
from verify.flows import disclosure
from verify.models import Attempt, Disposal
from verify.models.due import claim, release
from verify.services import Services

#: waits after each that failed; the last one repeats
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


def owe(session: Session, attempt: Attempt, services: Services) -> None:
    """Make the deletion due, where the provider can delete and has something."""
    provider = services.providers.get(attempt.provider)
    traits = provider.capabilities.get(Capability(attempt.capability)) if provider else None
    if traits is None or not traits.erases or attempt.vendor_reference is None:
        return
    session.add(Disposal(id=attempt.id, due_at=services.clock(), attempts=0))


def carry(services: Services, disposal_id: UUID) -> None:
    """Ask for what is due, unless somebody else does; what fails is asked for again, ever more seldom."""
    with services.write() as session:
        row = claim(session, Disposal, disposal_id, services.clock())
        attempt = session.get_one(Attempt, disposal_id) if row is not None else None
    if row is None or attempt is None:
        return
    receipt, trouble = disclosure.have_erased(attempt, services)
    now = services.clock()
    with services.write() as session:
        if receipt is None:
            release(session, row, now + WAITS[min(row.attempts, len(WAITS)) - 1], error=trouble)
        else:
            release(session, row, None, error=None, receipt=receipt, erased_at=now)
