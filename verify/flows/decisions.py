"""What an effect does to a verification, and when the whole of it is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from providers.base import Capability
from verify.flows import binding, codes, events, evidence, progress, troubles
from verify.flows.effects import Effect, Verb
from verify.flows.enterprise import parking
from verify.flows.methods import STEPS, Step
from verify.flows.minors.rules import DECIDED_BY_PEOPLE
from verify.flows.reasons import REASONS
from verify.flows.review.referrals import referrals
from verify.flows.review.referring import refer
from verify.flows.states import Action, Status, advance
from verify.flows.transfers import opening
from verify.models import Attempt, Verification
from verify.services import Services

#: members of a step's state that end when it passes, and when it is owed again
OVER: Mapping[str, Any] = dict.fromkeys(("expires_at", "resend_at", "refer", "next_check_at", "held"))
DROPPED: Mapping[str, Any] = dict.fromkeys(("check", "earlier", "refer", "next_check_at", "held"))


#: reasons that cost no try and that the application has to act upon, so it is told of them
TOLD = frozenset({"guardian_required"})

#: reasons that cost no try, though another card or number may do better
UNCLEAR = frozenset({"inconclusive"})

#: both show that the face is the authority's; traits tell which proves a living person
FACES = frozenset({Capability.FACE, Capability.LIVENESS})


@dataclass(frozen=True, repr=False)
class Turn:
    """An effect about to be applied. ``attempt`` is the call it came of, None when it was decided here."""

    session: Session
    verification: Verification
    step: Step
    effect: Effect
    services: Services
    attempt: Attempt | None


def settle(
    session: Session,
    verification: Verification,
    step: Step,
    effect: Effect,
    services: Services,
    attempt: Attempt | None = None,
) -> None:
    """Apply an effect to a locked verification. After its end a late answer changes nothing."""
    if verification.status in {Status.PENDING, Status.PROCESSING}:
        _APPLY[effect.verb](Turn(session, verification, step, effect, services, attempt))


def _pass(turn: Turn) -> None:
    if turn.effect.part is not None and not _is_whole(turn, turn.effect.part):
        return
    checked = _assurance(turn.attempt, turn.services) if turn.attempt else turn.effect.check
    for name in turn.step.settles:
        check = checked if name == turn.step.name else None
        progress.put(turn.verification, name, progress.PASSED, check=check, **OVER)
    _go_on(turn)


def _refer(turn: Turn) -> None:
    """Passed as far as the user is concerned, and no check: a person will look at it."""
    for name in turn.step.settles:
        progress.put(turn.verification, name, progress.PASSED, check=None, **{**OVER, "refer": turn.effect.reason})
    _go_on(turn)


def _go_on(turn: Turn) -> None:
    """To the next step, or after the last one to the decision: the rules' own, or a person's."""
    verification, now = turn.verification, turn.services.clock()
    events.append(turn.session, verification, "verification.step_passed", now, step=turn.step.name)
    go_on(turn.session, verification, turn.services)
    if verification.status == Status.PENDING and opening.is_owed(verification):
        _open_challenge(turn)


def go_on(session: Session, verification: Verification, services: Services) -> None:
    """A step passed. Consent withdrawn during a review and given anew is the last one as well."""
    troubles.clear(verification)
    if progress.is_complete(verification):
        conclude = in_review if referrals(verification) else verified
        conclude(session, verification, services)
        return
    advance(verification, Action.ADVANCE, services.clock())


def _is_whole(turn: Turn, part: str) -> bool:
    """Note a part that passed; while others are missing the step stays the user's to do."""
    verification, now = turn.verification, turn.services.clock()
    parts = sorted({*progress.state(verification, turn.step.name).get("parts", ()), part})
    if parts == sorted(turn.step.parts):
        return True
    progress.put(verification, turn.step.name, progress.PENDING, parts=parts)
    troubles.clear(verification)
    advance(verification, Action.ADVANCE, now)
    events.append(turn.session, verification, "verification.part_passed", now, step=turn.step.name, part=part)
    return False


def _open_challenge(turn: Turn) -> None:
    refused = opening.open_challenge(turn.session, turn.verification, turn.services)
    if refused is None:
        now = turn.services.clock()
        events.append(turn.session, turn.verification, "verification.processing", now, step=progress.TRANSFER_STEP)
    else:
        _fail(replace(turn, step=STEPS[progress.TRANSFER_STEP], effect=Effect(Verb.FAIL, refused), attempt=None))


def _assurance(attempt: Attempt, services: Services) -> dict[str, Any]:
    """The check that passed and by whom; a face also says whether it proved a living person."""
    capability = Capability(attempt.capability)
    if capability not in FACES:
        return {"check": capability, "provider": attempt.provider}
    traits = services.providers[attempt.provider].capabilities[capability]
    return {"check": Capability.FACE, "provider": attempt.provider, "liveness": traits.liveness}


def note_check(verification: Verification, attempt: Attempt, services: Services) -> None:
    """Keep what passed of a step that other calls have still to pass."""
    earlier = [*progress.state(verification, attempt.step).get("earlier", ()), _assurance(attempt, services)]
    progress.put(verification, attempt.step, progress.PROCESSING, earlier=earlier)


def _hold(turn: Turn) -> None:
    verification, now = turn.verification, turn.services.clock()
    advance(verification, Action.ADVANCE, now)
    codes.sent(verification, now)
    troubles.clear(verification)
    events.append(turn.session, verification, "verification.code_sent", now, step=turn.step.name)


def _wait(turn: Turn) -> None:
    verification, now = turn.verification, turn.services.clock()
    if advance(verification, Action.WAIT, now):
        events.append(turn.session, verification, "verification.processing", now, step=turn.step.name)


def _fail(turn: Turn) -> None:
    verification, now = turn.verification, turn.services.clock()
    code = turn.effect.reason or "inconclusive"
    again = _to_redo(verification, turn.step, code)
    if REASONS[code].costs_try:
        progress.spend(verification, again)
    is_held = progress.is_held(verification, turn.step.name) and code in troubles.UNANSWERED
    _reopen(verification, turn.step.name, again)
    troubles.note(verification, again, code, now, turn.effect.retry_after)
    if progress.is_exhausted(verification) and not progress.alternatives(verification):
        rejected(turn.session, verification, turn.services, [code, "methods_exhausted"], step=again)
        return
    if progress.is_exhausted(verification):
        progress.release(verification)
    if is_held:
        refer(turn.session, verification, now)
    else:
        advance(verification, Action.RETURN, now)
    # an outage or an unusable picture is no failure of the step (api.md): audit only
    is_told = REASONS[code].costs_try or code in TOLD
    kind = "verification.step_failed" if is_told else "verification.step_returned"
    events.append(turn.session, verification, kind, now, step=again, code=code)


def _to_redo(verification: Verification, step: Step, code: str) -> str:
    """The step a reason is about, where this method has it; else the one the submitted step blames."""
    names = [known.name for known in progress.steps_of(verification)]
    about = REASONS[code].step
    if about in names:
        return str(about)
    return step.blames if REASONS[code].costs_try or code in UNCLEAR else step.name


def _reopen(verification: Verification, submitted: str, again: str) -> None:
    """Both steps are owed again; one whose tries are used up has failed."""
    # sent back further, the code was spent on a card that did not match; the next card gets the next one
    spent = {} if submitted == again else {"expires_at": None, "resend_at": None}
    for name in (submitted, again):
        status = progress.FAILED if progress.tries_left(verification, name) == 0 else progress.PENDING
        progress.put(verification, name, status, **{**DROPPED, **spent})


def _reject(turn: Turn) -> None:
    """What was found ends it: no other method would find otherwise."""
    code = turn.effect.reason or "inconclusive"
    progress.put(turn.verification, turn.step.name, progress.FAILED, **OVER)
    troubles.note(turn.verification, turn.step.name, code, turn.services.clock())
    rejected(turn.session, turn.verification, turn.services, [code], step=turn.step.name)


def _park(turn: Turn) -> None:
    """Asked again on working days to come; when there are none left, a person looks at it."""
    verification, now = turn.verification, turn.services.clock()
    next_check = parking.park(turn.session, verification, turn.services)
    if next_check is None:
        _refer(turn)
        return
    code = turn.effect.reason or "inconclusive"
    progress.put(verification, turn.step.name, progress.PROCESSING, next_check_at=next_check.isoformat())
    troubles.note(verification, turn.step.name, code, now)
    if advance(verification, Action.WAIT, now):
        events.append(turn.session, verification, "verification.processing", now, step=turn.step.name, code=code)


_APPLY = {
    Verb.PASS: _pass,
    Verb.FAIL: _fail,
    Verb.WAIT: _wait,
    Verb.HOLD: _hold,
    Verb.REFER: _refer,
    Verb.PARK: _park,
    Verb.REJECT: _reject,
}


def verified(session: Session, verification: Verification, services: Services) -> None:
    """Every step passed: the rules decide."""
    now = services.clock()
    states = [progress.state(verification, s.name) for s in progress.steps_of(verification)]
    checks = [check for state in states for check in (*state.get("earlier", ()), state.get("check"))]
    verification.decision = {
        "by": "rules",
        "reason_codes": ["checks_passed"],
        "assurance": [check for check in checks if check],
        **evidence.of(verification),
    }
    evidence.let_go(session, verification, services)
    advance(verification, Action.VERIFY, now)
    events.append(
        session, verification, "verification.verified", now, by="rules", decision=binding.of_decision(verification)
    )


def in_review(session: Session, verification: Verification, services: Services) -> None:
    """Every step passed, and of some a person has to say so."""
    now = services.clock()
    codes_ = sorted(set(referrals(verification).values()))
    refer(session, verification, now)
    events.append(session, verification, "verification.review", now, reason_codes=codes_)


def rejected(
    session: Session, verification: Verification, services: Services, codes_: Sequence[str], step: str
) -> None:
    """No method is left: the rules decide, or of a child a person (policy 7.4)."""
    now = services.clock()
    if progress.minor(verification) in DECIDED_BY_PEOPLE:
        progress.put(verification, step, progress.FAILED, refer=codes_[0])
        refer(session, verification, now)
        events.append(session, verification, "verification.step_failed", now, step=step, code=codes_[0])
        events.append(session, verification, "verification.review", now, reason_codes=list(codes_))
        return
    verification.decision = {"by": "rules", "reason_codes": list(codes_), "assurance": [], **evidence.of(verification)}
    advance(verification, Action.REJECT, now)
    events.append(session, verification, "verification.step_failed", now, step=step, code=codes_[0])
    decided = {"by": "rules", "reason_codes": list(codes_), "decision": binding.of_decision(verification)}
    events.append(session, verification, "verification.rejected", now, **decided)


def expire(session: Session, verification: Verification, services: Services) -> bool:
    """Its time is up; false when something else ended it before."""
    now = services.clock()
    moved = verification.status == Status.PENDING and advance(verification, Action.EXPIRE, now)
    if moved:
        events.append(session, verification, "verification.expired", now)
    return moved
