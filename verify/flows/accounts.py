"""The gate an application asks before it sells (反电信网络诈骗法 21)."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from verify.flows.methods import TYPES
from verify.flows.states import Status
from verify.models import Account, Verification

#: how a verification's status reads at the gate; a canceled one says nothing
SHOWN = {
    Status.PENDING: "pending",
    Status.PROCESSING: "pending",
    Status.REVIEW: "review",
    Status.VERIFIED: "verified",
    Status.REJECTED: "rejected",
    Status.EXPIRED: "expired",
}


def gate(session: Session, application_id: UUID, account_ref: str, *, livemode: bool) -> dict[str, Any]:
    """The state of each type: a verified one counts whatever came after it, else the newest that says anything."""
    rows = session.execute(
        select(Verification.type, Verification.status, Verification.id, Account.suspended_at, Account.suspended_reason)
        .join(Verification.account)
        .where(
            Account.application_id == application_id,
            Account.livemode == livemode,
            Account.account_ref == account_ref,
            Verification.status.in_(SHOWN),
        )
        .order_by(case((Verification.status == Status.VERIFIED, 0), else_=1), Verification.id.desc())
    ).all()
    gates: dict[str, Any] = {type_: {"status": "none", "verification": None} for type_ in TYPES}
    for row in reversed(rows):
        gates[row.type] = {"status": SHOWN[Status(row.status)], "verification": f"ver_{row.id}"}
        if row.suspended_at is not None:
            gates[row.type] |= {"status": "suspended", "reason": row.suspended_reason}
    return gates
