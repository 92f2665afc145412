"""Telling the user the result (policy 2.2.1): which events are told, over which channel, and what is owed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Capability, Told
from verify.flows import progress
from verify.flows.case import with_application
from verify.flows.routing import configured
from verify.models import Consent, Event, Notification, SealedStep, Verification
from verify.models.base import insert_for
from verify.notifiers import SMS, channel_of
from verify.services import Services

#: event → what is told. A cancellation is the user's own doing
TOLD = {
    "verification.verified": Told.VERIFIED,
    "verification.rejected": Told.REJECTED,
    "verification.expired": Told.EXPIRED,
    "verification.review": Told.REVIEW,
}

WAITING, SENT, UNKNOWN, GIVEN_UP = "waiting", "sent", "unknown", "given_up"


def asks_to_text(verification: Verification, services: Services) -> bool:
    """True when the result would be told by SMS if the user allows it: no other channel reaches them."""
    texts = bool(configured(Capability.NOTICE, livemode=verification.livemode, services=services))
    wanted = verification.application.setting("notify_result")
    return bool(wanted) and _channel(verification, services, texts=texts) == SMS


def _channel(verification: Verification, services: Services, *, texts: bool) -> str | None:
    contact: Collection[str] = progress.contact(verification)
    return channel_of(services.notifiers, contact, livemode=verification.livemode, texts=texts)


def owe(session: Session, events: Sequence[Event], services: Services, now: datetime) -> int:
    """Note a message for each of these events of one verification that its user is to be told of; their number."""
    told = [event for event in events if event.type in TOLD]
    channel = _channel_of(session, told[0], services) if told else None
    if channel is None or told[0].verification_id is None:
        return 0
    return _note(session, told, told[0].verification_id, channel, now)


def _note(session: Session, told: Sequence[Event], verification_id: UUID, channel: str, now: datetime) -> int:
    rows = [
        {
            "id": uuid7(),
            "event_id": event.id,
            "verification_id": verification_id,
            "template": TOLD.get(event.type, Told.NOTICE),
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


def owe_notices(session: Session, events: Sequence[Event], services: Services, now: datetime) -> int:
    """The same for notices to an account's owner, wherever they left an address last. A law asks for these, so that
    no application can keep them to itself."""
    told = [event for event in events if event.type == "account.notice"]
    found = session.scalars(_last_contact(told[0])).first() if told else None
    if found is None:
        return 0
    may_text = select(_may_text(found.id))
    channel = _channel(found, services, texts=bool(session.scalar(may_text)))
    if channel is None:
        return 0
    return _note(session, told, found.id, channel, now)


def _last_contact(event: Event) -> Select[Verification]:
    has_contact = exists().where(SealedStep.verification_id == Verification.id, SealedStep.step == "contact")
    own = with_application().where(Verification.account_id == event.account_id, has_contact)
    return own.order_by(Verification.id.desc()).limit(1)


def _may_text(verification_id: UUID | None) -> ColumnElement[bool]:
    return exists().where(
        Consent.verification_id == verification_id,
        Consent.capability == Capability.NOTICE,
        Consent.withdrawn_at.is_(None),
    )


def _channel_of(session: Session, event: Event, services: Services) -> str | None:
    """None unless the application lets users be told, and this one left an address and allowed its use."""
    has_contact = exists().where(SealedStep.verification_id == event.verification_id, SealedStep.step == "contact")
    may_text = _may_text(event.verification_id)
    verification, has_contact_now, may_text_now = session.execute(
        with_application().add_columns(has_contact, may_text).where(Verification.id == event.verification_id)
    ).one()
    if not has_contact_now or not verification.application.setting("notify_result"):
        return None
    return _channel(verification, services, texts=may_text_now)
