"""Comparing events with the signed checkpoints that hold them, to find what chains alone cannot show."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from crypto import checkpoint, merkle
from crypto.checkpoint import NO_PREVIOUS, Leaf
from crypto.notes import BadNote, Verifier
from verify.flows.periods import keep_until
from verify.models import Checkpoint, Event, Verification

#: between an event's time and its commit lie seconds; more is back-dating
SLACK = timedelta(minutes=5)

#: checkpoints read at a time
BATCH = 20


class Finding(NamedTuple):
    """What does not fit: a checkpoint, or one event of a chain where that can be told."""

    checkpoint: int
    reason: str
    chain: UUID | None = None
    seq: int | None = None

    def __str__(self) -> str:
        if self.chain is None:
            return f"checkpoint {self.checkpoint}: {self.reason}"
        return f"{self.chain}: event {self.seq} of checkpoint {self.checkpoint}: {self.reason}"


class Kept(NamedTuple):
    """What is compared of an event."""

    leaf: bytes
    created_at: datetime


@dataclass
class Anchored:
    """How far the record is signed."""

    checkpoints: int = 0
    events: int = 0
    #: events that were deleted after their time
    over: int = 0
    #: events no checkpoint holds yet
    unsigned: int = 0
    verifiers: list[Verifier] = field(default_factory=list)
    #: the checkpoints that tell of one
    restores: list[checkpoint.Checkpoint] = field(default_factory=list)


@dataclass
class Line:
    """The checkpoints so far: what the next one must go on from. ``trusted`` are the verifier's own keys."""

    trusted: Collection[Verifier] = ()

    previous: bytes = NO_PREVIOUS
    number: int = 0
    through: datetime | None = None
    verifiers: dict[str, Verifier] = field(default_factory=dict)
    first: Verifier | None = None
    last: Verifier | None = None

    @property
    def ends(self) -> set[Verifier]:
        """Who signed the last one vouches for all before, by their hashes; the first for all after, by succession."""
        return {key for key in (self.first, self.last) if key is not None}

    def take(self, note: str) -> checkpoint.Checkpoint:
        """Raises BadNote saying what does not fit."""
        found = checkpoint.read(note)
        if found.number != self.number + 1:
            _refuse(f"a checkpoint is missing before it: {self.number + 1}")
        if found.previous != self.previous:
            _refuse("does not go on from the one before")
        # a record that came back may be older than the key: then whoever verifies must know it already
        is_told = found.restore is not None and found.verifier in self.trusted
        if self.verifiers and str(found.verifier) not in self.verifiers and not is_told:
            _refuse("signed by a key that no checkpoint before it names")
        for verifier in filter(None, (found.verifier, found.successor)):
            self.verifiers[str(verifier)] = verifier
        self.number, self.previous = found.number, checkpoint.digest(note)
        self.first, self.last = self.first or found.verifier, found.verifier
        return found


def first_finding(session: Session, now: datetime, trusted: Collection[Verifier], tally: Anchored) -> Finding | None:
    """The first thing that does not fit, or None. ``trusted`` are the keys the keyring holds."""
    line = Line(trusted)
    for row in _checkpoints(session):
        try:
            found = line.take(row.note)
            leaves = _leaves(row.leaves, found, now)
        except BadNote as error:
            return Finding(row.number, str(error))
        finding = None if leaves is None else _compare(session, found, leaves, line.through, now, tally)
        if finding is not None:
            return finding
        tally.checkpoints += 1
        tally.restores += [found] if found.restore else []
        line.through = found.through
    tally.verifiers = list(line.verifiers.values())
    if line.number and trusted and not line.ends & set(trusted):
        return Finding(line.number, "neither the first nor the last is signed by a key of this keyring")
    return _unsigned(session, line, tally)


def _checkpoints(session: Session) -> Iterator[Checkpoint]:
    last = 0
    found = select(Checkpoint).options(undefer(Checkpoint.leaves)).order_by(Checkpoint.number).limit(BATCH)
    while batch := session.scalars(found.where(Checkpoint.number > last)).all():
        last = batch[-1].number
        yield from batch
        session.expunge_all()


def _leaves(packed: bytes | None, found: checkpoint.Checkpoint, now: datetime) -> list[Leaf] | None:
    """None once the time of its events is over."""
    if packed is None:
        if keep_until("event", found.first) > now:
            _refuse("its list of events is missing before their time is over")
        return None
    leaves = checkpoint.unpack(packed)
    if merkle.root([leaf.hash for leaf in leaves]) != found.root:
        _refuse("its list of events was changed")
    return leaves


def _compare(
    session: Session,
    found: checkpoint.Checkpoint,
    leaves: list[Leaf],
    after: datetime | None,
    now: datetime,
    tally: Anchored,
) -> Finding | None:
    kept = _kept(session, found.number)
    for leaf in leaves:
        event = kept.pop((leaf.chain, leaf.seq), None)
        if event is None:
            if keep_until("event", found.first) > now:
                return Finding(found.number, _why_gone(session, leaf), leaf.chain, leaf.seq)
            tally.over += 1
            continue
        reason = "changed" if event.leaf != leaf.hash else _back_dated(event.created_at, after)
        if reason is not None:
            return Finding(found.number, reason, leaf.chain, leaf.seq)
        tally.events += 1
    for chain, seq in kept:
        return Finding(found.number, "put in", chain, seq)
    return None


def _kept(session: Session, number: int) -> dict[tuple[UUID, int], Kept]:
    return {
        (row.chain, row.seq): Kept(merkle.leaf(row.hash), _created_at(row.payload, row.created_at))
        for row in session.execute(_columns().where(Event.checkpoint == number))
    }


def _columns() -> Any:
    chain = func.coalesce(Event.verification_id, Event.account_id, type_=Verification.id.type).label("chain")
    return select(chain, Event.seq, Event.hash, Event.payload, Event.created_at)


def _created_at(payload: object, column: datetime) -> datetime:
    """What is signed decides; where it cannot be read, the chain is broken there anyhow."""
    try:
        return datetime.fromisoformat(json.loads(payload)["created_at"])  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError):
        return column


def _back_dated(created_at: datetime, after: datetime | None) -> str | None:
    return "back-dated" if after is not None and created_at < after - SLACK else None


def _why_gone(session: Session, leaf: Leaf) -> str:
    elsewhere = select(Event.checkpoint).where(
        Event.seq == leaf.seq, (Event.verification_id == leaf.chain) | (Event.account_id == leaf.chain)
    )
    return "signed once and not any more" if session.execute(elsewhere).first() else "missing"


def _unsigned(session: Session, line: Line, tally: Anchored) -> Finding | None:
    for row in session.execute(_columns().where(Event.checkpoint.is_(None))):
        tally.unsigned += 1
        if _back_dated(_created_at(row.payload, row.created_at), line.through):
            return Finding(line.number + 1, "back-dated", row.chain, row.seq)
    beyond = session.scalars(select(Event.checkpoint).where(Event.checkpoint > line.number).limit(1)).first()
    return None if beyond is None else Finding(beyond, "missing, though events name it")


def _refuse(why: str) -> NoReturn:
    raise BadNote(why)
