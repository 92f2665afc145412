"""The sandbox's liveness sessions: a page of this service plays the vendor's, and tells here how the visit ended."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from providers.base import (
    BadCallback,
    CallbackHint,
    Capability,
    HostedPage,
    LivenessSession,
    NotReceived,
    OpensIn,
    Outcome,
    Refused,
    Result,
    Unknown,
)
from providers.sandbox_journal import Journal

#: how long a session stays open
LIFETIME = timedelta(minutes=15)

#: where the page is, after the service's own address
PAGE = "/sandbox/face/"

#: what a visitor may choose → result and reason. ``as_named``: what the name asks for
CHOICES = {
    "match": (Result.MATCH, None),
    "face_mismatch": (Result.MISMATCH, "face_mismatch"),
    "liveness_failed": (Result.MISMATCH, "liveness_failed"),
    "abandoned": (Result.INCONCLUSIVE, "liveness_expired"),
}
AS_NAMED = "as_named"


def open_page(request: LivenessSession, reference: str, result: Result, reason: str | None, now: datetime) -> Outcome:
    """Where the page is; ``result`` and ``reason`` are what the name asks for, kept by ``remember``."""
    if request.notify_url is None:
        raise Refused("sandbox.notify_url")
    notify = urlsplit(request.notify_url)
    back = urlsplit(request.return_url or "")
    link = f"{back.path}?{back.query}" if back.query else back.path
    token = notify.path.rsplit("/", 1)[-1]
    url = f"{notify.scheme}://{notify.netloc}{PAGE}{token}?back={quote(link, safe='')}"
    return Outcome(
        Result.ACCEPTED,
        vendor_code=f"sandbox.{result}" if reason is None else f"sandbox.{reason}",
        vendor_reference=f"sbx-{reference}",
        billed=False,
        page=HostedPage(url, OpensIn.BROWSER, now + LIFETIME),
    )


def remember(journal: Journal, reference: str, result: Result, reason: str | None) -> None:
    """Open, and how it ends if the visitor leaves that to the name."""
    journal.write(reference, Result.ACCEPTED, f"{result}/{reason or ''}")


def verdict(reference: str, known: tuple[Result, str | None] | None) -> Outcome:
    """Raises Unknown while the visit goes on."""
    if known is None:
        raise NotReceived("sandbox.notreceived")
    result, reason = known
    if result is Result.ACCEPTED:
        raise Unknown("sandbox.open")
    return Outcome(result, reason, vendor_code=f"sandbox.{result}", vendor_reference=f"sbx-{reference}", billed=False)


def told(journal: Journal, message: dict[str, Any]) -> CallbackHint:
    """``{"reference": …, "outcome": …}``: end the visit so. One that has ended stays as it is. Raises BadCallback."""
    reference, outcome = str(message["reference"]), message["outcome"]
    known = journal.read(reference)
    if known is None or outcome not in {*CHOICES, AS_NAMED}:
        raise BadCallback("sandbox.callback")
    if known[0] is Result.ACCEPTED:
        named, _, reason = (known[1] or "").partition("/")
        result = (Result(named), reason or None) if outcome == AS_NAMED else CHOICES[outcome]
        journal.write(reference, *result)
    return CallbackHint(Capability.LIVENESS, reference, event=json.dumps([reference, outcome]))
