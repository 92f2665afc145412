"""What an effect does to a verification, and when the whole of it is decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from providers.base import Capability
from verify.flows import codes, events, progress
from verify.flows.effects import Effect, Verb
from verify.flows.methods import STEPS, Step
from verify.flows.reasons import REASONS
from verify.flows.states import Action, Status, advance
from verify.flows.transfers import opening
from verify.models import Attempt, Verification
from verify.services import Services


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
    verification, now = turn.verification, turn.services.clock()
    if turn.effect.part is not None and not _is_whole(turn, turn.effect.part):
        return
    checked = _assurance(turn.attempt, turn.services) if turn.attempt else turn.effect.check
    for name in turn.step.settles:
        check = checked if name == turn.step.name else None
        progress.put(verification, name, progress.PASSED, check=check, expires_at=None, resend_at=None)
    verification.last_error = None
    if progress.is_complete(verification):
        verified(turn.session, verification, turn.services, turn.step)
        return
    advance(verification, Action.ADVANCE, now)
    events.append(turn.session, verification, "verification.step_passed", now, step=turn.step.name)
    if opening.is_owed(verification):
        _open_challenge(turn)


def _is_whole(turn: Turn, part: str) -> bool:
    """Note a part that passed; while others are missing the step stays the user's to do."""
    verification, now = turn.verification, turn.services.clock()
    parts = sorted({*progress.state(verification, turn.step.name).get("parts", ()), part})
    if parts == sorted(turn.step.parts):
        return True
    progress.put(verification, turn.step.name, progress.PENDING, parts=parts)
    verification.last_error = None
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
    check: dict[str, Any] = {"check": attempt.capability, "provider": attempt.provider}
    if attempt.capability == Capability.FACE:
        check["liveness"] = services.providers[attempt.provider].capabilities[Capability.FACE].liveness
    return check


def _hold(turn: Turn) -> None:
    verification, now = turn.verification, turn.services.clock()
    advance(verification, Action.ADVANCE, now)
    codes.sent(verification, now)
    verification.last_error = None
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
    _reopen(verification, turn.step.name, again)
    verification.last_error = {"step": again, "code": code}
    if progress.is_exhausted(verification) and not progress.alternatives(verification):
        rejected(turn.session, verification, turn.services, [code, "methods_exhausted"], step=again)
        return
    if progress.is_exhausted(verification):
        progress.release(verification)
    advance(verification, Action.RETURN, now)
    # an outage or an unusable picture is no failure of the step (api.md): audit only
    kind = "verification.step_failed" if REASONS[code].costs_try else "verification.step_returned"
    events.append(turn.session, verification, kind, now, step=again, code=code)


def _to_redo(verification: Verification, step: Step, code: str) -> str:
    """The step a reason is about, where this method has it; else the one the submitted step blames."""
    names = [known.name for known in progress.steps_of(verification)]
    about = REASONS[code].step
    if about in names:
        return str(about)
    return step.blames if REASONS[code].costs_try else step.name


def _reopen(verification: Verification, submitted: str, again: str) -> None:
    """Both steps are owed again; one whose tries are used up has failed."""
    # sent back further, the code was spent on a card that did not match; the next card gets the next one
    spent = {} if submitted == again else {"expires_at": None, "resend_at": None}
    for name in (submitted, again):
        status = progress.FAILED if progress.tries_left(verification, name) == 0 else progress.PENDING
        progress.put(verification, name, status, check=None, **spent)


_APPLY = {Verb.PASS: _pass, Verb.FAIL: _fail, Verb.WAIT: _wait, Verb.HOLD: _hold}


def verified(session: Session, verification: Verification, services: Services, step: Step) -> None:
    """Every step passed: the rules decide."""
    now = services.clock()
    checks = [progress.state(verification, s.name).get("check") for s in progress.steps_of(verification)]
    verification.decision = {
        "by": "rules",
        "reason_codes": ["checks_passed"],
        "assurance": [check for check in checks if check],
    }
    advance(verification, Action.VERIFY, now)
    events.append(session, verification, "verification.step_passed", now, step=step.name)
    events.append(session, verification, "verification.verified", now, by="rules")


def rejected(
    session: Session, verification: Verification, services: Services, codes_: Sequence[str], step: str
) -> None:
    """No method is left: the rules decide."""
    now = services.clock()
    verification.decision = {"by": "rules", "reason_codes": list(codes_), "assurance": []}
    advance(verification, Action.REJECT, now)
    events.append(session, verification, "verification.step_failed", now, step=step, code=codes_[0])
    events.append(session, verification, "verification.rejected", now, by="rules", reason_codes=list(codes_))


def expire(session: Session, verification: Verification, services: Services) -> bool:
    """Its time is up; false when something else ended it before."""
    now = services.clock()
    moved = verification.status == Status.PENDING and advance(verification, Action.EXPIRE, now)
    if moved:
        events.append(session, verification, "verification.expired", now)
    return moved
