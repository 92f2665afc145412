"""What needs a second person: one table, and the proposals that wait for one."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.errors import Problem
from verify.flows import progress
from verify.flows.review.referrals import referrals
from verify.flows.staff.desk import Staff
from verify.models import Proposal, Verification
from verify.services import Services


class Matter(StrEnum):
    OVERRIDE = "override"  #: approve against an outcome
    REVEAL_MINOR = "reveal_minor"  #: see a minor's data (policy 7)


#: why a step waits for a person → whether approving overrides what a check said. What is not listed does
ALONE: Mapping[str, bool] = {
    "authorization_letter_review": True,
    "license_unreadable": True,
    "child_needs_person": True,
}


def overridden(verification: Verification) -> list[str]:
    """Steps whose outcome an approval would go against: not passed, or referred for what no one decides alone."""
    referred = referrals(verification)
    return [
        step.name
        for step in progress.steps_of(verification)
        if progress.state(verification, step.name)["status"] != progress.PASSED
        or (step.name in referred and not ALONE.get(referred[step.name], False))
    ]


def open_proposal(session: Session, verification_id: UUID, kind: Matter, step: str | None = None) -> Proposal | None:
    return session.scalars(
        select(Proposal)
        .where(
            Proposal.verification_id == verification_id,
            Proposal.kind == kind,
            Proposal.step.is_(None) if step is None else Proposal.step == step,
            Proposal.answered_at.is_(None),
        )
        .with_for_update()
    ).first()


def by_id(session: Session, verification_id: UUID, proposal_id: UUID) -> Proposal:
    """One that waits. Raises Problem proposal_answered."""
    found = session.scalars(
        select(Proposal)
        .where(Proposal.id == proposal_id, Proposal.verification_id == verification_id, Proposal.answered_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise Problem("proposal_answered")
    return found


def propose(
    session: Session,
    verification: Verification,
    kind: Matter,
    staff: Staff,
    services: Services,
    step: str | None = None,
) -> Proposal:
    """Raises Problem where one waits already."""
    if open_proposal(session, verification.id, kind, step) is not None:
        raise Problem("second_person_required", "This waits for a second person already.")
    made = Proposal(
        id=uuid7(),
        verification_id=verification.id,
        kind=kind,
        step=step,
        proposed_by=staff.id,
        proposed_at=services.clock(),
    )
    session.add(made)
    return made


def answer(proposal: Proposal, staff: Staff, services: Services, *, confirmed: bool) -> None:
    """Raises Problem own_proposal: nobody is their own second person, though they may take it back."""
    if confirmed and proposal.proposed_by == staff.id:
        raise Problem("own_proposal")
    proposal.answered_by, proposal.answered_at, proposal.confirmed = staff.id, services.clock(), confirmed


def dismiss(session: Session, verification: Verification, staff: Staff, services: Services) -> None:
    """An override that waits is answered by whatever else is done to the case."""
    proposal = open_proposal(session, verification.id, Matter.OVERRIDE)
    if proposal is not None:
        answer(proposal, staff, services, confirmed=False)
