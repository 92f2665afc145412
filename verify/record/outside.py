"""The copy of the checkpoints outside the database: reading it, and comparing it with those inside."""

import base64
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crypto import checkpoint
from crypto.checkpoint import Restore
from crypto.notes import BadNote
from verify.models import Checkpoint
from verify.record.anchors import Finding

#: notes fetched at a time
BATCH = 1000


class Unreadable(Exception):
    """A line of the file is no checkpoint."""


class Note(NamedTuple):
    """A checkpoint by what tells it from another of its number."""

    number: int
    digest: bytes
    previous: bytes
    events: int
    time: datetime
    #: the name of the key it is signed by
    signer: str

    def __str__(self) -> str:
        return f"{base64.b64encode(self.digest).decode('ascii')} ({self.time.strftime(checkpoint.TIME)}, {self.signer})"


def of(text: str) -> Note:
    """Raises BadNote."""
    found = checkpoint.read(text)
    return Note(found.number, checkpoint.digest(text), found.previous, found.events, found.time, found.verifier.name)


def read(path: Path) -> list[Note]:
    """Each note once, however often it was written; a last line that was being written is passed over.

    Raises Unreadable.
    """
    notes: dict[bytes, Note] = {}
    for at, line in enumerate(path.read_text("utf-8").splitlines(keepends=True), 1):
        if not line.endswith("\n"):
            continue
        try:
            note = of(json.loads(line))
        except (BadNote, ValueError, AttributeError):
            msg = f"{path}: line {at} is no checkpoint"
            raise Unreadable(msg) from None
        notes.setdefault(note.digest, note)
    return list(notes.values())


@dataclass
class Held:
    """The record's own line: the notes by number, what each is known by, and the restores that are told in it."""

    notes: dict[int, str] = field(default_factory=dict)
    digests: set[bytes] = field(default_factory=set)
    restores: list[Restore] = field(default_factory=list)


def held(session: Session) -> Held:
    """A restore that cannot be read excuses nothing; what is wrong with it is found elsewhere."""
    found = Held()
    kept = select(Checkpoint.number, Checkpoint.note).order_by(Checkpoint.number)
    for row in session.execute(kept.execution_options(yield_per=BATCH)):
        found.notes[row.number] = row.note
        found.digests.add(checkpoint.digest(row.note))
        if row.note.startswith(checkpoint.RESTORED):
            found.restores += _restore(row.note)
    return found


def _restore(note: str) -> list[Restore]:
    try:
        told = checkpoint.read(note).restore
    except BadNote:
        return []
    return [told] if told else []


def difference(session: Session, notes: Sequence[Note]) -> Finding | None:
    """The first number at which the record and its copy do not say the same one thing, but for what restores tell."""
    if not notes:
        return None
    record = held(session)
    told = lost_by(record, notes)
    by_number: dict[int, list[Note]] = {}
    for note in notes:
        if note.digest not in told:
            by_number.setdefault(note.number, []).append(note)
    for number in sorted(by_number):
        reason = _reason(by_number[number], record.notes.get(number))
        if reason is not None:
            return Finding(number, reason)
    return None


def lost_by(record: Held, notes: Sequence[Note]) -> set[bytes]:
    """What the record's restores tell to be lost, of what stands outside: each named one and those before it, up to the
    record's own line."""
    by_digest = {note.digest: note for note in notes}
    found: set[bytes] = set()
    for branch in (branch for restore in record.restores for branch in restore.lost):
        found.update(note.digest for note in back(branch.digest, by_digest, record.digests | found))
    return found


def back(digest: bytes, by_digest: Mapping[bytes, Note], until: Collection[bytes]) -> Iterator[Note]:
    """From one note to those before it."""
    while digest not in until and digest in by_digest:
        yield by_digest[digest]
        digest = by_digest[digest].previous


def _reason(written: list[Note], held: str | None) -> str | None:
    """Two notes of one number are a fork: somebody was shown what is not the record any more."""
    here = None if held is None else checkpoint.digest(held)
    if len(written) > 1:
        names = " and ".join(map(str, written))
        ours = next((str(note) for note in written if note.digest == here), "none of them")
        return f"a fork: outside stand {names}; the record holds {ours}"
    if held is None:
        return f"missing, though it was written outside the database: {written[0]}"
    return None if written[0].digest == here else f"a fork: outside stands {written[0]}, the record holds {_name(held)}"


def _name(text: str) -> str:
    """A note that cannot be read is named by its hash alone; what is wrong with it is found elsewhere."""
    try:
        return str(of(text))
    except BadNote:
        return base64.b64encode(checkpoint.digest(text)).decode("ascii")
