"""The event chain of a verification: audit entry and webhook source in one."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.chain import event_hash
from verify.models import Event, Verification

#: what applications are told of, as webhooks and at GET /v1/events; everything else is for the audit alone
PUBLIC = (
    "verification.created",
    "verification.processing",
    "verification.review",
    "verification.verified",
    "verification.rejected",
    "verification.expired",
    "verification.canceled",
    "verification.redacted",
    "verification.step_passed",
    "verification.step_failed",
    "transfer.sent",
    "transfer.failed",
    "transfer.returned",
    "consent.withdrawn",
    "account.erased",
    "rights_request.answered",
)


def canonical(payload: dict[str, Any]) -> bytes:
    """Sorted keys, no spaces, ASCII; payloads hold strings, integers, booleans and lists of them."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def append(session: Session, verification: Verification, kind: str, now: datetime, **data: Any) -> None:
    """Add the next entry to the chain of a locked verification. ``data`` is ids and codes only."""
    session.add(chained(verification, kind, now, **data))


def chained(verification: Verification, kind: str, now: datetime, **data: Any) -> Event:
    """The next entry, not in a session yet; the verification's head has moved on to it.

    The verification carries the chain's head, so an append reads nothing and a cut tail shows.
    """
    seq = verification.event_seq + 1
    is_public = kind in PUBLIC
    verification.sequence += is_public
    event_id = uuid7()
    payload = canonical(
        {
            "id": str(event_id),
            "verification": str(verification.id),
            "seq": seq,
            "type": kind,
            "status": str(verification.status),
            "created_at": now.isoformat(),
            **data,
        }
    )
    digest = event_hash(verification.event_hash, seq, verification.id, payload)
    event = Event(
        id=event_id,
        verification_id=verification.id,
        application_id=verification.application_id,
        livemode=verification.livemode,
        seq=seq,
        sequence=verification.sequence if is_public else None,
        type=kind,
        payload=payload,
        hash=digest,
        created_at=now,
    )
    verification.event_seq, verification.event_hash = seq, digest
    return event
