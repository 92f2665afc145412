"""Accounts as applications see them, and the gate to ask before selling (反电信网络诈骗法 21)."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from verify import policies
from verify.errors import Problem
from verify.flows.case import Reach
from verify.flows.methods import TYPES
from verify.flows.states import Status
from verify.flows.view import rfc3339
from verify.models import Account, Consent, Verification

#: how a verification's status reads at the gate; a canceled one says nothing
SHOWN = {
    Status.PENDING: "pending",
    Status.PROCESSING: "pending",
    Status.REVIEW: "review",
    Status.VERIFIED: "verified",
    Status.REJECTED: "rejected",
    Status.EXPIRED: "expired",
}

#: reason at the gate of an account that was closed
CLOSED = "account_closed"


def reachable(reach: Reach, account_ref: str) -> Select[Account]:
    return select(Account).where(
        Account.application_id == reach.application_id,
        Account.livemode == reach.livemode,
        Account.account_ref == account_ref,
    )


def load(session: Session, reach: Reach, account_ref: str) -> Account:
    """One statement, no lock. Raises Problem not_found."""
    found = session.scalars(reachable(reach, account_ref)).one_or_none()
    if found is None:
        raise Problem("not_found")
    return found


def locked(query: Select[Account]) -> Select[Account]:
    """The row under lock and read afresh, before any verification of it is: always in this order (decision 0012).

    Its key never changes, so the lock lets rows be written that refer to it: a step, which holds its verification,
    writes some, and PostgreSQL looks at the account again for each second change of a verification.
    """
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


def load_locked(session: Session, reach: Reach, account_ref: str) -> Account:
    """Raises Problem not_found."""
    found = session.scalars(locked(reachable(reach, account_ref))).one_or_none()
    if found is None:
        raise Problem("not_found")
    return found


def get_locked(session: Session, account_id: UUID) -> Account:
    """For our own jobs and staff, which serve every application."""
    return session.scalars(locked(select(Account).where(Account.id == account_id))).one()


def lock_of(session: Session, verification_id: UUID) -> None:
    """Lock its account for whoever may come to change both, before the verification itself."""
    owner = select(Verification.account_id).where(Verification.id == verification_id).scalar_subquery()
    session.scalars(locked(select(Account).where(Account.id == owner))).one_or_none()


def show(account: Account) -> dict[str, Any]:
    """The account object: what was done to it and when."""
    return {
        "id": f"acc_{account.id}",
        "object": "account",
        "livemode": account.livemode,
        "account_ref": account.account_ref,
        "suspended_at": rfc3339(account.suspended_at),
        "suspended_reason": account.suspended_reason,
        "closed_at": rfc3339(account.closed_at),
        "restricted_at": rfc3339(account.restricted_at),
        "erased_at": rfc3339(account.erased_at),
        "created_at": rfc3339(account.created_at),
    }


def gate(session: Session, application_id: UUID, account_ref: str, today: date, *, livemode: bool) -> dict[str, Any]:
    """The state of each type: a verified one counts whatever came after it, else the newest that says anything.

    Beside it stands whether a major change of the notice, as of ``today`` in China, asks for consent again.
    """
    consented = (
        select(func.max(Consent.policy_version))
        .where(Consent.verification_id == Verification.id, Consent.withdrawn_at.is_(None))
        .correlate(Verification)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Verification.type,
            Verification.status,
            Verification.id,
            Account.closed_at,
            Account.suspended_at,
            Account.suspended_reason,
            Account.refusals,
            consented.label("consented"),
        )
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
        if row.status == Status.VERIFIED and row.consented and policies.is_outdated(row.consented, today):
            gates[row.type]["consent"] = "declined" if f"renewal.{row.type}" in row.refusals else "outdated"
        if row.closed_at is not None:
            gates[row.type] |= {"status": "suspended", "reason": CLOSED}
        elif row.suspended_at is not None:
            gates[row.type] |= {"status": "suspended", "reason": row.suspended_reason}
    return gates
