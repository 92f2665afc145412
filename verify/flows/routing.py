"""Which providers a verification is to be checked by: drawn once, when its consent notice is rendered."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from providers.base import Capability
from verify.flows.progress import steps_of
from verify.models import Verification
from verify.services import Services

#: what a test key reaches where no other double is configured
TEST_ROUTE: Sequence[tuple[str, int]] = (("sandbox", 1),)


def configured(capability: Capability, *, livemode: bool, services: Services) -> Sequence[tuple[str, int]]:
    """(provider, weight) pairs of a capability for one mode; only providers of that mode are in it."""
    routes: Mapping[str, Any] = services.settings.providers.get("routes", {})
    found = tuple(
        (str(entry["provider"]), int(entry.get("weight", 1)))
        for entry in routes.get(capability.value, ())
        if can_serve(str(entry["provider"]), capability, livemode=livemode, services=services)
    )
    return found if livemode or found else TEST_ROUTE


def can_serve(name: str, capability: Capability, *, livemode: bool, services: Services) -> bool:
    """True when the provider is loaded, knows the capability and belongs to the mode."""
    provider = services.providers.get(name)
    return provider is not None and capability in provider.capabilities and provider.test_only != livemode


def draw(verification: Verification, capability: Capability, services: Services) -> list[str]:
    """Providers in the order they are to be tried, first the drawn one.

    The draw is seeded by the verification, so the same notice comes out until the configuration changes.
    """
    left = list(configured(capability, livemode=verification.livemode, services=services))
    source = random.Random(f"{verification.id}/{capability}")  # noqa: S311 - spreads load, guards nothing
    order = []
    while left:
        entry = source.choices(left, weights=[weight for _, weight in left])[0]
        left.remove(entry)
        order.append(entry[0])
    return order


def needed(verification: Verification, method: str | None = None) -> list[Capability]:
    """Capabilities the method asks of providers, in the order of its steps."""
    return [step.asks for step in steps_of(verification, method) if step.asks is not None]
