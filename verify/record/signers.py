"""Which keys signed the record from when to when: whoever verifies a proof, a certificate or a pack needs its own."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crypto import checkpoint
from crypto.keyring import Keyring
from crypto.notes import Signer, Verifier
from verify.models import Checkpoint

#: notes fetched at a time
BATCH = 1000


class Span(NamedTuple):
    """A key's first checkpoint and its last."""

    verifier: Verifier
    first: datetime
    last: datetime


def lines(session: Session, keyring: Keyring, name: str | None, *, former: bool) -> Iterator[str]:
    """The audit keys' public halves as they are passed on: those that may sign now, or every one that ever signed a
    checkpoint with its first and last day. ``name`` is in whose name they sign what is no checkpoint. Raises BadNote.
    """
    if not former:
        for key in keyring.usable("audit"):
            yield str((Signer(name, key.secret) if name else checkpoint.signer(key)).verifier)
        return
    for span in spans(session):
        verifier = Verifier(name, span.verifier.public) if name else span.verifier
        yield f"{verifier}  {span.first.date()}  {span.last.date()}"


def spans(session: Session) -> Iterator[Span]:
    """By time. A note is checked where the key changes: those between are `audit verify`'s. Raises BadNote."""
    first = last = None
    for note in session.scalars(select(Checkpoint.note).order_by(Checkpoint.number).execution_options(yield_per=BATCH)):
        if first is not None and f"\nkey {first.verifier}\n" in note:
            last = note
            continue
        if first is not None:
            yield Span(first.verifier, first.time, checkpoint.read(last).time if last else first.time)
        first, last = checkpoint.read(note), None
    if first is not None:
        yield Span(first.verifier, first.time, checkpoint.read(last).time if last else first.time)
