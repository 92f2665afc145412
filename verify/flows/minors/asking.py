"""Naming a guardian for a minor's verification. Only the application does it, and only it gets the guardian's token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from verify.errors import Problem, invalid
from verify.flows import accounts, events, idempotency, progress, withdrawal
from verify.flows.case import Reach, Ref, load, load_open, refuse_overdue
from verify.flows.enterprise import holder
from verify.flows.idempotency import Ticket
from verify.flows.minors.answers import REPLACED, REQUESTED
from verify.flows.minors.rules import group_of
from verify.flows.sealing import open_steps
from verify.flows.view import rfc3339
from verify.models import Account, Guardianship, Verification
from verify.policies.minors import PREFIX
from verify.services import Services


@dataclass(frozen=True, repr=False)
class Named:
    """Whom the application names: an account of its own, and how its owner is related to the minor.

    ``asked_by_guardian``: who said no asks for it themselves, so that nobody nags them.
    """

    account_ref: str
    relationship: str
    asked_by_guardian: bool = False


def name(ref: Ref, named: Named, services: Services, ticket: Ticket | None = None) -> Guardianship:
    """Ask somebody for their consent, in place of whoever was asked before. Raises Problem."""
    now = services.clock()
    with refuse_overdue(ref, services), services.write() as session:
        idempotency.claim(session, ticket, ref.verification_id, now, status=201)
        verification = load_open(session, ref, services)
        if progress.next_step(verification) != progress.GUARDIAN_STEP:
            raise Problem("step_not_expected", next_step=progress.next_step(verification))
        guardian, personal = able(session, ref, named.account_ref, verification, services)
        if not named.asked_by_guardian:
            withdrawal.refuse_nagging(verification.application, guardian.refusals, {refusal(verification)}, now)
        before = standing(session, verification.id)
        if before is not None:
            end(before, REPLACED, now)
            session.flush()
        guardianship = Guardianship(
            id=uuid7(),
            verification_id=verification.id,
            guardian_verification_id=personal,
            account_ref=named.account_ref,
            relationship=named.relationship,
            status=REQUESTED,
            requested_at=now,
        )
        session.add(guardianship)
        events.append(
            session, verification, "guardian.named", now, guardian=str(personal), relationship=named.relationship
        )
    return guardianship


def able(
    session: Session, ref: Ref, account_ref: str, verification: Verification, services: Services
) -> tuple[Account, UUID]:
    """The account of somebody of age who was verified, and by which verification. Raises Problem."""
    reach = Reach(ref.application_id, ref.livemode)
    account = session.scalars(accounts.reachable(reach, account_ref)).one_or_none()
    if account is None or account.closed_at or account.suspended_at or account.restricted_at:
        raise Problem("guardian_not_verified")
    if account.id == verification.account_id:
        raise invalid("account_ref", "own_account")
    try:
        personal = holder.verified_person(session, account.id)
        known = open_steps(
            session, services.vault.keys(personal), personal, holder.GIVEN_IN, retention_class="identity"
        )
    except (Problem, KeyShredded):
        raise Problem("guardian_not_verified") from None
    if "id_number" not in known or group_of(known["id_number"], services.clock()) is not None:
        raise Problem("guardian_not_verified")
    return account, personal


def refusal(verification: Verification) -> str:
    """Under which the guardian's account remembers that its owner said no to this minor."""
    return f"{PREFIX}{verification.account_id}"


def standing(session: Session, verification_id: UUID) -> Guardianship | None:
    """The one that stands, locked."""
    return session.scalars(
        select(Guardianship)
        .where(Guardianship.verification_id == verification_id, Guardianship.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def end(guardianship: Guardianship, how: str, now: datetime) -> None:
    guardianship.status = how
    guardianship.ended_at = now


def latest(session: Session, ref: Ref) -> Guardianship:
    """Raises Problem not_found."""
    verification = load(session, ref)
    found = session.scalars(
        select(Guardianship)
        .where(Guardianship.verification_id == verification.id)
        .order_by(Guardianship.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise Problem("not_found")
    return found


def show(guardianship: Guardianship) -> dict[str, Any]:
    """The object of the contract."""
    return {
        "id": f"grd_{guardianship.id}",
        "object": "guardian",
        "verification": f"ver_{guardianship.verification_id}",
        "account_ref": guardianship.account_ref,
        "relationship": guardianship.relationship,
        "status": guardianship.status,
        "requested_at": rfc3339(guardianship.requested_at),
        "answered_at": rfc3339(guardianship.answered_at),
        "ended_at": rfc3339(guardianship.ended_at),
    }
