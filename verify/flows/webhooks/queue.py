"""The queue of deliveries: one line a pair of endpoint and object, of which only the first is due.

Whoever changes a line locks its waiting rows in the order of ``sequence``, so that nothing that comes into
the line is overlooked by what leaves it, and no two lock each other out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Update, exists, func, literal_column, select, update
from sqlalchemy.orm import Session, aliased
from uuid_utils.compat import uuid7

from verify.models import Event, WebhookDelivery, WebhookEndpoint
from verify.models.base import insert_for

WAITING, DELIVERED, GIVEN_UP = "waiting", "delivered", "given_up"
STATUSES = (WAITING, DELIVERED, GIVEN_UP)

EVERYTHING = "*"

#: with a literal, since a database uses a partial index only for what it can see
IS_WAITING = WebhookDelivery.status == literal_column("'waiting'")


def asks_for(endpoint: WebhookEndpoint, event: Event) -> bool:
    return EVERYTHING in endpoint.event_types or event.type in endpoint.event_types


def line_up(session: Session, events: Sequence[Event], endpoints: Iterable[WebhookEndpoint], now: datetime) -> int:
    """Put events of one object, in their order, behind what waits already; how many deliveries that makes."""
    wanted = [
        (endpoint, event)
        for endpoint in endpoints
        for event in events
        if asks_for(endpoint, event) and endpoint.created_at <= event.created_at
    ]
    if not wanted:
        return 0
    served = set(
        session.scalars(
            select(WebhookDelivery.endpoint_id)
            .where(WebhookDelivery.object_id == events[0].about_id, IS_WAITING)
            .order_by(WebhookDelivery.endpoint_id, WebhookDelivery.sequence)
            .with_for_update()
        )
    )
    rows = []
    for endpoint, event in wanted:
        rows.append(_row(endpoint, event, now, None if endpoint.id in served else now))
        served.add(endpoint.id)
    session.execute(insert_for(session, WebhookDelivery).values(rows).on_conflict_do_nothing())
    return len(rows)


def send_again(session: Session, event: Event, endpoints: Iterable[WebhookEndpoint], now: datetime) -> None:
    """Have one event delivered, as if for the first time."""
    insert = insert_for(session, WebhookDelivery).values([_row(endpoint, event, now, now) for endpoint in endpoints])
    anew = ("status", "attempts", "error", "due_at", "queued_at", "delivered_at")
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["endpoint_id", "event_id"], set_={name: insert.excluded[name] for name in anew}
        )
    )


def _row(endpoint: WebhookEndpoint, event: Event, now: datetime, due_at: datetime | None) -> dict[str, object]:
    return {
        "id": uuid7(),
        "endpoint_id": endpoint.id,
        "event_id": event.id,
        "object_id": event.about_id,
        "sequence": event.sequence,
        "status": WAITING,
        "attempts": 0,
        "error": None,
        "due_at": due_at,
        "queued_at": now,
        "delivered_at": None,
    }


def has_earlier() -> ColumnElement[bool]:
    """True for a delivery with another before it in its line."""
    earlier = aliased(WebhookDelivery)
    return exists().where(
        earlier.endpoint_id == WebhookDelivery.endpoint_id,
        earlier.object_id == WebhookDelivery.object_id,
        earlier.status == literal_column("'waiting'"),
        earlier.sequence < WebhookDelivery.sequence,
    )


def call_next(session: Session, left: WebhookDelivery, now: datetime) -> None:
    """The one behind a delivery that left the line is due."""
    first = (
        select(WebhookDelivery.id)
        .where(WebhookDelivery.object_id == left.object_id, WebhookDelivery.endpoint_id == left.endpoint_id, IS_WAITING)
        .order_by(WebhookDelivery.sequence)
        .limit(1)
    )
    _change(
        session,
        update(WebhookDelivery)
        .where(WebhookDelivery.id == first.scalar_subquery(), WebhookDelivery.due_at.is_(None))
        .values(due_at=now),
    )


def give_up_all(session: Session, endpoint_id: UUID) -> None:
    """Nothing waits for an endpoint that is disabled; all of it can be sent again. The endpoint is locked."""
    _lock_lines(session, endpoint_id)
    _change(
        session,
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id, IS_WAITING)
        .values(status=GIVEN_UP, error="endpoint_disabled", due_at=None),
    )


def _lock_lines(session: Session, endpoint_id: UUID) -> None:
    session.execute(
        select(func.count()).select_from(
            select(WebhookDelivery.id)
            .where(WebhookDelivery.endpoint_id == endpoint_id, IS_WAITING)
            .order_by(WebhookDelivery.object_id, WebhookDelivery.sequence)
            .with_for_update()
            .subquery()
        )
    )


def call_forgotten(session: Session, now: datetime, limit: int) -> int:
    """Make the first of a line due that nobody called: there is none unless something went wrong."""
    forgotten = select(WebhookDelivery.id).where(IS_WAITING, WebhookDelivery.due_at.is_(None), ~has_earlier())
    called = session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id.in_(forgotten.limit(limit)))
        .values(due_at=now)
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(called.all())


def _change(session: Session, statement: Update) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
