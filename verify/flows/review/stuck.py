"""Why a case stands still, in codes that say who has to move."""

from collections.abc import Sequence

from verify.flows import progress, troubles
from verify.flows.review.referrals import referrals
from verify.flows.states import Status
from verify.flows.transfers.states import Stage
from verify.models import Verification

VENDOR_OWES, REGISTRY_LAG, OPEN_TRANSFER = "vendor_owes", "registry_lag", "open_transfer"
TAKEN_IN = "taken_in"

#: stages of a transfer that somebody is waited for in
UNDER_WAY = (Stage.CREATED, Stage.REQUESTED, Stage.UNKNOWN)

#: nobody could be made to tell what became of the money
UNCONFIRMED = "transfer_unconfirmed"


def waits_for(verification: Verification) -> Sequence[str]:
    """Codes, the most telling first; empty after the end and while only the user owes something."""
    outage = troubles.outage(verification)
    stalled = [outage] if outage else []
    if verification.status == Status.REVIEW:
        code = (verification.last_error or {}).get("code")
        referred = sorted(set(referrals(verification).values()))
        return [*stalled, *(referred or [code if code == UNCONFIRMED else TAKEN_IN])]
    if verification.status == Status.PENDING:
        return stalled
    if verification.status != Status.PROCESSING:
        return []
    if any("next_check_at" in progress.state(verification, s.name) for s in progress.steps_of(verification)):
        return [REGISTRY_LAG]
    if progress.transfer(verification).get("status") in UNDER_WAY:
        return [OPEN_TRANSFER]
    return [VENDOR_OWES]
