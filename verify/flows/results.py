"""Telling the user the result (policy 2.2.1): which events are told, and whether a message is owed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.models import Application, Event, Notification, SealedStep
from verify.models.base import insert_for
from verify.notifiers import channel_of
from verify.services import Services

#: event → template. A cancellation is the user's own doing
TOLD = {
    "verification.verified": "verified",
    "verification.rejected": "rejected",
    "verification.expired": "expired",
    "verification.review": "review",
}

WAITING, SENT, UNKNOWN, GIVEN_UP = "waiting", "sent", "unknown", "given_up"


def owe(session: Session, events: Sequence[Event], services: Services, now: datetime) -> int:
    """Note a message for each of these events of one verification that its user is to be told of; their number."""
    told = [event for event in events if event.type in TOLD]
    channel = channel_of(services.notifiers, livemode=events[0].livemode)
    if not told or channel is None or not _wants_to_know(session, events[0]):
        return 0
    rows = [
        {
            "id": uuid7(),
            "event_id": event.id,
            "verification_id": event.verification_id,
            "template": TOLD[event.type],
            "channel": channel,
            "status": WAITING,
            "attempts": 0,
            "due_at": now,
            "queued_at": now,
        }
        for event in told
    ]
    session.execute(insert_for(session, Notification).values(rows).on_conflict_do_nothing())
    return len(rows)


def _wants_to_know(session: Session, event: Event) -> bool:
    """The application lets users be told, and this one left an address."""
    has_contact = exists().where(SealedStep.verification_id == event.verification_id, SealedStep.step == "contact")
    application, has_contact_now = session.execute(
        select(Application, has_contact).where(Application.id == event.application_id)
    ).one()
    return bool(has_contact_now and application.setting("notify_result"))
