"""The one place that calls a provider: only with a live consent naming recipient, purpose and kinds of data.

Policy 4.2, PIPL 23 and 29. Each call is recorded as an attempt before it is made.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from providers.base import Capability, Misconfigured, Outcome, Provider, ProviderFailure, Request, Unknown
from verify import metrics
from verify.errors import Problem
from verify.flows.routing import can_serve
from verify.models import Attempt, Consent, Verification
from verify.services import Services

log = structlog.get_logger()

#: beyond a provider's own time-out, before reconciliation takes an attempt up
GRACE = timedelta(seconds=15)


@dataclass(frozen=True)
class Answer:
    """What came of a call: an Outcome, or a failure by kind."""

    outcome: Outcome | ProviderFailure | Misconfigured
    duration_ms: int


def consent_for(verification: Verification, request: Request) -> list[Consent]:
    """Live consents that cover this request, in the order their recipients are to be tried.

    Raises Problem consent_required when there is none.
    """
    covering = [
        consent
        for consent in verification.consents
        if consent.withdrawn_at is None
        and consent.capability == request.capability
        and request.kinds <= set(consent.kinds)
    ]
    if not covering:
        raise Problem("consent_required", missing=[f"share.{request.capability}"])
    return sorted(covering, key=lambda consent: consent.position)


def recipient(verification: Verification, request: Request, services: Services) -> Consent | None:
    """The consent whose recipient is asked: the first consented one that can serve; None when none can."""
    for consent in consent_for(verification, request):
        if consent.provider and can_serve(
            consent.provider, request.capability, livemode=verification.livemode, services=services
        ):
            return consent
    return None


def record(
    attempt_id: UUID, verification: Verification, step: str, request: Request, consent: Consent, services: Services
) -> Attempt:
    """The row that says the call is about to be made; to be committed before ``call``."""
    now = services.clock()
    provider = services.providers[consent.provider or ""]
    timeout = provider.capabilities[request.capability].timeout
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
    )


def call(attempt: Attempt, request: Request, services: Services, reference: str | None = None) -> Answer:
    """Ask the provider of a committed attempt, once. No transaction may be open.

    ``reference`` stands for the attempt's id where one order may take several calls.
    """
    provider = services.providers[attempt.provider]
    started = time.monotonic()
    outcome = _ask(provider, request, reference or str(attempt.id))
    seconds = time.monotonic() - started
    metrics.provider_answered(attempt.provider, attempt.capability, name_of(outcome), seconds)
    return Answer(outcome, round(seconds * 1000))


def _ask(provider: Provider, request: Request, reference: str) -> Outcome | ProviderFailure | Misconfigured:
    try:
        return provider.call(request, reference)
    except ProviderFailure as failure:
        return failure
    except Misconfigured as failure:
        log.error("provider misconfigured", provider=provider.name, capability=request.capability)  # noqa: TRY400 - its text may hold settings
        return failure
    except Exception as error:  # noqa: BLE001 - a bug in an adapter must not pass for "nothing happened"
        log.error("provider broke", provider=provider.name, error=type(error).__name__)  # noqa: TRY400 - its text may hold personal data
        return Unknown("adapter_error")


def answered(session: Session, attempt_id: UUID | None, answer: Answer) -> None:
    """Complete the record of a call that something else than its attempt is due for."""
    outcome = answer.outcome
    values: dict[str, Any] = {
        "outcome": name_of(outcome),
        "vendor_code": getattr(outcome, "vendor_code", None),
        "duration_ms": answer.duration_ms,
    }
    if isinstance(outcome, Outcome):
        values |= {"vendor_reference": outcome.vendor_reference, "billed": outcome.billed}
    session.execute(update(Attempt).where(Attempt.id == attempt_id).values(values))


def read_back(attempt: Attempt, services: Services) -> Outcome | ProviderFailure:
    """What became of an attempt without an answer. A provider that cannot tell answers Unknown."""
    return reading(attempt.provider, Capability(attempt.capability), str(attempt.id), services)


def reading(name: str, capability: Capability, reference: str, services: Services) -> Outcome | ProviderFailure:
    """The same for whatever a provider knows by a reference of ours."""
    provider = services.providers.get(name)
    if provider is None or capability not in provider.capabilities or not provider.capabilities[capability].read_back:
        return Unknown("no_read_back")
    try:
        return provider.read_back(capability, reference)
    except ProviderFailure as failure:
        return failure
    except Exception as error:  # noqa: BLE001 - as above
        log.error("read-back broke", provider=name, error=type(error).__name__)  # noqa: TRY400 - as above
        return Unknown("adapter_error")


def name_of(outcome: Outcome | ProviderFailure | Misconfigured) -> str:
    """The result, or the kind of failure: what the table of effects is keyed by."""
    return outcome.result.value if isinstance(outcome, Outcome) else type(outcome).__name__
