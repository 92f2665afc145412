"""What ends by time alone: verifications nobody finished, idempotency records, tags."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from verify.flows import holds
from verify.flows.case import load_any
from verify.flows.decisions import expire
from verify.flows.keeping import KEPT
from verify.flows.overdue import due
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
    with services.read() as session:
        scopes = session.scalars(due(KEPT["idempotency"], services.clock()).limit(BATCH)).all()
    if scopes:
        forget_requests(scopes, services)
    return len(scopes)


def forget_requests(scopes: Sequence[bytes], services: Services) -> None:
    with services.write() as session:
        session.execute(
            delete(Idempotency).where(Idempotency.scope.in_(scopes)).execution_options(synchronize_session=False)
        )


def purge_tags(services: Services, class_name: str | None = None) -> int:
    """Drop tags whose time is up, of one class or all, but for those of accounts under a legal hold."""
    with services.read() as session:
        spared = holds.accounts(session)
    return services.vault.sweep_tags(services.clock(), BATCH, class_name, spared)
