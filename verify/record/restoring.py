"""Telling the record that the main store came back from a backup: a restore is a fork that somebody answers for."""

from collections.abc import Sequence
from datetime import datetime

from crypto.checkpoint import Checkpoint, Lost, Restore
from verify.flows import checkpointing
from verify.record import outside
from verify.record.outside import Held, Note
from verify.services import Services


def tell(notes: Sequence[Note], backup: datetime, by: str, services: Services) -> Checkpoint:
    """The checkpoint that says so, with all that stands outside and is not the record any more.

    Raises ValueError for a name that is not one line of printable text.
    """
    with services.write() as session:
        lost = outside_alone(outside.held(session), notes)
        return checkpointing.tell(session, Restore(backup, by, tuple(lost)), services)


def outside_alone(record: Held, notes: Sequence[Note]) -> list[Lost]:
    """The branches outside that are not the record's line, nor told to be lost yet; in the order of the file."""
    told = outside.lost_by(record, notes) | record.digests
    astray = {note.digest: note for note in notes if note.digest not in told}
    followed = {note.previous for note in astray.values()}
    found: list[Lost] = []
    for end in (note for note in astray.values() if note.digest not in followed):
        branch = list(outside.back(end.digest, astray, told))
        told = told | {note.digest for note in branch}
        found.append(Lost(branch[-1].number, end.number, sum(note.events for note in branch), end.digest))
    return found
