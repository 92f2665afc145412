"""Why something of an account is still here: each class that is kept, its law or purpose, and its last day."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from verify.flows.keeping import KEPT
from verify.flows.retention import CLASSES, Anchor, keep_until
from verify.flows.view import rfc3339
from verify.models import Account, Hold, RightsRequest, Verification

#: why it is kept: its period runs, or has not begun, or stands still
PERIOD, OPEN, ACTIVE, HELD = "period", "verification_open", "account_open", "legal_hold"
UNANSWERED = "request_open"

REASONS = {Anchor.ENDED: OPEN, Anchor.ACCOUNT_CLOSED: ACTIVE, Anchor.ANSWERED: UNANSWERED}


@dataclass(frozen=True)
class Holding:
    """``until`` is null while the clock has not started or a hold stands; ``reason`` says which.

    ``only_stored``: since an erasure or a correction nothing else is done with it (policy 6.3).
    """

    of: str
    retention_class: str
    holds: str
    basis: str
    until: datetime | None
    reason: str
    only_stored: bool = False

    def shown(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "class": self.retention_class,
            "holds": self.holds,
            "basis": self.basis,
            "until": rfc3339(self.until),
            "reason": self.reason,
            "only_stored": self.only_stored,
        }


def is_under_hold(session: Session, account_id: UUID) -> bool:
    return bool(session.scalar(select(exists().where(Hold.account_id == account_id, Hold.lifted_at.is_(None)))))


def holdings_of(session: Session, account: Account) -> list[Holding]:
    """Everything of the account in the main store, oldest verification first."""
    held = is_under_hold(session, account.id)
    found: list[Holding] = []
    for name, kept in KEPT.items():
        if kept.owner is not Verification:
            continue
        own = select(Verification).where(Verification.account_id == account.id, kept.has_some)
        for verification in session.scalars(own.order_by(Verification.id)):
            started = verification.ended_at if CLASSES[name].anchor is Anchor.ENDED else account.closed_at
            holding = _holding(f"ver_{verification.id}", name, started, held=held)
            found.append(replace(holding, only_stored=verification.redacted_at is not None))
    asked = select(RightsRequest).where(RightsRequest.account_id == account.id).order_by(RightsRequest.id)
    found += [
        _holding(f"req_{request.id}", "rights_request", request.answered_at, held=held)
        for request in session.scalars(asked)
    ]
    found.append(_holding(f"acc_{account.id}", "account", account.closed_at, held=held))
    return sorted(found, key=lambda holding: holding.of)


def _holding(of: str, name: str, started: datetime | None, *, held: bool) -> Holding:
    row = CLASSES[name]
    until = None if held or started is None else keep_until(name, started)
    reason = HELD if held else PERIOD if until else REASONS[row.anchor]
    return Holding(of, name, row.holds, row.basis, until, reason)
