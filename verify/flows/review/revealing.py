"""Seeing a value in clear: with a reason, on the record, and of a minor with a second person (policy 5.2, 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify.errors import Problem
from verify.flows.minors.rules import group_of
from verify.flows.review import cases, four_eyes
from verify.flows.review.dossier import hidden, taken_in
from verify.flows.review.four_eyes import Matter
from verify.flows.staff.desk import Staff, acting, entry
from verify.flows.staff.roles import Permission
from verify.models import Proposal, Verification
from verify.services import Services

#: a second person's word opens a minor's value for so long, to the one who asked
OPEN_FOR = timedelta(minutes=30)


@dataclass(frozen=True, repr=False)
class Revealed:
    #: (step, field) → value
    values: Mapping[tuple[str, str], str]
    #: steps whose values a second person has to agree to first
    waiting: Sequence[str]


def reveal(staff: Staff, verification_id: UUID, step: str, field: str, why: str, services: Services) -> Revealed:
    """The value; all masked ones of the step where ``field`` is "", and of the case where both are.

    One reason serves them all, and each is on the record by itself. What waits for a second person is asked for and
    keeps nothing else back. Raises Problem.
    """
    action = "case.reveal"
    with acting(staff, Permission.REVEAL, action, services, verification_id, step=step, field=field) as session:
        verification = cases.load_locked(session, staff, verification_id)
        values, _ = taken_in(session, verification, services)
        wanted = hidden(values, step, field)
        if not wanted:
            raise Problem("not_found")
        reason = str(cases.write(session, verification, "reveal", why, staff, services))
        waiting: list[str] = []
        if _is_minors(values, services.clock()):
            waiting = _asked(session, verification, staff, wanted, reason, services)
        shown = [found for found in wanted if found[0] not in waiting]
        for of_step, name, _value in shown:
            cases.log(session, verification, "revealed", staff, services, step=of_step, field=name, note=reason)
            if (of_step, name) != (step, field):
                session.add(entry(staff, action, services, verification_id, step=of_step, field=name))
        return Revealed({(of_step, name): value for of_step, name, value in shown}, waiting)


def _asked(
    session: Session,
    verification: Verification,
    staff: Staff,
    wanted: Sequence[tuple[str, str, str]],
    reason: str,
    services: Services,
) -> list[str]:
    """The steps that none agreed to yet; a second person is asked for each that nobody asked for before."""
    steps = dict.fromkeys(step for step, _, _ in wanted)
    missing = [step for step in steps if not _agreed(session, verification, staff, step, services)]
    for step in missing:
        if four_eyes.open_proposal(session, verification.id, Matter.REVEAL_MINOR, step) is not None:
            continue
        four_eyes.propose(session, verification, Matter.REVEAL_MINOR, staff, services, step)
        cases.log(session, verification, "reveal_proposed", staff, services, step=step, note=reason)
    return missing


def agree(staff: Staff, verification_id: UUID, proposal_id: UUID, services: Services, *, confirmed: bool) -> None:
    """Answer as the second person. Raises Problem own_proposal."""
    with acting(staff, Permission.CONFIRM, "case.reveal_agree", services, verification_id) as session:
        verification = cases.load_locked(session, staff, verification_id)
        proposal = four_eyes.by_id(session, verification_id, proposal_id)
        if proposal.kind != Matter.REVEAL_MINOR:
            raise Problem("proposal_answered")
        four_eyes.answer(proposal, staff, services, confirmed=confirmed)
        kind = "reveal_agreed" if confirmed else "reveal_declined"
        cases.log(session, verification, kind, staff, services, step=str(proposal.step))


def _is_minors(values: dict[str, dict[str, str]], now: datetime) -> bool:
    """True where any person of the case is under 18 today, or cannot be told to be older."""
    numbers = [value for found in values.values() for name, value in found.items() if name.endswith("id_number")]
    return any(group_of(number, now) is not None for number in numbers)


def _agreed(session: Session, verification: Verification, staff: Staff, step: str, services: Services) -> bool:
    found = session.scalar(
        select(Proposal.id).where(
            Proposal.verification_id == verification.id,
            Proposal.kind == Matter.REVEAL_MINOR,
            Proposal.step == step,
            Proposal.proposed_by == staff.id,
            Proposal.confirmed.is_(True),
            Proposal.answered_at > services.clock() - OPEN_FOR,
        )
    )
    return found is not None
