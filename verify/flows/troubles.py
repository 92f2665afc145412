"""The one writer of a verification's last error, and of since when its user waits for want of a vendor or of staff."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from verify.flows import progress
from verify.models import Verification

VENDOR_OUTAGE, VENDOR_LIMIT, VENDOR_UNCLEAR = "vendor_outage", "vendor_limit", "vendor_unclear"
VENDOR_OFFERED = "vendor_offered"

#: errors that mean a vendor gave no answer of use
OUTAGES: Mapping[str, str] = {
    "provider_unavailable": VENDOR_OUTAGE,
    "provider_throttled": VENDOR_OUTAGE,
    #: it could be reached, but what was agreed on is used up
    "provider_limited": VENDOR_LIMIT,
    #: it answered, and nobody knows what it means: its code is in the record of the call
    "inconclusive": VENDOR_UNCLEAR,
    #: whom the user chose cannot serve; without consenting to another, they wait as well
    "other_provider_offered": VENDOR_OFFERED,
}

#: those that nothing but a vendor's answer ends
UNANSWERED = OUTAGES.keys() - {"other_provider_offered"}


def note(verification: Verification, step: str, code: str, now: datetime, retry_after: int | None = None) -> None:
    """What went wrong last. However often the user tries, the case has waited since the first outage of the row.

    ``retry_after``: seconds after which a new try may do better.
    """
    verification.last_error = {"step": step, "code": code}
    if retry_after is not None:
        verification.last_error["retry_at"] = (now + timedelta(seconds=retry_after)).isoformat()
    is_stalled = code in OUTAGES
    verification.stalled_at = (verification.stalled_at or now - progress.waited(verification)) if is_stalled else None


def clear(verification: Verification) -> None:
    verification.last_error = verification.stalled_at = None


def refer(verification: Verification) -> None:
    """It came before staff: the wait for a vendor that led there counts, and what was waited before asking again."""
    if verification.stalled_at is None and verification.paused_at is not None and progress.waited(verification):
        verification.stalled_at = verification.paused_at - progress.waited(verification)


def hand_back(verification: Verification, now: datetime) -> None:
    """Staff have the user do something: what was waited until now is remembered for when they have done it."""
    since = waits_since(verification)
    if since is not None:
        progress.note_waited(verification, now - since)


def waits_since(verification: Verification) -> datetime | None:
    """When the wait of a case before staff began."""
    return verification.stalled_at or verification.paused_at


def wait(verification: Verification, now: datetime) -> int | None:
    """Seconds until a new try may do better; None where nothing is known of it."""
    retry_at = (verification.last_error or {}).get("retry_at")
    return None if retry_at is None else max(1, ceil((datetime.fromisoformat(retry_at) - now).total_seconds()))


def outage(verification: Verification) -> str | None:
    """How the case is stuck for want of a vendor; None where it is not."""
    return OUTAGES.get((verification.last_error or {}).get("code", ""))
