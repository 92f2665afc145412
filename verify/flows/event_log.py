"""Events as applications read them: over webhooks and at GET /v1/events, in the same words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from verify.errors import Problem
from verify.flows.case import Reach
from verify.flows.view import rfc3339, show_many
from verify.models import Event, Verification
from verify.services import Services

#: an event, and the verification it is about as that stands now
Pair = tuple[Event, Verification]


def public() -> Select[*Pair]:
    """What is shown of, in one statement."""
    return (
        select(Event, Verification)
        .join(Verification, Verification.id == Event.verification_id)
        .join(Verification.application)
        .options(contains_eager(Verification.application))
        .where(Event.sequence.is_not(None))
    )


def reachable(reach: Reach) -> Select[*Pair]:
    return public().where(Event.application_id == reach.application_id, Event.livemode == reach.livemode)


def load(session: Session, reach: Reach, event_id: UUID) -> Pair:
    """Raises Problem not_found."""
    found = session.execute(reachable(reach).where(Event.id == event_id)).one_or_none()
    if found is None:
        raise Problem("not_found")
    return found


def show(event: Event, shown: dict[str, Any]) -> dict[str, Any]:
    """The object of the contract. ``shown`` is the verification."""
    return {
        "id": f"evt_{event.id}",
        "type": event.type,
        "created_at": rfc3339(event.created_at),
        "sequence": event.sequence,
        "data": shown,
    }


def show_all(pairs: Sequence[Pair], services: Services) -> list[dict[str, Any]]:
    """A page of them, with one read of the key store for all."""
    about = {verification.id: verification for _, verification in pairs}
    shown = dict(zip(about, show_many(list(about.values()), services), strict=True))
    return [show(event, shown[verification.id]) for event, verification in pairs]
