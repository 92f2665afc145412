"""The record as JSON lines, and proofs of single verifications, for whoever verifies without our code."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from crypto import checkpoint, merkle
from verify.audit import chains
from verify.flows.retention import CLASSES
from verify.models import Checkpoint, Event, Verification
from verify.services import Services

FORMAT = "realname-audit-export/2"
PROOF = "realname-audit-proof/1"


def lines(session: Session, services: Services, at: datetime | None = None) -> Iterator[str]:
    """Head, checkpoints with their lists of events, then every chain: its head and its events. One JSON a line.

    ``at`` is the moment it is said to be made, now unless given.
    """
    yield _line(
        format=FORMAT,
        exported_at=(at or services.clock()).isoformat(),
        years=CLASSES["event"].years,
        keys=[str(checkpoint.signer(key).verifier) for key in services.keyring.usable("audit")],
    )
    kept = select(Checkpoint).options(undefer(Checkpoint.leaves)).order_by(Checkpoint.number)
    for row in session.scalars(kept.execution_options(yield_per=20)):
        leaves = None if row.leaves is None else base64.b64encode(row.leaves).decode("ascii")
        yield _line(checkpoint=row.note, leaves=leaves)
    for chain in chains(session):
        before, hash_before = chain.start
        owner = chain.row
        head = {"chain": str(owner.id), "last": owner.event_seq, "head": _hex(owner.event_hash)}
        owned = {"application": str(owner.application_id), "livemode": owner.livemode}
        if isinstance(owner, Verification):
            owned["account"] = str(owner.account_id)
        yield _line(**head, **owned, deleted=before, hash_before=_hex(hash_before))
        yield from (_line(**_shown(event), columns=_columns(event)) for event in chain.events)


def proof(session: Session, verification_id: UUID) -> dict[str, Any] | None:
    """All events of one verification, each with its way to a signed root; None where there are none.

    Events of the last minute, which no checkpoint holds yet, have no way.
    """
    events = session.scalars(select(Event).where(Event.verification_id == verification_id).order_by(Event.seq)).all()
    if not events:
        return None
    numbers = {event.checkpoint for event in events if event.checkpoint is not None}
    kept = select(Checkpoint).options(undefer(Checkpoint.leaves)).where(Checkpoint.number.in_(numbers))
    rows = {row.number: row for row in session.scalars(kept)}
    return {
        "format": PROOF,
        "chain": str(verification_id),
        "checkpoints": {str(number): row.note for number, row in sorted(rows.items())},
        "events": [_shown(event) | _way(event, rows.get(event.checkpoint or 0)) for event in events],
    }


def _way(event: Event, row: Checkpoint | None) -> dict[str, Any]:
    if row is None or row.leaves is None:
        return {}
    leaves = checkpoint.unpack(row.leaves)
    chain = event.verification_id or event.account_id
    index = next((at for at, leaf in enumerate(leaves) if (leaf.chain, leaf.seq) == (chain, event.seq)), None)
    if index is None:
        return {}
    path = merkle.path([leaf.hash for leaf in leaves], index)
    return {"index": index, "size": len(leaves), "path": [found.hex() for found in path]}


def _shown(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "payload": bytes(event.payload).decode("utf-8", "replace"),
        "hash": _hex(event.hash),
        "checkpoint": event.checkpoint,
    }


def _columns(event: Event) -> dict[str, Any]:
    """What stands beside the payload, for comparing."""
    return {
        "id": str(event.id),
        "type": event.type,
        "created_at": event.created_at.isoformat(),
        "application": str(event.application_id),
        "livemode": event.livemode,
        "about": event.about,
        "about_id": str(event.about_id),
        "sequence": event.sequence,
    }


def _hex(data: bytes | None) -> str | None:
    return None if data is None else data.hex()


def _line(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=True, separators=(",", ":"))
