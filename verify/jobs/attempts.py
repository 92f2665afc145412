"""Reconciliation: attempts left without an answer, by a time-out or a crash, are read back and settled."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from uuid_utils.compat import uuid7

from providers.base import Capability, Unknown
from verify.flows import disclosure, liveness
from verify.flows.disclosure import Answer
from verify.flows.effects import GIVEN_UP
from verify.flows.step import finish
from verify.models import Attempt
from verify.services import Services

log = structlog.get_logger()

LEASE = timedelta(seconds=60)

#: waits before each further read-back; when they are used up the user tries afresh
READINGS = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
)

BATCH = 100


def reconcile(services: Services, attempt_id: UUID) -> None:
    """Take one due attempt up, if nobody else has, and bring it as far as the provider's memory allows."""
    attempt = _claim(services, attempt_id)
    if attempt is None:
        return
    if attempt.capability == Capability.LIVENESS:
        liveness.look(attempt, services)
        return
    found = disclosure.read_back(attempt, services)
    given_up = isinstance(found, Unknown) and (found.vendor_code == "no_read_back" or attempt.readings > len(READINGS))
    if isinstance(found, Unknown) and not given_up:
        _postpone(services, attempt)
        return
    finish(attempt, Answer(found, None), services, effect=GIVEN_UP if given_up else None)
    log.info("attempt reconciled", attempt=str(attempt.id), outcome=disclosure.name_of(found))


def _claim(services: Services, attempt_id: UUID) -> Attempt | None:
    """One UPDATE decides who works on it; a lease that ran out is taken over."""
    now = services.clock()
    with services.write() as session:
        return session.scalars(
            update(Attempt)
            .where(
                Attempt.id == attempt_id,
                Attempt.finished_at.is_(None),
                Attempt.due_at <= now,
                or_(Attempt.lease_until.is_(None), Attempt.lease_until <= now),
            )
            .values(lease=uuid7(), lease_until=now + LEASE, readings=Attempt.readings + 1)
            .returning(Attempt)
            .execution_options(populate_existing=True)
        ).one_or_none()


def _postpone(services: Services, attempt: Attempt) -> None:
    wait = READINGS[min(attempt.readings, len(READINGS)) - 1]
    with services.write() as session:
        session.execute(
            update(Attempt)
            .where(Attempt.id == attempt.id, Attempt.lease == attempt.lease)
            .values(due_at=services.clock() + wait, lease=None, lease_until=None)
        )
    services.nudge("attempts", attempt.id, wait.total_seconds())


def sweep(services: Services) -> int:
    """Reconcile what is due; the number taken up. Repeated until it is 0."""
    due = _due(services, services.clock())
    for attempt_id in due:
        reconcile(services, attempt_id)
    return len(due)


def _due(services: Services, now: datetime) -> list[UUID]:
    with services.read() as session:
        return list(
            session.scalars(
                select(Attempt.id)
                .where(
                    Attempt.finished_at.is_(None),
                    Attempt.due_at <= now,
                    or_(Attempt.lease_until.is_(None), Attempt.lease_until <= now),
                )
                .order_by(Attempt.due_at)
                .limit(BATCH)
            )
        )
