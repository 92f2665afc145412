"""Deliveries as their application sees them: what waits, how long and why; and having one sent again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal_column, select
from sqlalchemy.orm import aliased, contains_eager

from verify.errors import Problem
from verify.flows import event_log, idempotency
from verify.flows.case import Reach
from verify.flows.event_log import Told
from verify.flows.idempotency import Ticket
from verify.flows.view import rfc3339
from verify.flows.webhooks import endpoints, queue
from verify.models import WebhookDelivery, WebhookEndpoint
from verify.services import Services

#: a delivery, and the event that is first in its line where that is another one
Listed = tuple[WebhookDelivery, UUID | None]


def listed(endpoint_id: UUID) -> Select[*Listed]:
    """In one statement, the event with each."""
    first = aliased(WebhookDelivery)
    waits_for = (
        select(first.event_id)
        .where(
            first.endpoint_id == WebhookDelivery.endpoint_id,
            first.object_id == WebhookDelivery.object_id,
            first.sequence < WebhookDelivery.sequence,
            first.status == literal_column("'waiting'"),
            queue.IS_WAITING,
        )
        .order_by(first.sequence)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(WebhookDelivery, waits_for)
        .join(WebhookDelivery.event)
        .options(contains_eager(WebhookDelivery.event))
        .where(WebhookDelivery.endpoint_id == endpoint_id)
    )


def show(delivery: WebhookDelivery, waits_for: UUID | None, now: datetime) -> dict[str, Any]:
    waiting = delivery.status == queue.WAITING
    return {
        "object": "webhook_delivery",
        "event": f"evt_{delivery.event_id}",
        "type": delivery.event.type,
        "about": event_log.PREFIXES[delivery.event.about] + str(delivery.object_id),
        "sequence": delivery.sequence,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "last_error": delivery.error,
        "last_status_code": delivery.last_status,
        "duration_ms": delivery.duration_ms,
        "waits_for": f"evt_{waits_for}" if waits_for else None,
        "waiting_seconds": round((now - delivery.queued_at).total_seconds()) if waiting else None,
        "next_attempt_at": rfc3339(delivery.due_at) if waiting and not waits_for else None,
        "queued_at": rfc3339(delivery.queued_at),
        "delivered_at": rfc3339(delivery.delivered_at),
    }


def resend(
    reach: Reach, event_id: UUID, endpoint_id: UUID | None, services: Services, ticket: Ticket | None = None
) -> Told:
    """Queue an event anew for one endpoint, or for every one that asks for its type. Raises Problem."""
    now = services.clock()
    with services.write() as session:
        idempotency.claim(session, ticket, event_id, now, status=202)
        told = event_log.load(session, reach, event_id)
        found = session.scalars(_candidates(reach, endpoint_id).with_for_update(read=True)).all()
        if endpoint_id is not None and not found:
            raise Problem("not_found")
        able = [e for e in found if e.enabled and (endpoint_id is not None or queue.asks_for(e, told.event))]
        if not able:
            raise Problem("no_endpoint")
        queue.send_again(session, told.event, able, now)
    return told


def _candidates(reach: Reach, endpoint_id: UUID | None) -> Select[WebhookEndpoint]:
    every = endpoints.reachable(reach).order_by(WebhookEndpoint.id)
    return every if endpoint_id is None else every.where(WebhookEndpoint.id == endpoint_id)
