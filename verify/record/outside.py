"""The copy of the checkpoints outside the database: reading it, and comparing it with those inside."""

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crypto import checkpoint
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
    time: datetime
    #: the name of the key it is signed by
    signer: str

    def __str__(self) -> str:
        return f"{base64.b64encode(self.digest).decode('ascii')} ({self.time.strftime(checkpoint.TIME)}, {self.signer})"


def of(text: str) -> Note:
    """Raises BadNote."""
    found = checkpoint.read(text)
    return Note(found.number, checkpoint.digest(text), found.time, found.verifier.name)


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


def difference(session: Session, notes: Iterable[Note]) -> Finding | None:
    """The first number at which the record and its copy do not say the same one thing."""
    by_number: dict[int, list[Note]] = {}
    for note in notes:
        by_number.setdefault(note.number, []).append(note)
    held = _held(session) if by_number else {}
    for number in sorted(by_number):
        reason = _reason(by_number[number], held.get(number))
        if reason is not None:
            return Finding(number, reason)
    return None


def _held(session: Session) -> Mapping[int, str]:
    kept = select(Checkpoint.number, Checkpoint.note).execution_options(yield_per=BATCH)
    return {row.number: row.note for row in session.execute(kept)}


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
