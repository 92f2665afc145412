"""Walking the event chains, to find an entry that was changed, taken out, put in or cut off."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crypto.chain import event_hash
from verify.flows.states import FINAL
from verify.models import Event, Verification

#: verifications read at a time
BATCH = 500

NIL = UUID(int=0)

HEAD = "not the head its verification keeps"
STATUS = "its status is not the one the chain ends with"


@dataclass(frozen=True)
class Break:
    """Where a chain stops being what was written. ``seq`` is the first entry that does not fit."""

    verification: UUID
    seq: int
    reason: str


@dataclass
class Tally:
    verifications: int = 0
    events: int = 0


def first_break(session: Session, tally: Tally) -> Break | None:
    """The first broken entry in order of verifications, or None. ``tally`` counts what was walked."""
    for verification_id, seq, head, status, events in _chains(session):
        found = broken_at(verification_id, events, seq, head, status)
        if found is not None:
            return found
        tally.verifications += 1
        tally.events += len(events)
    return None


def broken_at(
    verification: UUID, events: Sequence[Event], seq: int, head: bytes | None, status: str | None = None
) -> Break | None:
    """Compare one chain with its hashes, with the head its verification keeps, and with its ``status``."""
    previous: bytes | None = None
    for expected, event in enumerate(events, start=1):
        if event.seq != expected:
            return Break(verification, expected, "missing")
        # SQLite keeps whatever type was written into a column
        intact: Any = event.payload
        previous = event_hash(previous, event.seq, verification, intact) if isinstance(intact, bytes) else None
        if previous is None or previous != event.hash:
            return Break(verification, event.seq, "changed")
        if not _columns_agree(event):
            return Break(verification, event.seq, "columns differ from the payload")
    if len(events) != seq:
        return Break(verification, min(len(events), seq) + 1, "cut off" if len(events) < seq else "added")
    agrees = status is None or _status_agrees(events, status)
    reason = HEAD if previous != head else None if agrees else STATUS
    return Break(verification, seq, reason) if reason else None


def _status_agrees(events: Sequence[Event], status: str) -> bool:
    """An end is an event, so a final status must be the last one's; between two events an open one may move."""
    last = json.loads(events[-1].payload)["status"] if events else None
    return status == last if FINAL & {status, last} else True


def _columns_agree(event: Event) -> bool:
    payload = json.loads(event.payload)
    return (payload["id"], payload["seq"], payload["type"]) == (str(event.id), event.seq, event.type)


def _chains(session: Session) -> Iterator[tuple[UUID, int, bytes | None, str, list[Event]]]:
    last = NIL
    columns = (Verification.id, Verification.event_seq, Verification.event_hash, Verification.status)
    heads = select(*columns).order_by(Verification.id)
    while batch := session.execute(heads.where(Verification.id > last).limit(BATCH)).all():
        last = batch[-1].id
        events: dict[UUID, list[Event]] = {row.id: [] for row in batch}
        ids = (batch[0].id, last)
        for event in session.scalars(select(Event).where(Event.verification_id.between(*ids)).order_by(Event.seq)):
            events.setdefault(event.verification_id, []).append(event)
        yield from ((row.id, row.event_seq, row.event_hash, row.status, events[row.id]) for row in batch)
        session.expunge_all()
