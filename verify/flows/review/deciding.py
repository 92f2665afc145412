"""Approving, rejecting and asking again: what ends a review."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from verify.errors import Problem, invalid
from verify.flows import binding, events, evidence, progress, troubles
from verify.flows.methods import RESTS_ON
from verify.flows.review import cases, four_eyes
from verify.flows.review.answered import refuse_unanswered
from verify.flows.review.four_eyes import Matter, overridden
from verify.flows.review.looking import refuse_unread
from verify.flows.review.reasons import REJECTIONS
from verify.flows.sealing import seal_words
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.flows.states import Action, Status, advance
from verify.models import Verification
from verify.services import Services

NOT_ASKED = frozenset({"consent", progress.GUARDIAN_STEP, progress.TRANSFER_STEP})

#: what the user has at least to do a step again
TIME_TO_REDO = timedelta(days=7)


def approve(staff: Staff, verification_id: UUID, services: Services, why: str = "") -> bool:
    """Verify it; or, where that overrides a check, propose it with ``why`` to a second person and return False."""
    with acting(staff, Permission.DECIDE, "review.approve", services, verification_id) as session:
        verification = _taken(session, staff, verification_id, services)
        refuse_unanswered(session, verification)
        refuse_unread(session, verification, staff)
        against = overridden(verification)
        if not against:
            four_eyes.dismiss(session, verification, staff, services)
            approved(session, verification, staff, services)
            return True
        reason = cases.write(session, verification, "override", why, staff, services)
        four_eyes.propose(session, verification, Matter.OVERRIDE, staff, services)
        cases.drop_claim(session, verification)
        cases.log(session, verification, "override_proposed", staff, services, steps=against, note=str(reason))
        return False


def confirm(staff: Staff, verification_id: UUID, services: Services) -> None:
    """Be the second person of an override. Raises Problem, own_proposal for the first one."""
    with acting(staff, Permission.CONFIRM, "review.confirm", services, verification_id) as session:
        if staff.via != "console":
            raise Problem("forbidden", "An override is confirmed in the console only.")
        verification = _in_review(cases.load_locked(session, staff, verification_id))
        proposal = four_eyes.open_proposal(session, verification.id, Matter.OVERRIDE)
        if proposal is None:
            raise Problem("proposal_answered")
        refuse_unanswered(session, verification)
        refuse_unread(session, verification, staff)
        four_eyes.answer(proposal, staff, services, confirmed=True)
        approved(session, verification, staff, services, proposed_by=proposal.proposed_by)


def decline(staff: Staff, verification_id: UUID, services: Services) -> None:
    """Send an override back to the queue: the second person says no, or the first one takes it back."""
    with acting(staff, Permission.DECIDE, "review.decline", services, verification_id) as session:
        verification = _in_review(cases.load_locked(session, staff, verification_id))
        proposal = four_eyes.open_proposal(session, verification.id, Matter.OVERRIDE)
        if proposal is None:
            raise Problem("proposal_answered")
        if proposal.proposed_by != staff.id:
            staff.need(Permission.CONFIRM)
        four_eyes.answer(proposal, staff, services, confirmed=False)
        cases.log(session, verification, "override_declined", staff, services)


def reject(staff: Staff, verification_id: UUID, code: str, words: str, services: Services) -> None:
    """Refuse it for a reason of REJECTIONS, with words to the user where there are any. Raises Problem."""
    with acting(staff, Permission.DECIDE, "review.reject", services, verification_id) as session:
        verification = _taken(session, staff, verification_id, services)
        four_eyes.dismiss(session, verification, staff, services)
        rejected(session, verification, code, words, staff, services)


def ask_again(staff: Staff, verification_id: UUID, step: str, words: str, services: Services) -> None:
    """Send one step back to the user and say in words what is needed. Raises Problem."""
    with acting(staff, Permission.DECIDE, "review.ask_again", services, verification_id) as session:
        verification = _taken(session, staff, verification_id, services)
        four_eyes.dismiss(session, verification, staff, services)
        asked_again(session, verification, step, words, staff, services)


def _taken(session: Session, staff: Staff, verification_id: UUID, services: Services) -> Verification:
    """In review and not somebody else's."""
    verification = _in_review(cases.load_locked(session, staff, verification_id))
    cases.take(session, verification, staff, services)
    session.flush()
    return verification


def _in_review(verification: Verification) -> Verification:
    if verification.status != Status.REVIEW:
        raise Problem("not_in_review")
    return verification


def approved(
    session: Session,
    verification: Verification,
    staff: Staff | None,
    services: Services,
    proposed_by: UUID | None = None,
) -> None:
    """Verified by staff. What was overridden stands in the chain, and the assurance names only checks that passed."""
    now = services.clock()
    states = [progress.state(verification, step.name) for step in progress.steps_of(verification)]
    checks = [state["check"] for state in states if state.get("check") and state["status"] == progress.PASSED]
    verification.decision = {
        "by": "staff",
        "reason_codes": ["approved_by_staff"],
        "assurance": [*checks, {"check": "review", "provider": "staff"}],
        **evidence.of(verification),
    }
    pair = {"proposed_by": str(proposed_by), "overridden": overridden(verification)} if proposed_by else {}
    troubles.clear(verification)
    advance(verification, Action.VERIFY, now)
    cases.drop_claim(session, verification)
    cases.log(session, verification, "approved", staff, services, **pair)
    events.append(
        session, verification, "verification.verified", now, by="staff", decision=binding.of_decision(verification)
    )


def rejected(
    session: Session, verification: Verification, code: str, words: str, staff: Staff | None, services: Services
) -> None:
    """Raises Problem for a code staff may not give."""
    if code not in REJECTIONS:
        raise invalid("reason_code", "not_allowed")
    now = services.clock()
    verification.decision = {"by": "staff", "reason_codes": [code], "assurance": [], **evidence.of(verification)}
    _say(session, verification, {"message": words} if words.strip() else {}, staff, services)
    advance(verification, Action.REJECT, now)
    cases.drop_claim(session, verification)
    cases.log(session, verification, "rejected", staff, services, code=code)
    decided = {"by": "staff", "reason_codes": [code], "decision": binding.of_decision(verification)}
    events.append(session, verification, "verification.rejected", now, **decided)


def asked_again(
    session: Session, verification: Verification, step: str, words: str, staff: Staff | None, services: Services
) -> None:
    """Every other step that passed stays so, but for those whose check was made with what is given anew."""
    if step not in askable(verification):
        raise invalid("step", "not_allowed")
    now = services.clock()
    _say(session, verification, {"request": words}, staff, services)
    names = {known.name for known in progress.steps_of(verification)}
    progress.reopen(verification, step, asked=True)
    for name in names.intersection(RESTS_ON.get(step, ())):
        progress.reopen(verification, name)
    code = "asked_again"
    troubles.hand_back(verification, now)
    troubles.note(verification, step, code, now)
    advance(verification, Action.ASK_AGAIN, now)
    verification.expires_at = max(verification.expires_at, now + TIME_TO_REDO)
    cases.drop_claim(session, verification)
    cases.log(session, verification, "asked_again", staff, services, step=step)
    events.append(session, verification, "verification.step_failed", now, step=step, code=code)


def askable(verification: Verification) -> list[str]:
    """Steps of its method that a user can be asked for again: consent is given freely, money follows the account."""
    return [s.name for s in progress.steps_of(verification) if s.name not in NOT_ASKED]


def _say(
    session: Session, verification: Verification, said: Mapping[str, str], staff: Staff | None, services: Services
) -> None:
    """Seal words to the user in place of those before, and keep them among the notes."""
    if not said:
        verification.words_ct = None
        return
    for kind, text in said.items():
        cases.write(session, verification, kind, text, staff, services)
    keys = services.vault.keys(verification.id)
    seal_words(keys, verification, {kind: cases.checked_text(text) for kind, text in said.items()})
