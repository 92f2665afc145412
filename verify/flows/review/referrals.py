"""Why a verification waits for a person, read from its progress."""

from collections.abc import Mapping

from verify.flows import progress
from verify.models import Verification


def referrals(verification: Verification) -> Mapping[str, str]:
    """Step → reason code for which a person has to look at it."""
    found = {
        step.name: progress.state(verification, step.name).get("refer") for step in progress.steps_of(verification)
    }
    return {name: str(code) for name, code in found.items() if code}
