"""The one place that calls a provider: only with a live consent naming recipient, purpose and kinds of data.

Policy 4.2, PIPL 23 and 29. Each call is recorded as an attempt before it is made.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from providers.base import (
    Capability,
    Kind,
    Misconfigured,
    Outcome,
    Provider,
    ProviderFailure,
    Request,
    Result,
    Unknown,
    patience,
)
from verify import credentials, metrics, policies
from verify.errors import Problem
from verify.flows import binding, circuits, events, progress
from verify.flows.checks import SHANGHAI
from verify.flows.routing import can_serve
from verify.flows.supply import refusal
from verify.guarded import Permit, permitted
from verify.models import Attempt, Consent, Followup, Verification
from verify.policies.minors import PREFIX
from verify.services import Services

log = structlog.get_logger()

#: beyond a provider's own time-out, before reconciliation takes an attempt up
GRACE = timedelta(seconds=15)


#: what is asked about an earlier call
READ_BACK, ERASE = "read_back", "erase"


@dataclass(frozen=True)
class About:
    """An earlier call: whose, and to whom. ``attempt_id`` is its record, where one is known."""

    verification_id: UUID
    attempt_id: UUID | None
    provider: str
    capability: Capability


@dataclass(frozen=True)
class Answer:
    """What came of a call: an Outcome, or a failure by kind. ``duration_ms`` is None of what was read back later."""

    outcome: Outcome | ProviderFailure | Misconfigured
    duration_ms: int | None


def is_live(consent: Consent, today: date) -> bool:
    """Not withdrawn, and given since the last major change of the notice (policy 8.2). ``today`` in China."""
    return consent.withdrawn_at is None and not policies.is_outdated(consent.policy_version, today)


def consent_for(verification: Verification, request: Request, services: Services) -> list[Consent]:
    """Live consents that cover this request, in the order their recipients are to be tried.

    Of somebody under 18 only those that the guardian gave too (policy 7.2). Raises Problem consent_required when there
    is none.
    """
    today = services.clock().astimezone(SHANGHAI).date()
    live = [consent for consent in verification.consents if is_live(consent, today)]
    covering = [c for c in live if c.capability == request.capability and request.kinds <= set(c.kinds)]
    missing = f"share.{request.capability}"
    if covering and progress.minor(verification) is not None:
        by_guardian = {consent.item for consent in live}
        covering = [consent for consent in covering if PREFIX + consent.item in by_guardian]
        missing = PREFIX + missing
    if not covering:
        raise Problem("consent_required", missing=[missing])
    return sorted(covering, key=lambda consent: consent.position)


def recipient(
    verification: Verification,
    request: Request,
    services: Services,
    tried: Collection[str] = (),
    why: list[str] | None = None,
) -> Consent | None:
    """The consent whose recipient is asked: the first consented one that can serve; None when none can.

    What the call takes of limits is taken. ``tried`` are asked no more. To ``why`` is added what keeps those that
    could serve from it (verify.flows.supply).
    """
    for consent in consent_for(verification, request, services):
        name = consent.provider
        if name is None or name in tried:
            continue
        if not can_serve(name, request.capability, livemode=verification.livemode, services=services):
            continue
        against = refusal(name, request.capability, services)
        if against is None:
            return consent
        if why is not None:
            why.append(against)
    return None


def record(
    attempt_id: UUID, verification: Verification, step: str, request: Request, consent: Consent, services: Services
) -> Attempt:
    """The row that says the call is about to be made; to be committed before ``call``."""
    now = services.clock()
    provider = services.providers[consent.provider or ""]
    timeout = services.board().timeout(provider, request.capability)
    return Attempt(
        id=attempt_id,
        verification_id=verification.id,
        step=step,
        capability=request.capability,
        provider=provider.name,
        kinds=sorted(request.kinds),
        consent_item=consent.item,
        started_at=now,
        due_at=now + timedelta(seconds=timeout) + GRACE,
        price_micros=services.board().of(provider.name, request.capability).price_micros,
    )


def call(attempt: Attempt, request: Request, services: Services, reference: str | None = None) -> Answer:
    """Ask the provider of a committed attempt, once. No transaction may be open.

    ``reference`` stands for the attempt's id where one order may take several calls.
    """
    capability = Capability(attempt.capability)
    permit = Permit(attempt.provider, capability, frozenset(Kind(kind) for kind in attempt.kinds))
    limit = services.board().of(attempt.provider, capability).timeout_seconds
    started = time.monotonic()
    with permitted(permit), patience(limit):
        outcome = _ask(attempt, request, reference or str(attempt.id), services)
    seconds = time.monotonic() - started
    metrics.provider_answered(attempt.provider, attempt.capability, name_of(outcome), seconds)
    circuits.report(attempt.provider, request.capability, attempt.started_at, outcome, services)
    return Answer(outcome, round(seconds * 1000))


def _ask(
    attempt: Attempt, request: Request, reference: str, services: Services
) -> Outcome | ProviderFailure | Misconfigured:
    try:
        provider = _signer(attempt.provider, request.capability, attempt.verification_id, services)
        return provider.call(request, reference)
    except Exception as error:  # noqa: BLE001 - a bug in an adapter must not pass for "nothing happened"
        return _failure(attempt.provider, request.capability, error)


def _failure(name: str, capability: Capability, error: Exception) -> ProviderFailure | Misconfigured:
    """What an exception comes to. Its text is not looked at, since it may hold settings or personal data."""
    if isinstance(error, Misconfigured):
        log.error("provider misconfigured", provider=name, capability=str(capability))
    elif not isinstance(error, ProviderFailure):
        log.error("provider broke", provider=name, error=type(error).__name__)
        return Unknown("adapter_error")
    return error


def _signer(name: str, capability: Capability, verification_id: UUID, services: Services) -> Provider:
    """The provider with the credentials of the application whose verification it is. Raises Misconfigured."""
    application_id = None
    if credentials.is_by_application(name, services):
        with services.read() as session:
            query = select(Verification.application_id).where(Verification.id == verification_id)
            application_id = session.scalar(query)
    return credentials.signer(name, capability, application_id, services)


def answered(
    session: Session, verification: Verification, attempt_id: UUID | None, answer: Answer, **more: Any
) -> None:
    """Complete the record of a call that something else than its attempt is due for. The verification is locked."""
    closed = session.scalars(
        update(Attempt)
        .where(Attempt.id == attempt_id)
        .values(told(answer) | more)
        .returning(Attempt)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if closed is not None:
        events.carry(session, verification, binding.of_attempt(closed))


def told(answer: Answer, before: Attempt | None = None) -> dict[str, Any]:
    """What the record keeps of an answer.

    Of one that was read back the call keeps its own first word and time: the question is a row of its own.
    """
    outcome = answer.outcome
    values: dict[str, Any] = {
        "outcome": name_of(outcome),
        "vendor_code": getattr(outcome, "vendor_code", None),
        "duration_ms": answer.duration_ms,
    }
    if isinstance(outcome, Outcome):
        values |= {"vendor_reference": outcome.vendor_reference, "billed": outcome.billed}
    if answer.duration_ms is None:
        del values["duration_ms"]
        values["vendor_code"] = (before.vendor_code if before else None) or values["vendor_code"]
    return values


def read_back(attempt: Attempt, services: Services) -> Outcome | ProviderFailure:
    """What became of an attempt without an answer. A provider that cannot tell answers Unknown."""
    about = About(attempt.verification_id, attempt.id, attempt.provider, Capability(attempt.capability))
    return reading(about, str(attempt.id), services, attempt.vendor_reference)


def reading(about: About, reference: str, services: Services, theirs: str | None = None) -> Outcome | ProviderFailure:
    """The same for whatever a provider knows by a reference of ours, or by ``theirs``. No transaction may be open."""
    provider = services.providers.get(about.provider)
    traits = provider.capabilities.get(about.capability) if provider else None
    if traits is None or not traits.read_back:
        return Unknown("no_read_back")
    outcome = _followed_up(
        about, READ_BACK, lambda provider: provider.read_back(about.capability, reference, theirs), services
    )
    return Unknown("adapter_error") if isinstance(outcome, Misconfigured) else outcome


def have_erased(attempt: Attempt, services: Services) -> tuple[str | None, str | None]:
    """Ask the vendor of a call to delete its copy: its receipt, or the kind of what went wrong."""
    if attempt.provider not in services.providers:
        return None, "not_configured"
    about = About(attempt.verification_id, attempt.id, attempt.provider, Capability(attempt.capability))
    outcome = _followed_up(
        about,
        ERASE,
        lambda provider: Outcome(
            Result.ACCEPTED,
            vendor_reference=provider.erase(about.capability, str(attempt.id), attempt.vendor_reference),
        ),
        services,
    )
    if isinstance(outcome, Outcome):
        return outcome.vendor_reference, None
    return None, outcome.vendor_code if isinstance(outcome, Unknown) and outcome.vendor_code else name_of(outcome)


def _followed_up(
    about: About, act: str, ask: Callable[[Provider], Outcome], services: Services
) -> Outcome | ProviderFailure | Misconfigured:
    """Ask about an earlier call, and write down that it was asked."""
    began, started = services.clock(), time.monotonic()
    limit = services.board().of(about.provider, about.capability).timeout_seconds
    outcome: Outcome | ProviderFailure | Misconfigured
    try:
        signer = _signer(about.provider, about.capability, about.verification_id, services)
        with permitted(Permit(about.provider, about.capability)), patience(limit):
            outcome = ask(signer)
    except Exception as error:  # noqa: BLE001 - as above
        outcome = _failure(about.provider, about.capability, error)
    with services.write() as session:
        session.add(
            Followup(
                verification_id=about.verification_id,
                attempt_id=about.attempt_id,
                act=act,
                capability=about.capability,
                provider=about.provider,
                started_at=began,
                outcome=name_of(outcome),
                vendor_code=getattr(outcome, "vendor_code", None),
                # what the vendor bills is the call: it is counted there, once
                billed=False if isinstance(outcome, Outcome) and outcome.billed is not None else None,
                duration_ms=round((time.monotonic() - started) * 1000),
            )
        )
    return outcome


def name_of(outcome: Outcome | ProviderFailure | Misconfigured) -> str:
    """The result, or the kind of failure: what the table of effects is keyed by."""
    return outcome.result.value if isinstance(outcome, Outcome) else type(outcome).__name__
