"""What the address of the queue asks for: what of it is understood, and what is not, so that the page can say so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from verify.flows.methods import METHODS, TYPES
from verify.flows.review.queue import Filters
from verify.flows.states import Status

#: what ``status`` says → of which status cases are shown; of those with their users, the ones no vendor answers
QUEUES: Mapping[str, Status] = {"review": Status.REVIEW, "processing": Status.PROCESSING, "outage": Status.PENDING}

#: those of cases no vendor answers, of which staff may have taken some in
VENDORS = ("vendor_outage", "vendor_limit", "vendor_unclear", "vendor_offered")

#: reasons one can filter by in each; one alone asks for the first queue that has it
REASONS: Mapping[Status, tuple[str, ...]] = {
    Status.PENDING: VENDORS,
    Status.REVIEW: (
        "license_unreadable",
        "authorization_letter_review",
        "registry_no_record",
        "registry_unclear",
        "transfer_unconfirmed",
        "taken_in",
        "child_needs_person",
        *VENDORS,
    ),
    Status.PROCESSING: ("registry_lag", "open_transfer", "vendor_owes"),
}

METHOD_NAMES = tuple(dict.fromkeys(method for _, method in METHODS))
MODES = {"live": True, "test": False}
WHOSE = ("mine", "free", "second")

#: how many applications can be chosen from; beyond, any id is taken at its word
LISTED = 200

Cursor = tuple[datetime, UUID]


@dataclass(frozen=True)
class Asked:
    filters: Filters
    after: Cursor | None
    #: the part of the address that was understood
    kept: Mapping[str, str]
    #: names in the address that mean nothing, or whose values do
    unknown: list[str]


def understood(given: Mapping[str, str], applications: Collection[str]) -> Asked:
    """``applications`` are the ids that may be chosen. A reason alone asks for the queue it belongs to."""
    status = QUEUES.get(given.get("status", "")) or _queue_of(given.get("reason", ""))
    known: Mapping[str, Any] = {
        "status": QUEUES,
        "reason": REASONS[status],
        "type": TYPES,
        "method": METHOD_NAMES,
        "application": applications if len(applications) < LISTED else [given.get("application")],
        "mode": MODES,
        "whose": WHOSE,
    }
    after = _after(given.get("after", ""))
    kept = {name: value for name, value in given.items() if value in known.get(name, ())}
    if after is not None:
        kept["after"] = given["after"]
    filters = Filters(
        status=status,
        type=kept.get("type"),
        method=kept.get("method"),
        application=_uuid(kept.get("application", "")),
        livemode=MODES.get(kept.get("mode", "")),
        reason=kept.get("reason"),
        whose=kept.get("whose"),
    )
    return Asked(filters, after, kept, [name[:40] for name, value in given.items() if value and name not in kept])


def _queue_of(reason: str) -> Status:
    return next((status for status, reasons in REASONS.items() if reason in reasons), Status.REVIEW)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _after(text: str) -> Cursor | None:
    since, _, last = text.partition("~")
    try:
        moment = datetime.fromisoformat(since)
        return (moment, UUID(last)) if moment.tzinfo else None
    except ValueError:
        return None
