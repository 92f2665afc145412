"""Walking the event chains, to find an entry that was changed, taken out, put in or cut off."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crypto.chain import event_hash
from verify.flows.events import FORMAT, bound
from verify.flows.states import FINAL
from verify.models import Account, Event, Verification

#: verifications read at a time
BATCH = 500

NIL = UUID(int=0)

#: what payloads of the first format held
FIRST = frozenset({"id", "seq", "type", "created_at", "verification", "account"})

#: number and hash before a chain's first entry
NOTHING: tuple[int, bytes | None] = (0, None)

#: entry of an account's chain: a verification's events were deleted as the schedule says
DELETED = "record.deleted"

HEAD = "not the head its verification keeps"
STATUS = "its status is not the one the chain ends with"


@dataclass(frozen=True)
class Break:
    """Where a chain stops being what was written. ``seq`` is the first entry that does not fit."""

    verification: UUID
    seq: int
    reason: str
    #: of the id: the chain is an account's where it says so
    prefix: str = "ver_"


@dataclass(frozen=True)
class Chain:
    """The row that keeps a chain's head, its entries, and the last of those that were deleted before them."""

    row: Verification | Account
    events: list[Event]
    start: tuple[int, bytes | None]


@dataclass
class Tally:
    verifications: int = 0
    events: int = 0


def first_break(session: Session, tally: Tally) -> Break | None:
    """The first broken entry in order of verifications, or None. ``tally`` counts what was walked."""
    for chain in chains(session):
        found = _broken(chain)
        if found is not None:
            return found
        tally.verifications += isinstance(chain.row, Verification)
        tally.events += len(chain.events)
    return None


def _broken(chain: Chain) -> Break | None:
    row = chain.row
    status = row.status if isinstance(row, Verification) else None
    found = broken_at(row.id, chain.events, row.event_seq, row.event_hash, status, chain.start) or _elsewhere(chain)
    return found if found is None or isinstance(row, Verification) else replace(found, prefix="acc_")


def _elsewhere(chain: Chain) -> Break | None:
    """An event of another application or mode than its verification or account."""
    row = chain.row
    for event in chain.events:
        if (event.application_id, event.livemode) != (row.application_id, row.livemode):
            return Break(row.id, event.seq, "its application or mode is not that of whose chain it is")
    return None


def broken_at(
    verification: UUID,
    events: Sequence[Event],
    seq: int,
    head: bytes | None,
    status: str | None = None,
    start: tuple[int, bytes | None] = NOTHING,
) -> Break | None:
    """Compare one chain with its hashes, with the head its verification keeps, and with its ``status``.

    ``start`` is number and hash of the last entry before ``events``, which were deleted as the schedule says.
    """
    before, previous = start
    for expected, event in enumerate(events, start=before + 1):
        if event.seq != expected:
            return Break(verification, expected, "missing")
        # SQLite keeps whatever type was written into a column
        intact: Any = event.payload
        previous = event_hash(previous, event.seq, verification, intact) if isinstance(intact, bytes) else None
        if previous is None or previous != event.hash:
            return Break(verification, event.seq, "changed")
        reason = _contradiction(event, json.loads(intact))
        if reason is not None:
            return Break(verification, event.seq, reason)
    there = before + len(events)
    if there != seq:
        return Break(verification, min(there, seq) + 1, "cut off" if there < seq else "added")
    agrees = status is None or (before and not events) or _status_agrees(events, status)
    reason = HEAD if previous != head else None if agrees else STATUS
    return Break(verification, seq, reason) if reason else None


def _status_agrees(events: Sequence[Event], status: str) -> bool:
    """An end is an event, so a final status must be the last one's; between two events an open one may move."""
    last = json.loads(events[-1].payload)["status"] if events else None
    return status == last if FINAL & {status, last} else True


def _contradiction(event: Event, payload: dict[str, Any]) -> str | None:
    """What a column says otherwise than the payload, which is hashed. The first format held fewer of them."""
    held = bound(event)
    written = payload.get("format", 1)
    if written not in {1, FORMAT}:
        return "its format is not known"
    names = {*held, "sequence"} if written == FORMAT else FIRST & {*held}
    differing = sorted(name for name in names if held.get(name) != payload.get(name))
    if not differing:
        return None
    return f"its column {'about_id' if differing[0] == event.about else differing[0]} is not what was hashed"


def chains(session: Session) -> Iterator[Chain]:
    """Every chain, of verifications first; rows leave the session again."""
    for table in (Verification, Account):
        yield from _chains_of(session, table)


def _chains_of(session: Session, table: Any) -> Iterator[Chain]:
    last = NIL
    own = Event.verification_id if table is Verification else Event.account_id
    heads = select(table).order_by(table.id)
    while batch := session.scalars(heads.where(table.id > last).limit(BATCH)).all():
        last = batch[-1].id
        events: dict[UUID, list[Event]] = {row.id: [] for row in batch}
        for event in session.scalars(select(Event).where(own.between(batch[0].id, last)).order_by(Event.seq)):
            events.setdefault(event.verification_id or event.account_id or NIL, []).append(event)
        starts = _starts(session, [row for row in batch if isinstance(row, Verification) and row.events_deleted_at])
        yield from (Chain(row, events[row.id], starts.get(row.id, NOTHING)) for row in batch)
        session.expunge_all()


def _starts(session: Session, cut: Sequence[Verification]) -> dict[UUID, tuple[int, bytes | None]]:
    """Of verifications whose events were deleted: number and hash of the last one, as the accounts' chains say."""
    if not cut:
        return {}
    entries = select(Event.payload).where(
        Event.account_id.in_({verification.account_id for verification in cut}), Event.type == DELETED
    )
    kept = [json.loads(payload) for payload in session.scalars(entries.order_by(Event.account_id, Event.seq))]
    return {UUID(entry["verification"]): (entry["last"], bytes.fromhex(entry["hash"])) for entry in kept}
