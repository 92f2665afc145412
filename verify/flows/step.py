"""The one path of every step: check and commit, ask the provider with nothing held, settle and commit."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Capability, Outcome, Request
from verify.errors import Problem
from verify.flows import disclosure, idempotency
from verify.flows.case import Ref, load_any, load_open, refuse_overdue
from verify.flows.decisions import settle
from verify.flows.disclosure import Answer
from verify.flows.effects import NO_PROVIDER, Effect, Verb, effect_of
from verify.flows.idempotency import Ticket
from verify.flows.methods import STEPS, Step
from verify.flows.progress import PROCESSING, next_step, put, transfer
from verify.flows.states import Action, Status, advance
from verify.flows.steps import PREPARE
from verify.flows.steps.prepared import Judge, Prepare
from verify.flows.transfers import carrying
from verify.flows.transfers.states import Stage
from verify.models import Attempt, Verification
from verify.models.vault import Keys
from verify.services import Services

#: how soon after an Unknown the first read-back is tried
FIRST_READING = timedelta(seconds=2)


@dataclass(frozen=True, repr=False)
class Standing:
    """The verification after a submission, the data keys in hand, and the effect a provider's answer had."""

    verification: Verification
    keys: Keys | None = None
    effect: Effect | None = None


@dataclass(frozen=True, repr=False)
class Opened:
    """What the first transaction left: an attempt to be made, or everything settled already."""

    verification: Verification
    attempt: Attempt | None
    request: Request | None
    keys: Keys | None
    judge: Judge | None = None


def run(ref: Ref, step: str, submitted: Any, services: Services, ticket: Ticket | None = None) -> Standing:
    """Submit a step. Raises Problem, keeping nothing."""
    return ask(ref, STEPS[step], PREPARE[step], submitted, services, ticket)


def ask(
    ref: Ref, step: Step, prepare: Prepare, submitted: Any, services: Services, ticket: Ticket | None = None
) -> Standing:
    """The same for whatever ``prepare`` makes of a step."""
    with refuse_overdue(ref, services):
        opened = _open(ref, step, prepare, submitted, services, ticket)
    if opened.attempt is None or opened.request is None:
        return Standing(opened.verification, opened.keys)
    answer = disclosure.call(opened.attempt, opened.request, services)
    judged = opened.judge(answer.outcome) if opened.judge else None
    verification, effect = finish(opened.attempt, answer, services, ticket, judged)
    return Standing(verification, opened.keys, effect)


def _open(ref: Ref, step: Step, prepare: Prepare, submitted: Any, services: Services, ticket: Ticket | None) -> Opened:
    with services.write() as session:
        idempotency.claim(session, ticket, ref.verification_id, services.clock())
        verification = load_open(session, ref, services)
        if next_step(verification) != step.name:
            raise Problem("step_not_expected", next_step=next_step(verification))
        prepared = prepare(session, verification, submitted, services)
        attempt = None
        if prepared.request is not None:
            attempt = _open_attempt(session, verification, step, prepared.request, services)
        if attempt is None:
            settle(session, verification, step, prepared.effect or NO_PROVIDER, services)
            idempotency.settle(session, ticket, 200)
    return Opened(verification, attempt, prepared.request, prepared.keys, prepared.judge)


def _open_attempt(
    session: Session, verification: Verification, step: Step, request: Request, services: Services
) -> Attempt | None:
    """The committed promise of one call; None when no consented recipient can serve now."""
    consent = disclosure.recipient(verification, request, services)
    if consent is None:
        return None
    attempt = disclosure.record(uuid7(), verification, step.name, request, consent, services)
    session.add(attempt)
    put(verification, step.name, PROCESSING)
    advance(verification, Action.ASK, services.clock())
    return attempt


def finish(
    attempt: Attempt, answer: Answer, services: Services, ticket: Ticket | None = None, effect: Effect | None = None
) -> tuple[Verification, Effect]:
    """Store what came of an attempt and move the verification on; a second answer changes nothing.

    ``effect`` overrules the table where an answer is no longer waited for, or was judged here.
    """
    effect = effect or effect_of(Capability(attempt.capability), answer.outcome)
    with services.write() as session:
        verification = load_any(session, attempt.verification_id)
        if _store(session, attempt, answer, effect, services):
            settle(session, verification, STEPS[attempt.step], effect, services, attempt)
        if not _has_to_pay(verification):
            idempotency.settle(session, ticket, 202 if effect.verb is Verb.WAIT else 200)
    if effect.verb is Verb.WAIT:
        services.nudge("attempts", attempt.id, FIRST_READING.total_seconds())
    if _has_to_pay(verification):
        verification = carrying.start(verification, services, ticket)
    return verification, effect


def _has_to_pay(verification: Verification) -> bool:
    """True when the step that was settled made a transfer due."""
    return verification.status == Status.PROCESSING and transfer(verification).get("status") == Stage.CREATED


def _store(session: Session, attempt: Attempt, answer: Answer, effect: Effect, services: Services) -> bool:
    """Close the attempt, or leave it due for a read-back. False when it was closed before."""
    now = services.clock()
    outcome = answer.outcome
    values: dict[str, Any] = {
        "outcome": disclosure.name_of(outcome),
        "reason_code": effect.reason,
        "vendor_code": getattr(outcome, "vendor_code", None),
        "duration_ms": answer.duration_ms,
        "lease": None,
        "lease_until": None,
    }
    if isinstance(outcome, Outcome):
        values |= {"vendor_reference": outcome.vendor_reference, "billed": outcome.billed}
    if effect.verb is Verb.WAIT:
        values["due_at"] = now + FIRST_READING
    else:
        values["finished_at"] = now
    closed = session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.finished_at.is_(None))
        .values(values)
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    )
    return closed.first() is not None
