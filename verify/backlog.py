"""What waits, why, and for how long: the queues of due work, read from their own tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, literal_column, select
from sqlalchemy.orm import Session

from verify.models import Attempt, Event, Notification, Transfer, WebhookDelivery

#: with a literal, since a database uses a partial index only for what it can see
WAITING: ColumnElement[str] = literal_column("'waiting'")


@dataclass(frozen=True)
class Queue:
    """Rows that wait, the time since when, and a code of why."""

    waits: Sequence[ColumnElement[bool]]
    since: Any
    why: Any


QUEUES: Mapping[str, Queue] = {
    "events": Queue(
        (Event.fanned_out_at.is_(None), Event.sequence.is_not(None)), Event.created_at, literal("not_looked_at")
    ),
    "webhooks": Queue(
        (WebhookDelivery.status == WAITING,),
        WebhookDelivery.queued_at,
        case(
            (WebhookDelivery.due_at.is_(None), "behind_an_earlier"),
            else_=func.coalesce(WebhookDelivery.error, "not_tried_yet"),
        ),
    ),
    "notifications": Queue(
        (Notification.status == WAITING,), Notification.queued_at, func.coalesce(Notification.error, "not_tried_yet")
    ),
    "attempts": Queue(
        (Attempt.finished_at.is_(None),), Attempt.started_at, func.coalesce(Attempt.outcome, "not_answered_yet")
    ),
    "transfers": Queue(
        (Transfer.status.in_(("created", "requested", "unknown")),), Transfer.created_at, Transfer.status
    ),
}


@dataclass(frozen=True)
class Pile:
    """Rows of one queue that wait for one reason; ``oldest`` is since when the first of them does."""

    queue: str
    why: str
    count: int
    oldest: datetime


def piles(session: Session) -> Iterator[Pile]:
    for name, queue in QUEUES.items():
        why = queue.why.label("why")
        grouped = select(why, func.count(), func.min(queue.since)).where(*queue.waits).group_by(why).order_by(why)
        for row in session.execute(grouped):
            yield Pile(name, row[0], row[1], row[2])
