"""The one writer of a verification's last error, and of since when no vendor has answered for the step it owes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from verify.models import Verification

VENDOR_OUTAGE, VENDOR_LIMIT, VENDOR_UNCLEAR = "vendor_outage", "vendor_limit", "vendor_unclear"

#: errors that mean a vendor gave no answer of use
OUTAGES: Mapping[str, str] = {
    "provider_unavailable": VENDOR_OUTAGE,
    "provider_throttled": VENDOR_OUTAGE,
    #: it could be reached, but what was agreed on is used up
    "provider_limited": VENDOR_LIMIT,
    #: it answered, and nobody knows what it means: its code is in the record of the call
    "inconclusive": VENDOR_UNCLEAR,
}


def note(verification: Verification, step: str, code: str, now: datetime, retry_after: int | None = None) -> None:
    """What went wrong last. However often the user tries, the case has waited since the first outage of the row.

    ``retry_after``: seconds after which a new try may do better.
    """
    verification.last_error = {"step": step, "code": code}
    if retry_after is not None:
        verification.last_error["retry_at"] = (now + timedelta(seconds=retry_after)).isoformat()
    verification.stalled_at = (verification.stalled_at or now) if code in OUTAGES else None


def clear(verification: Verification) -> None:
    verification.last_error = verification.stalled_at = None


def wait(verification: Verification, now: datetime) -> int | None:
    """Seconds until a new try may do better; None where nothing is known of it."""
    retry_at = (verification.last_error or {}).get("retry_at")
    return None if retry_at is None else max(1, ceil((datetime.fromisoformat(retry_at) - now).total_seconds()))


def outage(verification: Verification) -> str | None:
    """How the case is stuck for want of a vendor; None where it is not."""
    return OUTAGES.get((verification.last_error or {}).get("code", ""))
