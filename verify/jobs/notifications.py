"""Sending the results owed to users: at most once each.

A message is marked as handed over, and that committed, before it leaves. Whatever fails before is tried again;
a crash or silence after leaves it ``unknown``, and it is never sent a second time.
"""

from collections.abc import Sequence
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, literal_column, select, update

from crypto.errors import KeyShredded
from verify import metrics
from verify.flows import results
from verify.flows.case import with_application
from verify.flows.sealing import open_steps
from verify.models import Notification, Verification
from verify.models.due import claim, hold, release, waiting
from verify.notifiers.base import Message, Notifier, NotSent, Unclear
from verify.notifiers.texts import written
from verify.services import Services

log = structlog.get_logger()

#: before each further try; a result told a day late is worth little
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))

#: ids, codes and times; what happened stays in the events
KEPT = timedelta(days=30)

BATCH = 100

#: they share one mail server, so they count as one recipient
SERVER = UUID(int=0)

IS_WAITING = Notification.status == literal_column("'waiting'")
NOT_HANDED_OVER = Notification.handed_at.is_(None)


class LeaseLost(Exception):
    """Another worker took the message up; this one must not send it."""


def due(services: Services, each: int) -> Sequence[tuple[UUID, UUID]]:
    """(SERVER, message) of what may go now."""
    with services.read() as session:
        found = waiting(session, Notification, services.clock(), each, NOT_HANDED_OVER)
    return [(SERVER, notification_id) for notification_id in found]


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

    def hand_over() -> None:
        _commit_to(services, notification)
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
    notifier = services.notifiers.get(notification.channel)
    if notifier is None:
        raise NotSent("no_notifier", for_good=True)
    with services.read() as session:
        verification = session.scalars(with_application().where(Verification.id == notification.verification_id)).one()
        try:
            contact = open_steps(session, services.vault.keys(verification.id), verification, ["contact"])
        except KeyShredded:
            raise NotSent("erased", for_good=True) from None
    to = notifier.address(contact)
    if to is None:
        raise NotSent("no_address", for_good=True)
    subject, text = written(notification.template, verification.locale, verification.application.name)
    return Message(str(notification.id), to, verification.locale, subject, text), notifier


def _commit_to(services: Services, notification: Notification) -> None:
    """Past this it may have been sent, whatever happens. Raises LeaseLost for who was too slow to come here."""
    with services.write() as session:
        if not hold(session, notification, NOT_HANDED_OVER, handed_at=services.clock()):
            raise LeaseLost


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
