"""What ends by time alone: verifications nobody finished, idempotency records, tags."""

from sqlalchemy import delete, select

from verify.flows.case import load_any
from verify.flows.decisions import expire
from verify.flows.idempotency import KEPT
from verify.flows.states import Status
from verify.models import Idempotency, Verification
from verify.services import Services

BATCH = 200


def expire_verifications(services: Services) -> int:
    """End those whose time is up; the number taken up. Each in its own transaction under its own lock."""
    with services.read() as session:
        overdue = session.scalars(
            select(Verification.id)
            .where(Verification.status == Status.PENDING, Verification.expires_at <= services.clock())
            .order_by(Verification.expires_at)
            .limit(BATCH)
        ).all()
    for verification_id in overdue:
        with services.write() as session:
            verification = load_any(session, verification_id)
            if verification.expires_at <= services.clock():
                expire(session, verification, services)
    return len(overdue)


def purge_idempotency(services: Services) -> int:
    """Forget requests older than 24 hours."""
    old = (
        select(Idempotency.scope)
        .where(Idempotency.created_at <= services.clock() - KEPT)
        .order_by(Idempotency.created_at)
        .limit(BATCH)
    )
    with services.write() as session:
        gone = session.execute(
            delete(Idempotency)
            .where(Idempotency.scope.in_(old))
            .returning(Idempotency.scope)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())


def purge_tags(services: Services) -> int:
    """Drop counters and face tags whose time is up."""
    return services.vault.sweep_tags(services.clock(), BATCH)
