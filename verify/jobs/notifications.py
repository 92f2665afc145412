"""Sending the results owed to users: at most once each.

A message is marked as handed over, and that committed, before it leaves. Whatever fails before is tried again;
a crash or silence after leaves it ``unknown``, and it is never sent a second time.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

import structlog
from sqlalchemy import delete, func, literal_column, select, update
from sqlalchemy.orm import joinedload

from crypto.errors import KeyShredded
from providers.base import Told
from verify import metrics
from verify.flows import results
from verify.flows.bulletins import telling
from verify.flows.case import with_application
from verify.flows.notices import SmsNotifier
from verify.flows.sealing import open_steps
from verify.models import Notification, Verification
from verify.models.due import claim, hold, is_free, release
from verify.notifiers import SMS
from verify.notifiers.base import Message, Notifier, NotSent, Unclear
from verify.services import Services

log = structlog.get_logger()

#: before each further try; a result told a day late is worth little
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))

#: ids, codes and times; what happened stays in the events
KEPT = timedelta(days=30)

BATCH = 100

IS_WAITING = Notification.status == literal_column("'waiting'")
NOT_HANDED_OVER = Notification.handed_at.is_(None)


class LeaseLost(Exception):
    """Another worker took the message up; this one must not send it."""


def due(services: Services, each: int, but: Collection[UUID] = ()) -> Sequence[tuple[UUID, UUID]]:
    """(channel, message) of what may go now: at most ``each`` of one channel, the longest due first."""
    place = func.row_number().over(partition_by=Notification.channel, order_by=Notification.due_at)
    ready = (
        select(Notification.channel, Notification.id, place.label("place"))
        .where(is_free(Notification, services.clock()), NOT_HANDED_OVER)
        .subquery()
    )
    first = select(ready.c.channel, ready.c.id).where(ready.c.place <= each).order_by(ready.c.place)
    with services.read() as session:
        found = [(recipient_of(row.channel), row.id) for row in session.execute(first)]
    return [(recipient, notification_id) for recipient, notification_id in found if recipient not in but]


def recipient_of(channel: str) -> UUID:
    """All messages of a channel share one server, so they count as to one recipient."""
    return uuid5(NAMESPACE_DNS, channel)


def notify(services: Services, notification_id: UUID) -> bool:
    """Try one message once; False when it was not to be had."""
    notification = _claimed(services, notification_id)
    if notification is None:
        return False
    outcome = _outcome(services, notification)
    metrics.notification_tried(outcome["error"] or "sent")
    log.info("notification tried", notification=notification.id, result=outcome["error"] or "sent")
    with services.write() as session:
        release(session, notification, **outcome)
    return True


def _claimed(services: Services, notification_id: UUID) -> Notification | None:
    with services.write() as session:
        notification = claim(session, Notification, notification_id, services.clock(), where=NOT_HANDED_OVER)
        session.expunge_all()  # what is read later must not change whose lease this is
    return notification


def _outcome(services: Services, notification: Notification) -> dict[str, Any]:
    """What came of it, as values of the row."""
    handed_over = Event()

    def hand_over(*rows: Any) -> None:
        _commit_to(services, notification, *rows)
        handed_over.set()

    try:
        message, notifier = _message(services, notification)
        notifier.send(message, hand_over)
    except NotSent as failed:
        return _failed(services, notification, failed)
    except Exception as error:  # a bug must neither send twice nor try without end
        if not isinstance(error, Unclear | LeaseLost):
            log.exception("notification broke", notification=notification.id)
        if handed_over.is_set():
            return {"status": results.UNKNOWN, "error": "no_answer", "due_at": None}
        return _failed(services, notification, NotSent("internal_error"))
    return {"status": results.SENT, "error": None, "due_at": None, "sent_at": services.clock()}


def _message(services: Services, notification: Notification) -> tuple[Message, Notifier]:
    """Raises NotSent where there is nobody to tell any more."""
    with services.read() as session:
        query = with_application().options(joinedload(Verification.consents))
        verification = session.scalars(query.where(Verification.id == notification.verification_id)).unique().one()
        try:
            contact = open_steps(session, services.vault.keys(verification.id), verification, ["contact"])
        except KeyShredded:
            raise NotSent("erased", for_good=True) from None
        words = telling.words(session, notification.event_id, verification.locale)
    notifier = _notifier(services, notification.channel, verification)
    to = notifier.address(contact)
    if to is None:
        raise NotSent("no_address", for_good=True)
    told = Told(notification.template)
    return Message(str(notification.id), to, verification.locale, told, verification.application.name, words), notifier


def _notifier(services: Services, channel: str, verification: Verification) -> Notifier:
    if channel == SMS:
        return SmsNotifier(verification, services)
    notifier = services.notifiers.get(channel)
    if notifier is None:
        raise NotSent("no_notifier", for_good=True)
    return notifier


def _commit_to(services: Services, notification: Notification, *rows: Any) -> None:
    """Past this it may have been sent, whatever happens. Raises LeaseLost for who was too slow to come here."""
    with services.write() as session:
        if not hold(session, notification, NOT_HANDED_OVER, handed_at=services.clock()):
            raise LeaseLost
        session.add_all(rows)


def _failed(services: Services, notification: Notification, failed: NotSent) -> dict[str, Any]:
    if failed.for_good or notification.attempts > len(WAITS):
        return {"status": results.GIVEN_UP, "error": failed.code, "due_at": None}
    wait = WAITS[notification.attempts - 1]
    return {"error": failed.code, "due_at": services.clock() + wait, "handed_at": None}


def settle_unknown(services: Services) -> int:
    """What was handed over by a worker that died: nobody knows, so it is not sent again."""
    with services.write() as session:
        left = session.execute(
            update(Notification)
            .where(IS_WAITING, Notification.handed_at.is_not(None), Notification.lease_until <= services.clock())
            .values(status=results.UNKNOWN, error="no_answer", due_at=None)
            .returning(Notification.id)
            .execution_options(synchronize_session=False)
        )
        return len(left.all())


def purge(services: Services) -> int:
    """Forget messages that have been done with for 30 days."""
    old = (
        select(Notification.id)
        .where(Notification.queued_at <= services.clock() - KEPT, ~IS_WAITING)
        .order_by(Notification.queued_at)
        .limit(BATCH)
    )
    with services.write() as session:
        gone = session.execute(
            delete(Notification)
            .where(Notification.id.in_(old))
            .returning(Notification.id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())
