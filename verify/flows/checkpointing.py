"""Making checkpoints of the record (crypto.md, section 6): what was written is signed within a minute."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crypto import checkpoint, merkle
from crypto.checkpoint import NO_PREVIOUS, Leaf
from verify.models import Checkpoint, Event
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
    last = session.execute(
        select(Checkpoint.number, Checkpoint.note).order_by(Checkpoint.number.desc()).limit(1)
    ).one_or_none()
    through = now if len(rows) < LARGEST else rows[-1].created_at
    note = _note(services, leaves, last, first=min((row.created_at for row in rows), default=through), through=through)
    number = last.number + 1 if last else 1
    session.add(Checkpoint(number=number, note=note, leaves=checkpoint.pack(leaves), created_at=now))
    session.flush()
    for at in range(0, len(rows), CHUNK):
        ids = [row.id for row in rows[at : at + CHUNK]]
        session.execute(
            update(Event)
            .where(Event.id.in_(ids))
            .values(checkpoint=number)
            .execution_options(synchronize_session=False)
        )
    return len(rows)


def _unsigned(session: Session) -> Sequence[AnyRow]:
    """Not by a range of ids: an event may be committed after a later one."""
    columns = (Event.id, Event.verification_id, Event.account_id, Event.seq, Event.hash, Event.created_at)
    found = select(*columns).where(Event.checkpoint.is_(None)).order_by(Event.id).limit(LARGEST)
    return session.execute(found.with_for_update(skip_locked=True)).all()


def _leaf(row: AnyRow) -> Leaf:
    return checkpoint.leaf_of(row.verification_id or row.account_id, row.seq, row.hash)


def _note(
    services: Services, leaves: Sequence[Leaf], last: AnyRow | None, *, first: datetime, through: datetime
) -> str:
    keyring = services.keyring.snapshot
    signer = checkpoint.signer(keyring.primary("audit"))
    pending = keyring.pending("audit")
    made = checkpoint.Checkpoint(
        number=last.number + 1 if last else 1,
        events=len(leaves),
        root=merkle.root([leaf.hash for leaf in leaves]),
        previous=checkpoint.digest(last.note) if last else NO_PREVIOUS,
        first=first,
        through=through,
        time=services.clock(),
        verifier=signer.verifier,
        successor=checkpoint.signer(pending).verifier if pending else None,
    )
    return signer.sign(made.text)
