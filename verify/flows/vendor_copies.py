"""Copies at vendors: asking for their deletion, and who has confirmed it (policy 6.3: recipients are told)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Capability
from verify.flows import disclosure
from verify.flows.view import rfc3339
from verify.models import Attempt, Erasure, VendorErasure
from verify.models.base import insert_for
from verify.models.due import claim, release
from verify.services import Services

WAITING, CONFIRMED, NOT_OFFERED = "waiting", "confirmed", "not_offered"

#: waits after a try that was not confirmed; the last one goes on for ever, and the list says who has not confirmed
PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


def ask(session: Session, erasure: Erasure, verifications: Sequence[UUID], services: Services) -> None:
    """One row a disclosure: due where the vendor deletes on demand, else on the list of whom to ask otherwise."""
    now = services.clock()
    attempts = session.scalars(
        select(Attempt).where(Attempt.verification_id.in_(verifications)).order_by(Attempt.id)
    ).all()
    rows = [
        {
            "id": uuid7(),
            "erasure_id": erasure.id,
            "attempt_id": attempt.id,
            "provider": attempt.provider,
            "capability": attempt.capability,
            "status": WAITING if (offered := _is_offered(attempt, services)) else NOT_OFFERED,
            "attempts": 0,
            "due_at": now if offered else None,
        }
        for attempt in attempts
    ]
    if rows:
        session.execute(insert_for(session, VendorErasure).values(rows).on_conflict_do_nothing())


def _is_offered(attempt: Attempt, services: Services) -> bool:
    provider = services.providers.get(attempt.provider)
    traits = provider.capabilities.get(Capability(attempt.capability)) if provider else None
    return traits is not None and traits.erases


def have_erased(copy_id: UUID, services: Services) -> None:
    """Ask the vendor once, if it is due, with nothing held meanwhile."""
    with services.write() as session:
        copy = claim(session, VendorErasure, copy_id, services.clock())
        attempt = session.get(Attempt, copy.attempt_id) if copy else None
    if copy is None or attempt is None:
        return
    receipt, error = disclosure.have_erased(attempt, services)
    now = services.clock()
    with services.write() as session:
        if receipt is not None:
            release(session, copy, None, status=CONFIRMED, receipt=receipt, confirmed_at=now, error=None)
        else:
            pause = PAUSES[min(copy.attempts, len(PAUSES)) - 1]
            release(session, copy, now + pause, error=error)


def show(copy: VendorErasure) -> dict[str, Any]:
    return {
        "provider": copy.provider,
        "capability": copy.capability,
        "status": copy.status,
        "receipt": copy.receipt,
        "confirmed_at": rfc3339(copy.confirmed_at),
    }
