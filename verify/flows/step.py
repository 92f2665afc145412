"""The one path of every step: check and commit, ask the provider with nothing held, settle and commit.

Where a step takes several calls (steps.THEN), the transaction that closes one attempt opens the next, so that a
crash at any moment leaves one open attempt, from which reconciliation goes on.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Capability, Request, Unavailable
from verify import metrics
from verify.errors import Problem
from verify.flows import binding, consent, disclosure, events, idempotency, unserved
from verify.flows.case import Ref, load_any, load_open, refuse_overdue
from verify.flows.decisions import note_check, settle
from verify.flows.disclosure import Answer
from verify.flows.effects import NO_PROVIDER, Effect, Verb, effect_of
from verify.flows.idempotency import Ticket
from verify.flows.methods import STEPS, Step
from verify.flows.progress import PROCESSING, next_step, open_step, put, transfer
from verify.flows.states import Action, Status, advance
from verify.flows.steps import PREPARE, THEN
from verify.flows.steps.prepared import Judge, Prepare, Prepared
from verify.flows.transfers import carrying
from verify.flows.transfers.states import Stage
from verify.models import Attempt, Verification
from verify.models.base import insert_now
from verify.models.vault import Keys
from verify.services import Services

log = structlog.get_logger()

#: how soon after an Unknown the first read-back is tried
FIRST_READING = timedelta(seconds=2)

#: a call that fails sooner keeps nobody waiting
SLOW_MS = 1000


@dataclass(frozen=True, repr=False)
class Standing:
    """The verification after a submission, the data keys in hand, and the effect a provider's answer had."""

    verification: Verification
    keys: Keys | None = None
    effect: Effect | None = None


@dataclass(frozen=True, repr=False)
class Call:
    """A committed promise to ask a provider, and what to ask."""

    attempt: Attempt
    #: None where it is lost: an answer was read back by another process
    request: Request | None
    judge: Judge | None = None
    #: providers that reached nobody in this submission, and how many of them took their time
    tried: frozenset[str] = frozenset()
    slow: int = 0


@dataclass(frozen=True, repr=False)
class Turn:
    """What a transaction left: a call to be made, or everything settled already."""

    verification: Verification
    call: Call | None
    keys: Keys | None = None
    effect: Effect | None = None


def run(ref: Ref, step: str, submitted: Any, services: Services, ticket: Ticket | None = None) -> Standing:
    """Submit a step. Raises Problem, keeping nothing."""
    return ask(ref, STEPS[step], PREPARE[step], submitted, services, ticket)


def ask(
    ref: Ref,
    step: Step,
    prepare: Prepare,
    submitted: Any,
    services: Services,
    ticket: Ticket | None = None,
    *,
    by_staff: bool = False,
) -> Standing:
    """The same for whatever ``prepare`` makes of a step; ``by_staff`` of a case before them as well."""
    with refuse_overdue(ref, services), consent.asked_again(ref, services):
        turn = _open(ref, step, prepare, submitted, services, ticket, by_staff=by_staff)
    return _carry_on(turn, services, ticket)


def finish(attempt: Attempt, answer: Answer, services: Services, effect: Effect | None = None) -> Standing:
    """Store what came of an attempt and move the verification on; a second answer changes nothing.

    ``effect`` overrules the table where an answer is no longer waited for.
    """
    return _carry_on(_close(Call(attempt, None), answer, effect, services, None), services, None)


def _carry_on(turn: Turn, services: Services, ticket: Ticket | None) -> Standing:
    """Make the calls that are due, one after another, each with nothing held."""
    keys = turn.keys
    while turn.call is not None and turn.call.request is not None:
        call, request = turn.call, turn.call.request
        answer = disclosure.call(call.attempt, request, services)
        judged = call.judge(answer.outcome) if call.judge else None
        turn = _close(call, answer, judged, services, ticket)
    return Standing(turn.verification, keys, turn.effect)


def _open(
    ref: Ref,
    step: Step,
    prepare: Prepare,
    submitted: Any,
    services: Services,
    ticket: Ticket | None,
    *,
    by_staff: bool,
) -> Turn:
    with services.write() as session:
        idempotency.claim(session, ticket, ref.verification_id, services.clock())
        verification = load_open(session, ref, services)
        is_held = by_staff and verification.status == Status.REVIEW
        if (open_step(verification) if is_held else next_step(verification)) != step.name:
            raise Problem("step_not_expected", next_step=next_step(verification))
        consent.refuse_outdated(verification, services)
        prepared = prepare(session, verification, submitted, services)
        call = _promise(session, verification, step, prepared, services)
        if call is not None or is_held:
            put(verification, step.name, PROCESSING, held=is_held or None)
            advance(verification, Action.ASK, services.clock())
        if call is None:
            effect = prepared.effect or _unserved(verification, prepared, services)
            settle(session, verification, step, effect, services)
            if not _has_to_pay(verification):
                idempotency.settle(session, ticket, 200)
    if _has_to_pay(verification):
        verification = carrying.start(verification, services, ticket)
    return Turn(verification, call, prepared.keys)


def _promise(
    session: Session,
    verification: Verification,
    step: Step,
    prepared: Prepared,
    services: Services,
    after: Call | None = None,
) -> Call | None:
    """One call, to be committed before it is made; None when none is wanted or no consented recipient can serve.

    ``after`` is the one that reached nobody, in whose place it is made.
    """
    if prepared.request is None:
        return None
    tried = after.tried | {after.attempt.provider} if after else frozenset()
    granted = disclosure.recipient(verification, prepared.request, services, tried, prepared.against)
    if granted is None:
        return None
    attempt = disclosure.record(uuid7(), verification, step.name, prepared.request, granted, services)
    insert_now(session, attempt)
    return Call(attempt, prepared.request, prepared.judge, tried, after.slow if after else 0)


def _close(call: Call, answer: Answer, effect: Effect | None, services: Services, ticket: Ticket | None) -> Turn:
    """Store an answer and settle the step, or promise the call that comes after it, in one transaction."""
    attempt = call.attempt
    effect = effect or effect_of(Capability(attempt.capability), answer.outcome)
    following = None
    with services.write() as session:
        verification = load_any(session, attempt.verification_id)
        if _store(session, verification, attempt, answer, effect, services):
            if verification.status == Status.PROCESSING:
                effect, following = _follow(session, verification, call, answer, effect, services)
            if following is None:
                settle(session, verification, STEPS[attempt.step], effect, services, attempt)
            events.hold_carried(session, verification, services.clock())
        if following is None and not _has_to_pay(verification):
            idempotency.settle(session, ticket, 202 if effect.verb in {Verb.WAIT, Verb.PARK} else 200)
    if effect.verb is Verb.WAIT:
        services.nudge("attempts", attempt.id, FIRST_READING.total_seconds())
    if _has_to_pay(verification):
        verification = carrying.start(verification, services, ticket)
    return Turn(verification, following, effect=effect)


def _follow(
    session: Session, verification: Verification, call: Call, answer: Answer, effect: Effect, services: Services
) -> tuple[Effect, Call | None]:
    """The call that comes after this one, or the effect that is left where none does."""
    if isinstance(answer.outcome, Unavailable):
        return _fail_over(session, verification, call, answer, services)
    prepare = THEN.get((call.attempt.step, Capability(call.attempt.capability)))
    if prepare is None or effect.verb is not Verb.PASS:
        return effect, None
    note_check(verification, call.attempt, services)
    try:
        prepared = prepare(session, verification, None, services)
    except Problem as problem:  # what was asked already stands; the user is told to try again, at no cost
        log.warning("step not followed", step=call.attempt.step, code=problem.code)
        return NO_PROVIDER, None
    following = _promise(session, verification, STEPS[call.attempt.step], prepared, services)
    if following is None:
        return prepared.effect or _unserved(verification, prepared, services), None
    return effect, following


def _fail_over(
    session: Session, verification: Verification, call: Call, answer: Answer, services: Services
) -> tuple[Effect, Call | None]:
    """Ask the next recipient of the user's consents, unless the user has waited for two slow ones already."""
    call = replace(call, slow=call.slow + is_slow(answer))
    capability = Capability(call.attempt.capability)
    prepared = Prepared(call.request, judge=call.judge)
    following = None
    if call.slow <= 1:
        following = _promise(session, verification, STEPS[call.attempt.step], prepared, services, call)
    if following is None:
        return unserved.effect(verification, capability, prepared.against, services), None
    metrics.failed_over(following.attempt.provider, capability)
    return NO_PROVIDER, following


def _unserved(verification: Verification, prepared: Prepared, services: Services) -> Effect:
    """Nobody the user consented to can serve now: somebody else may."""
    if prepared.request is None:
        return NO_PROVIDER
    return unserved.effect(verification, prepared.request.capability, prepared.against, services)


def is_slow(answer: Answer) -> bool:
    return answer.duration_ms is not None and answer.duration_ms >= SLOW_MS


def _has_to_pay(verification: Verification) -> bool:
    """True when the step that was settled made a transfer due."""
    return verification.status == Status.PROCESSING and transfer(verification).get("status") == Stage.CREATED


_attempts = Attempt.__table__.c
CLOSED = (
    update(Attempt.__table__)  # type: ignore[arg-type]
    .where(_attempts.id == bindparam("attempt_id"), _attempts.finished_at.is_(None))
    .returning(_attempts.id)
)


def _store(
    session: Session, verification: Verification, attempt: Attempt, answer: Answer, effect: Effect, services: Services
) -> bool:
    """Close the attempt, or leave it due for a read-back. False when it was closed before."""
    now = services.clock()
    values = disclosure.told(answer, attempt) | {"reason_code": effect.reason, "lease": None, "lease_until": None}
    if effect.verb is Verb.WAIT:
        values["due_at"] = now + FIRST_READING
    else:
        values["finished_at"] = now
    was_open = session.execute(CLOSED, {**values, "attempt_id": attempt.id}).first() is not None
    if was_open and "finished_at" in values:
        events.carry(session, verification, binding.of_attempt(attempt, values))
    return was_open
