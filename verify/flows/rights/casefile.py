"""One request with what staff need to answer it: who did what, the account's verifications, and what is kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify.errors import Problem
from verify.flows import erasure
from verify.flows.holdings import Holding, holdings_of
from verify.flows.rights import desk, listing, outstanding
from verify.flows.rights.listing import Row
from verify.flows.staff.desk import Staff
from verify.flows.staff.roles import Permission
from verify.models import Account, Event, Operator, RightsNote, RightsRequest, Verification
from verify.services import Services

#: verifications shown, the latest first
SHOWN = 50


@dataclass(frozen=True, repr=False)
class CaseFile:
    """No words of the person: those are revealed. ``erased`` is the answer to an erasure, where there was one.

    ``is_outstanding``: what is asked for has to be done before it is answered.
    """

    row: Row
    history: Sequence[tuple[Event, Mapping[str, Any]]]
    names: Mapping[UUID, str]
    notes: Sequence[tuple[RightsNote, str | None]]
    verifications: Sequence[Verification]
    items: Sequence[str]
    kept: Sequence[Holding]
    erased: Mapping[str, Any] | None
    is_outstanding: bool


def gather(staff: Staff, request_id: UUID, services: Services) -> CaseFile:
    """Raises Problem not_found."""
    staff.need(Permission.SEE)
    with services.read() as session:
        found = session.execute(listing.rows(staff).where(RightsRequest.id == request_id)).one_or_none()
        if found is None:
            raise Problem("not_found")
        row = listing.row_of(*found, now=services.clock())
        own = select(Verification).where(Verification.account_id == row.account.id).order_by(Verification.id.desc())
        return CaseFile(
            row,
            _history(session, row.request),
            dict(session.execute(select(Operator.id, Operator.name)).all()),
            desk.notes_of(session, row.request, services),
            session.scalars(own.limit(SHOWN)).all(),
            outstanding.live_items(session, row.account) if row.request.kind == "withdrawal" else (),
            holdings_of(session, row.account, services),
            _erased(session, row.account, services),
            outstanding.is_outstanding(session, row.request, row.account),
        )


def _history(session: Session, request: RightsRequest) -> list[tuple[Event, Mapping[str, Any]]]:
    """Its entries in the account's chain, the latest first."""
    own = select(Event).where(Event.account_id == request.account_id, Event.about_id == request.id)
    return [(event, json.loads(event.payload)) for event in session.scalars(own.order_by(Event.seq.desc()))]


def _erased(session: Session, account: Account, services: Services) -> Mapping[str, Any] | None:
    if account.erased_at is None:
        return None
    return erasure.show(erasure.last(session, account.id, services))
