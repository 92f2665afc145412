"""From events to what is owed because of them: deliveries to endpoints, messages to users.

Requests leave events behind and nothing else; who wants to hear of one is looked up here.
"""

from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from verify.flows import results
from verify.flows.webhooks import queue
from verify.models import Event, WebhookEndpoint
from verify.services import Services

log = structlog.get_logger()

BATCH = 200

OWED = (Event.fanned_out_at.is_(None), Event.sequence.is_not(None))


def sweep(services: Services) -> int:
    """Fan out what nobody has; for how many of what they are about that went well. Each in a transaction of its own."""
    with services.read() as session:
        owed = session.scalars(select(Event.about_id).distinct().where(*OWED).order_by(Event.about_id).limit(BATCH))
        about = owed.all()
    return sum(_tried(services, about_id) for about_id in about)


def _tried(services: Services, about_id: UUID) -> bool:
    """False after an exception: one that cannot be fanned out must not hold up the others."""
    try:
        fan_out(services, about_id)
    except Exception:
        log.exception("fan-out failed", about=about_id)
        return False
    return True


def fan_out(services: Services, about_id: UUID) -> None:
    """All new events about one verification, account or rights request together.

    Events become visible in their order, so under the lock of those that are owed none comes after another.
    """
    now = services.clock()
    with services.write() as session:
        events = session.scalars(
            select(Event).where(Event.about_id == about_id, *OWED).order_by(Event.seq).with_for_update()
        ).all()
        if not events:
            return
        queue.line_up(session, events, _endpoints(session, events[0]), now)
        results.owe(session, events, services, now)
        results.owe_notices(session, events, services, now)
        session.execute(
            update(Event).where(Event.id.in_([event.id for event in events])).values(fanned_out_at=now),
            execution_options={"synchronize_session": False},
        )


def _endpoints(session: Session, event: Event) -> list[WebhookEndpoint]:
    """Locked against being disabled or deleted meanwhile."""
    return list(
        session.scalars(
            select(WebhookEndpoint)
            .where(
                WebhookEndpoint.application_id == event.application_id,
                WebhookEndpoint.livemode == event.livemode,
                WebhookEndpoint.enabled.is_(True),
            )
            .order_by(WebhookEndpoint.id)
            .with_for_update(read=True)
        )
    )
