"""Which providers a verification is to be checked by: drawn once, when its consent notice is rendered."""

import random
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from providers.base import Capability
from verify.flows.assessments import covers
from verify.flows.methods import Step
from verify.flows.progress import steps_of
from verify.models import Verification
from verify.services import Services

#: (provider, capability, services) → whether it may be named first
Working = Callable[[str, Capability, Services], bool]

#: what a test key reaches where no other double is configured
TEST_ROUTE: Sequence[tuple[str, int]] = (("sandbox", 1),)


def face_capabilities(verification: Verification) -> tuple[Capability, ...]:
    """A still proves no liveness: live keys use the provider's own page unless the application takes stills."""
    if not verification.livemode:
        return (Capability.FACE, Capability.LIVENESS)
    return (Capability.FACE if verification.application.setting("direct_face_image") else Capability.LIVENESS,)


#: steps whose calls depend on the application's settings
BY_SETTING: Mapping[str, Callable[[Verification], tuple[Capability, ...]]] = {
    "face": face_capabilities,
    "representative": lambda verification: (
        (Capability.REGISTRY,)
        if verification.application.setting("enterprise_requires_personal")
        else (Capability.IDENTITY, Capability.REGISTRY)
    ),
    # the account's name is the enterprise's, whom the register knows
    "bank_account": lambda verification: () if verification.type == "enterprise" else (Capability.IDENTITY,),
}


def configured(
    capability: Capability, *, livemode: bool, services: Services, application_id: UUID | None = None
) -> Sequence[tuple[str, int]]:
    """(provider, weight) pairs of a capability for one mode; only providers of that mode are in it.

    Rows for the application stand before rows for all, and those before the configuration file.
    """
    listed = _listed(capability, application_id, services)
    found = tuple(
        (name, weight) for name, weight in listed if can_serve(name, capability, livemode=livemode, services=services)
    )
    return found if livemode or found else TEST_ROUTE


def _listed(capability: Capability, application_id: UUID | None, services: Services) -> Sequence[tuple[str, int]]:
    routes = services.board().routes
    return (
        routes.get((application_id, capability))
        or routes.get((None, capability))
        or [
            (str(entry["provider"]), int(entry.get("weight", 1)))
            for entry in services.settings.providers.get("routes", {}).get(capability.value, ())
        ]
    )


def is_unassessed(verification: Verification, capability: Capability, services: Services) -> bool:
    """True when a provider could serve if only an assessment covered it."""
    listed = _listed(capability, verification.application_id, services)
    return any(_could_serve(name, capability, livemode=verification.livemode, services=services) for name, _ in listed)


def routed(verification: Verification, capability: Capability, services: Services) -> Sequence[tuple[str, int]]:
    """The same for one verification."""
    return configured(
        capability,
        livemode=verification.livemode,
        services=services,
        application_id=verification.application_id,
    )


def can_serve(name: str, capability: Capability, *, livemode: bool, services: Services) -> bool:
    """True when the provider is loaded, knows the capability, belongs to the mode, was not off-boarded and is covered
    by an assessment where one is needed."""
    if not _could_serve(name, capability, livemode=livemode, services=services):
        return False
    return services.providers[name].test_only or covers(name, capability, services)


def _could_serve(name: str, capability: Capability, *, livemode: bool, services: Services) -> bool:
    provider = services.providers.get(name)
    if provider is None or capability not in provider.capabilities or provider.test_only == livemode:
        return False
    return name not in services.board().ended


def draw(
    verification: Verification, capability: Capability, services: Services, working: Working | None = None
) -> list[str]:
    """Providers in the order they are to be tried, first the drawn one.

    The draw is seeded by the verification, so the same notice comes out until the configuration changes. Those that
    are not ``working`` come last, where that is asked.
    """
    order = in_order(routed(verification, capability, services), f"{verification.id}/{capability}")
    return sorted(order, key=lambda name: not working(name, capability, services)) if working else order


def in_order(entries: Sequence[tuple[str, int]], seed: str) -> list[str]:
    """Drawn by weight; those of weight 0 come after all others, as listed."""
    left = [entry for entry in entries if entry[1]]
    source = random.Random(seed)  # noqa: S311 - spreads load, guards nothing
    order = []
    while left:
        entry = source.choices(left, weights=[weight for _, weight in left])[0]
        left.remove(entry)
        order.append(entry[0])
    return order + [name for name, weight in entries if not weight]


def needed(verification: Verification, method: str | None = None) -> list[Capability]:
    """Capabilities the method asks of providers, each once, in the order of its steps."""
    return list(
        dict.fromkeys(c for step in steps_of(verification, method) for c in capabilities_of(verification, step))
    )


def capabilities_of(verification: Verification, step: Step) -> tuple[Capability, ...]:
    """What a step asks of providers, call by call, with the application's settings."""
    chosen = BY_SETTING.get(step.name)
    if chosen is not None:
        return chosen(verification)
    return () if step.asks is None else (step.asks,)
