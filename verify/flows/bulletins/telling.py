"""Telling the addressees of released bulletins: one event each, once, and the receipts of what followed from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from verify.flows import events, results
from verify.flows.accounts import locked
from verify.flows.bulletins.kinds import KINDS
from verify.flows.view import rfc3339
from verify.flows.webhooks import queue
from verify.models import Account, Addressee, Bulletin, Event, Notification, WebhookDelivery
from verify.policies import LOCALES
from verify.services import Services

BATCH = 100

#: after which receipts are looked for; then again after as long as has gone by, at most LATER
SOON, LATER = timedelta(minutes=10), timedelta(hours=6)

#: the event by which an account's application learns of it
NOTICE = "account.notice"


def tell(services: Services) -> int:
    """Tell a batch; how many. What is committed was told, what is not was not: nobody is told twice."""
    now = services.clock()
    with services.write() as session:
        rows = {row.account_id: row for row in _due(session, now, Addressee.event_id.is_(None))}
        told = session.scalars(locked(select(Account).where(Account.id.in_(rows)).order_by(Account.id))).all()
        for account in told:
            row = rows[account.id]
            bulletin = session.get_one(Bulletin, row.bulletin_id)
            event = events.append_to_account(
                session, account, NOTICE, now, notice=str(bulletin.id), concerns=bulletin.kind
            )
            row.event_id, row.told_at, row.due_at = event.id, now, now + SOON
    return len(rows)


def settle(services: Services) -> int:
    """Look for the receipts of a batch; how many were looked at."""
    now = services.clock()
    with services.write() as session:
        rows = _due(session, now, Addressee.event_id.is_not(None))
        for row in rows:
            _settle(session, row, now)
    return len(rows)


def _due(session: Session, now: datetime, condition: ColumnElement[bool]) -> Sequence[Addressee]:
    """A batch, at most one of an account, so that an account is locked once."""
    found = session.scalars(
        select(Addressee)
        .where(Addressee.due_at <= now, condition)
        .order_by(Addressee.due_at, Addressee.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return list({row.account_id: row for row in reversed(found)}.values())


def _settle(session: Session, row: Addressee, now: datetime) -> None:
    event = session.get(Event, row.event_id)
    posted = session.scalars(select(WebhookDelivery.status).where(WebhookDelivery.event_id == row.event_id)).all()
    sent = session.execute(
        select(Notification.status, Notification.channel).where(Notification.event_id == row.event_id)
    ).first()
    waits = queue.WAITING in posted or (sent is not None and sent.status == results.WAITING)
    if waits or (event is not None and event.fanned_out_at is None):
        row.due_at = now + min(max(SOON, now - (row.told_at or now)), LATER)
        return
    row.webhook = queue.DELIVERED if queue.DELIVERED in posted else queue.GIVEN_UP if posted else None
    row.message, row.channel = (sent.status, sent.channel) if sent else (None, None)
    row.settled_at, row.due_at = now, None


class Words(NamedTuple):
    subject: str
    text: str


def words(session: Session, event_id: UUID, locale: str) -> Words | None:
    """What a message about this event says; None where it is about no bulletin."""
    found = select(Bulletin).join(Addressee, Addressee.bulletin_id == Bulletin.id).where(Addressee.event_id == event_id)
    bulletin = session.scalars(found).one_or_none()
    if bulletin is None:
        return None
    locale = locale if locale in bulletin.texts else LOCALES[0]
    return Words(KINDS[bulletin.kind].subjects[locale], bulletin.texts[locale])


def receipt(row: Addressee) -> dict[str, str | None]:
    """One addressee as its receipts list it."""
    return {
        "account": f"acc_{row.account_id}",
        "told_at": rfc3339(row.told_at),
        "event": f"evt_{row.event_id}" if row.event_id else None,
        "webhook": row.webhook,
        "message": row.message,
        "channel": row.channel,
        "settled_at": rfc3339(row.settled_at),
    }
