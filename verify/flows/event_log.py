"""Events as applications read them: over webhooks and at GET /v1/events, in the same words."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from verify.errors import Problem
from verify.flows import accounts
from verify.flows.case import Reach
from verify.flows.rights.requests import thin
from verify.flows.view import rfc3339, show_many
from verify.models import Account, Application, Event, RightsRequest, Verification
from verify.services import Services

#: what an event is about → prefix of its id
PREFIXES: Mapping[str, str] = {"verification": "ver_", "account": "acc_", "rights_request": "req_"}


class Told(NamedTuple):
    """An event, and what it is about as that stands now."""

    event: Event
    verification: Verification | None
    account: Account | None
    request: RightsRequest | None


def public() -> Select[*tuple[Any, ...]]:
    """What is shown of, in one statement; rows are read with ``Told._make``."""
    return (
        select(Event, Verification, Account, RightsRequest)
        .outerjoin(Verification, Verification.id == Event.verification_id)
        .outerjoin(Application, Application.id == Verification.application_id)
        .outerjoin(Account, Account.id == Event.account_id)
        .outerjoin(RightsRequest, RightsRequest.id == Event.about_id)
        .options(contains_eager(Verification.application))
        .where(Event.sequence.is_not(None))
    )


def reachable(reach: Reach) -> Select[*tuple[Any, ...]]:
    return public().where(Event.application_id == reach.application_id, Event.livemode == reach.livemode)


def load(session: Session, reach: Reach, event_id: UUID) -> Told:
    """Raises Problem not_found."""
    found = session.execute(reachable(reach).where(Event.id == event_id)).one_or_none()
    if found is None:
        raise Problem("not_found")
    return Told._make(found)


def show(event: Event, shown: dict[str, Any]) -> dict[str, Any]:
    """The object of the contract. ``shown`` is what it is about."""
    return {
        "id": f"evt_{event.id}",
        "type": event.type,
        "created_at": rfc3339(event.created_at),
        "sequence": event.sequence,
        "data": shown,
    }


def show_all(page: Sequence[Told], services: Services) -> list[dict[str, Any]]:
    """A page of them, with one read of the key store for all."""
    verifications = {told.verification.id: told.verification for told in page if told.verification is not None}
    shown = dict(zip(verifications, show_many(list(verifications.values()), services), strict=True))
    return [show(told.event, shown[told.verification.id] if told.verification else about(told)) for told in page]


def about(told: Told) -> dict[str, Any]:
    """What an event of an account's chain is about."""
    if told.account is None:
        msg = "an event belongs to a chain"
        raise ValueError(msg)
    if told.event.about == "rights_request":
        return thin(told.request, told.account) if told.request else {"object": "rights_request", "deleted": True}
    shown = accounts.show(told.account)
    if told.event.type == "consent.withdrawn":
        shown["withdrawn"] = json.loads(told.event.payload)["items"]
    if told.event.type == "account.notice":
        said = json.loads(told.event.payload)
        shown["notice"] = {"id": f"anc_{said['notice']}", "kind": said["concerns"]}
    if told.event.type == "policy.announced":
        shown["policy_version"] = json.loads(told.event.payload)["version"]
    return shown
