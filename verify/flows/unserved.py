"""What is left for the user where nobody who was consented to can serve now."""

from collections.abc import Collection

from providers.base import Capability
from verify.errors import Problem
from verify.flows import consent, progress, supply
from verify.flows.effects import LIMITED, NO_PROVIDER, Effect, Verb
from verify.models import Verification
from verify.services import Services

#: seconds after which an outage is worth another try
OUTAGE_RETRY = 5


def effect(verification: Verification, capability: Capability, against: Collection[str], services: Services) -> Effect:
    """``against``: what keeps the recipients from it (verify.flows.supply).

    A limit of our own that a moment ends sends nobody's data to somebody else; an outage and a budget that is used up
    may. A limit of one recipient counts before the outage of another.
    """
    reached = set(against) - {supply.CIRCUIT}
    limited = Effect(Verb.FAIL, LIMITED.reason, retry_after=supply.wait(reached, services.clock()))
    if reached & supply.PASSING.keys():
        return limited
    return consent.offer_another(verification, capability, services) or (limited if reached else NO_PROVIDER)


def problem(effect_: Effect, verification: Verification) -> Problem:
    """The same for calls that have no verification to answer with; it has the reason as its last error."""
    if effect_.reason == "other_provider_offered":
        return Problem("consent_required", missing=progress.state(verification, "consent")["asked"])
    if effect_.reason in {"provider_unavailable", "provider_limited", "provider_throttled"}:
        return Problem(effect_.reason, retry_after=effect_.retry_after or OUTAGE_RETRY)
    return Problem("step_returned", reason=effect_.reason)
