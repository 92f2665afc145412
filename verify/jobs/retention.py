"""Destroying data keys whose retention class is over (policy 5.4), read from the schedule."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, tuple_

from verify.flows.retention import CLASSES, Anchor, End, RetentionClass
from verify.models import SealedStep, Verification
from verify.services import Services

BATCH = 200

#: classes a verification's end starts the clock of, whose blobs go with their key
ENDING = tuple(row for row in CLASSES.values() if row.anchor is Anchor.ENDED and row.end is End.KEY_DESTROYED)


def shred(services: Services) -> int:
    """Destroy the keys that are due, then drop their blobs; the number taken up.

    The key goes first: a crash in between leaves a blob nobody can open, and the next sweep drops it.
    """
    return sum(_shred_class(row, services) for row in ENDING)


def _shred_class(row: RetentionClass, services: Services) -> int:
    due = _due(row, services.clock(), services)
    for verification_id in due:
        services.vault.shred(verification_id, [row.name])
    with services.write() as session:
        session.execute(
            delete(SealedStep)
            .where(tuple_(SealedStep.verification_id, SealedStep.retention_class).in_([(v, row.name) for v in due]))
            .execution_options(synchronize_session=False)
        )
    return len(due)


def _due(row: RetentionClass, now: datetime, services: Services) -> list[UUID]:
    # what was sealed later cannot have ended earlier: lets the index bound the search
    with services.read() as session:
        found = (
            select(SealedStep.verification_id)
            .distinct()
            .join(Verification, Verification.id == SealedStep.verification_id)
            .where(
                SealedStep.retention_class == row.name,
                SealedStep.sealed_at <= now - row.lasts,
                Verification.ended_at <= now - row.lasts,
            )
            .limit(BATCH)
        )
        return list(session.scalars(found))
