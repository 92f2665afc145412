"""Device data that a vendor's page wants to be told of: whose script collects it, and from when on it may run."""

from providers.base import Capability, DeviceScript, LivenessSession
from verify.errors import Problem
from verify.flows.disclosure import consent_for
from verify.models import Verification
from verify.services import Services


def scripts(services: Services) -> dict[str, DeviceScript]:
    """By provider, of those that are configured."""
    traits = {name: provider.capabilities.get(Capability.LIVENESS) for name, provider in services.providers.items()}
    return {name: known.device_script for name, known in traits.items() if known and known.device_script}


def script_for(verification: Verification, services: Services) -> DeviceScript | None:
    """Of the first recipient that needs one; None before the person consented, since loading it tells the vendor."""
    known = scripts(services)
    try:
        granted = consent_for(verification, LivenessSession("", ""), services) if known else []
    except Problem:
        return None
    return next((known[consent.provider] for consent in granted if consent.provider in known), None)
