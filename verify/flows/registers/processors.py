"""Processors (受托人): who they are as configured, what was agreed, how working with one ends (policy 4.1, PIPL 21)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Provider
from verify.flows.checks import SHANGHAI
from verify.models import Agreement, Attempt, Disposal, VendorErasure
from verify.models.base import insert_for
from verify.services import Services

#: rows of one transaction
BATCH = 500


def agree(provider: str, reference: str, agreed_on: date, valid_until: date | None, services: Services) -> Agreement:
    """Note an agreement; the provider may serve again where it was off-boarded before."""
    row = Agreement(
        id=uuid7(),
        provider=provider,
        reference=reference,
        agreed_on=agreed_on,
        valid_until=valid_until,
        added_at=services.clock(),
    )
    with services.write() as session:
        session.add(row)
    services.notebook.forget()
    return row


def end(provider: str, by: str, services: Services) -> bool:
    """Off-board: from now on it is asked for nothing but to delete. False where no agreement stands."""
    with services.write() as session:
        standing = select(Agreement).where(Agreement.provider == provider, Agreement.ended_at.is_(None))
        rows = session.scalars(standing.with_for_update()).all()
        for row in rows:
            row.ended_at, row.ended_by = services.clock(), by
    services.notebook.forget()
    return bool(rows)


def owe_deletions(provider: str, services: Services) -> Iterator[int]:
    """Make the deletion of every copy at the vendor due, batch by batch; how many each time.

    Begun again, it goes on where it stopped. The worker carries them out and keeps each receipt.
    """
    known = services.providers.get(provider)
    erasing = [capability.value for capability, traits in known.capabilities.items() if traits.erases] if known else []
    while erasing and (owed := _owe_batch(provider, erasing, services)):
        yield owed


def _owe_batch(provider: str, capabilities: list[str], services: Services) -> int:
    confirmed = exists().where(VendorErasure.attempt_id == Attempt.id, VendorErasure.confirmed_at.is_not(None))
    copies = (
        select(Attempt.id)
        .where(
            Attempt.provider == provider,
            Attempt.capability.in_(capabilities),
            Attempt.finished_at.is_not(None),
            ~exists().where(Disposal.id == Attempt.id),
            ~confirmed,
        )
        .order_by(Attempt.id)
        .limit(BATCH)
    )
    with services.write() as session:
        ids = session.scalars(copies).all()
        if ids:
            rows = [{"id": attempt_id, "due_at": services.clock(), "attempts": 0} for attempt_id in ids]
            session.execute(insert_for(session, Disposal).values(rows).on_conflict_do_nothing())
    return len(ids)


def confirm(provider: str, receipt: str, services: Services) -> bool:
    """Note the processor's written word that all was returned or deleted; false where it was not off-boarded."""
    with services.write() as session:
        ended = select(Agreement).where(Agreement.provider == provider, Agreement.ended_at.is_not(None))
        rows = session.scalars(ended.with_for_update()).all()
        for row in rows:
            row.receipt, row.receipt_at = receipt, services.clock()
    return bool(rows)


def register(session: Session, services: Services) -> list[dict[str, Any]]:
    """One entry a provider that is configured or was agreed with, by name."""
    agreements: dict[str, list[Agreement]] = {}
    for row in session.scalars(select(Agreement).order_by(Agreement.id)):
        agreements.setdefault(row.provider, []).append(row)
    today = services.clock().astimezone(SHANGHAI).date()
    return [
        {
            **_recipient(name, services.providers.get(name)),
            "agreements": [_agreement(row, today) for row in agreements.get(name, [])],
            "copies": _copies(session, name),
        }
        for name in sorted({*services.providers, *agreements})
    ]


def _recipient(name: str, provider: Provider | None) -> dict[str, Any]:
    if provider is None:
        return {"provider": name, "configured": False}
    told = provider.recipient
    return {
        "provider": name,
        "configured": True,
        "mode": "test" if provider.test_only else "live",
        "name": dict(told.name),
        "contact": told.contact,
        "region": told.region,
        "means": dict(told.method),
        "purposes": sorted(capability.value for capability in provider.capabilities),
        "deletes_on_demand": sorted(c.value for c, traits in provider.capabilities.items() if traits.erases),
    }


def _agreement(row: Agreement, today: date) -> dict[str, Any]:
    over = row.valid_until is not None and row.valid_until < today
    return {
        "reference": row.reference,
        "agreed_on": row.agreed_on.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "state": "ended" if row.ended_at else "over" if over else "current",
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "ended_by": row.ended_by,
        "receipt": row.receipt,
        "receipt_at": row.receipt_at.isoformat() if row.receipt_at else None,
    }


def _copies(session: Session, provider: str) -> dict[str, int]:
    """Calls that left a copy there which was or is to be deleted on demand, and how many are confirmed gone."""
    asked, gone = session.execute(
        select(func.count(), func.count(Disposal.erased_at))
        .select_from(Disposal)
        .join(Attempt, and_(Attempt.id == Disposal.id, Attempt.provider == provider))
    ).one()
    return {"deletions_asked": asked, "deletions_confirmed": gone}
