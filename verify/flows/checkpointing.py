"""Making checkpoints of the record (crypto.md, section 6): what was written is signed within a minute."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crypto import checkpoint, merkle
from crypto.checkpoint import NO_PREVIOUS, Checkpoint, Leaf, Restore
from crypto.notes import BadNote, Signer
from verify.models import Checkpoint as Row
from verify.models import Event
from verify.models.keystore import AnyRow
from verify.services import Services

#: events one checkpoint holds at most
LARGEST = 10_000

#: ids in one statement
CHUNK = 1_000


def make(services: Services, *, empty: bool = False) -> int:
    """Sign the events that no checkpoint holds yet; how many. Without any there is none, unless it may be ``empty``.

    Whoever inserts the next number leads: of two at once one commits, and the other finds nothing taken.
    """
    try:
        with services.write() as session:
            return _make(session, services, empty=empty)
    except IntegrityError:
        return 0


def _make(session: Session, services: Services, *, empty: bool) -> int:
    now = services.clock()
    rows = _unsigned(session)
    if not rows and not empty:
        return 0
    leaves = [_leaf(row) for row in rows]
    through = now if len(rows) < LARGEST else rows[-1].created_at
    first = min((row.created_at for row in rows), default=through)
    number = _insert(session, leaves, _Span(first, through), services).number
    for at in range(0, len(rows), CHUNK):
        ids = [row.id for row in rows[at : at + CHUNK]]
        session.execute(
            update(Event)
            .where(Event.id.in_(ids))
            .values(checkpoint=number)
            .execution_options(synchronize_session=False)
        )
    return len(rows)


def tell(session: Session, restore: Restore, services: Services) -> Checkpoint:
    """A checkpoint without events that says the database came back.

    It promises nothing new of times: what the backup had not signed yet is older than now.
    """
    before = _read(_last(session))
    oldest = select(func.min(Event.created_at)).where(Event.checkpoint.is_(None))
    at = before.through if before else session.scalar(oldest) or services.clock()
    return _insert(session, (), _Span(at, at), services, restore)


def _unsigned(session: Session) -> Sequence[AnyRow]:
    """Not by a range of ids: an event may be committed after a later one."""
    columns = (Event.id, Event.verification_id, Event.account_id, Event.seq, Event.hash, Event.created_at)
    found = select(*columns).where(Event.checkpoint.is_(None)).order_by(Event.id).limit(LARGEST)
    return session.execute(found.with_for_update(skip_locked=True)).all()


def _leaf(row: AnyRow) -> Leaf:
    return checkpoint.leaf_of(row.verification_id or row.account_id, row.seq, row.hash)


class _Span(NamedTuple):
    first: datetime
    through: datetime


def _insert(
    session: Session, leaves: Sequence[Leaf], span: _Span, services: Services, restore: Restore | None = None
) -> Checkpoint:
    last = _last(session)
    signer, successor = _signers(_read(last), services)
    made = Checkpoint(
        number=last.number + 1 if last else 1,
        events=len(leaves),
        root=merkle.root([leaf.hash for leaf in leaves]),
        previous=checkpoint.digest(last.note) if last else NO_PREVIOUS,
        first=span.first,
        through=span.through,
        time=services.clock(),
        verifier=signer.verifier,
        successor=successor.verifier if successor else None,
        restore=restore,
    )
    row = Row(number=made.number, note=signer.sign(made.text), leaves=checkpoint.pack(leaves), created_at=made.time)
    session.add(row)
    session.flush()
    return made


def _last(session: Session) -> AnyRow | None:
    return session.execute(select(Row.number, Row.note).order_by(Row.number.desc()).limit(1)).one_or_none()


def _read(row: AnyRow | None) -> Checkpoint | None:
    """None of one that was changed: what comes after it is signed all the same, and verifiers tell."""
    try:
        return checkpoint.read(row.note) if row else None
    except BadNote:
        return None


def _signers(before: Checkpoint | None, services: Services) -> tuple[Signer, Signer | None]:
    """Who signs the next one, and the key it names: the one that is to come.

    A restore may bring back a record that does not know the primary key yet: the last one that it knows names it.
    """
    keyring = services.keyring.snapshot
    primary, pending = checkpoint.signer(keyring.primary("audit")), keyring.pending("audit")
    known = {before.verifier, before.successor} if before else {primary.verifier}
    if primary.verifier in known:
        return primary, checkpoint.signer(pending) if pending else None
    held = [checkpoint.signer(key) for key in keyring.keys if key.purpose == "audit"]
    former = next((signer for signer in held if signer.verifier in known), None)
    if former is None:  # destroyed since: who verifies must know the primary from elsewhere
        return primary, checkpoint.signer(pending) if pending else None
    return former, primary
