"""Delivering webhooks: at least once, in order per object and endpoint, retried over three days."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from verify import metrics
from verify.flows import event_log
from verify.flows.event_log import Told
from verify.flows.view import show
from verify.flows.webhooks import message, queue
from verify.models import Event, WebhookDelivery, WebhookEndpoint
from verify.models.due import claim, is_free, release
from verify.outbound import NotDelivered, Reply
from verify.services import Services

log = structlog.get_logger()

#: before each further try; spread by SPREAD to either side, so that what failed together is not retried together
WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=18),
    timedelta(hours=24),
)
SPREAD = 0.2

#: past this a delivery is given up, and kept so that it can be sent again
TRIED_FOR = timedelta(days=3)

#: ids, codes and times; what happened stays in the events
KEPT = timedelta(days=30)

SUCCESS = range(200, 300)

#: other answers that mean more than "try again"
ANSWERS = {410: "gone"}

#: after these there is nothing to try again
FINAL = frozenset({"gone", "endpoint_disabled"})

BATCH = 500


#: draws a number between two
Spread = Callable[[float, float], float]


@dataclass(frozen=True)
class Result:
    """What came of a try. ``error`` is None for a success."""

    error: str | None
    status: int | None = None
    duration_ms: int | None = None


def due(services: Services, each: int, but: Collection[UUID] = ()) -> Sequence[tuple[UUID, UUID]]:
    """(endpoint, delivery) of what may go now: at most ``each`` of one endpoint, the longest due first, and none
    of the endpoints ``but``."""
    place = func.row_number().over(partition_by=WebhookDelivery.endpoint_id, order_by=WebhookDelivery.due_at)
    ready = (
        select(WebhookDelivery.endpoint_id, WebhookDelivery.id, place.label("place"))
        .where(
            is_free(WebhookDelivery, services.clock()),
            ~queue.has_earlier(),
            WebhookDelivery.endpoint_id.not_in(but),
        )
        .subquery()
    )
    fair = select(ready.c.endpoint_id, ready.c.id).where(ready.c.place <= each).order_by(ready.c.place).limit(BATCH)
    with services.read() as session:
        return [(row.endpoint_id, row.id) for row in session.execute(fair)]


def deliver(services: Services, delivery_id: UUID, spread: Spread = random.uniform) -> bool:
    """Try one delivery once; False when it was not to be had."""
    delivery = _claimed(services, delivery_id)
    if delivery is None:
        return False
    result = _send(services, delivery)
    metrics.webhook_tried(result.error or "delivered")
    log.info("webhook tried", delivery=delivery.id, endpoint=delivery.endpoint_id, result=result.error or "delivered")
    _settle(services, delivery, result, spread)
    return True


def _claimed(services: Services, delivery_id: UUID) -> WebhookDelivery | None:
    with services.write() as session:
        delivery = claim(session, WebhookDelivery, delivery_id, services.clock(), where=~queue.has_earlier())
        session.expunge_all()  # what is read later must not change whose lease this is
    return delivery


def _send(services: Services, delivery: WebhookDelivery) -> Result:
    try:
        return _judged(_post(services, delivery))
    except NotDelivered as failed:
        return Result(failed.code)
    except Exception:  # an event that breaks us must not be tried without end, nor hold up its line
        log.exception("delivery broke", delivery=delivery.id)
        return Result("internal_error")


def _post(services: Services, delivery: WebhookDelivery) -> Reply:
    """Everything is read anew: a secret may have been rotated, and who was erased is not sent out again."""
    with services.read() as session:
        told = Told._make(session.execute(event_log.public().where(Event.id == delivery.event_id)).one())
        endpoint = session.get(WebhookEndpoint, delivery.endpoint_id)
    if endpoint is None or not endpoint.enabled:
        raise NotDelivered("endpoint_disabled")
    keys = services.vault.many([endpoint.id, *([told.verification.id] if told.verification else [])])
    now = services.clock()
    about = told.verification
    shown = show(about, services, keys[about.id]) if about else event_log.about(told)
    body = message.encode(event_log.show(told.event, shown))
    secrets = message.secrets_of(endpoint, keys[endpoint.id], now)
    headers = message.headers(f"evt_{told.event.id}", body, secrets, now)
    return services.outbound.post(endpoint.url, headers, body, livemode=endpoint.livemode)


def _judged(reply: Reply) -> Result:
    error = None if reply.status in SUCCESS else ANSWERS.get(reply.status, "http_error")
    return Result(error, reply.status, reply.duration_ms)


def _settle(services: Services, delivery: WebhookDelivery, result: Result, spread: Spread) -> None:
    now = services.clock()
    values: dict[str, Any] = {
        "error": result.error,
        "last_status": result.status,
        "duration_ms": result.duration_ms,
        **_standing(delivery, result, now, spread),
    }
    with services.write() as session:
        if result.error == "gone":
            _disable(session, delivery.endpoint_id, now)
        if release(session, delivery, **values) and values["status"] != queue.WAITING:
            queue.call_next(session, delivery, now)
        if result.error == "gone":
            queue.give_up_all(session, delivery.endpoint_id)


def _standing(delivery: WebhookDelivery, result: Result, now: datetime, spread: Spread) -> dict[str, Any]:
    if result.error is None:
        return {"status": queue.DELIVERED, "due_at": None, "delivered_at": now}
    wait = WAITS[min(delivery.attempts, len(WAITS)) - 1] * spread(1 - SPREAD, 1 + SPREAD)
    if result.error in FINAL or now + wait > delivery.queued_at + TRIED_FOR:
        return {"status": queue.GIVEN_UP, "due_at": None}
    return {"status": queue.WAITING, "due_at": now + wait}


def _disable(session: Session, endpoint_id: UUID, now: datetime) -> None:
    """It said that nobody lives there any more (Standard Webhooks, "410 Gone")."""
    session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.enabled.is_(True))
        .values(enabled=False, disabled_reason="gone", updated_at=now),
        execution_options={"synchronize_session": False},
    )
    log.warning("webhook endpoint gone", endpoint=endpoint_id)


def call_forgotten(services: Services) -> int:
    """As queue.call_forgotten."""
    with services.write() as session:
        return queue.call_forgotten(session, services.clock(), BATCH)


def purge(services: Services) -> int:
    """Forget deliveries that have been done with for 30 days; their events can still be sent again."""
    old = (
        select(WebhookDelivery.id)
        .where(WebhookDelivery.queued_at <= services.clock() - KEPT, ~queue.IS_WAITING)
        .order_by(WebhookDelivery.queued_at)
        .limit(BATCH)
    )
    with services.write() as session:
        gone = session.execute(
            delete(WebhookDelivery)
            .where(WebhookDelivery.id.in_(old))
            .returning(WebhookDelivery.id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())
