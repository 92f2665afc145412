"""Documents of a case: stored sealed before a step takes them up, opened for a reader, purged when their time is over.

The row comes first and falls due at once, so that whatever a crash leaves behind is found and purged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from verify.blobs import BlobUnavailable
from verify.errors import Problem
from verify.flows import idempotency, progress
from verify.flows.case import Ref, load
from verify.flows.idempotency import Ticket
from verify.flows.sealing import open_document, seal_document
from verify.flows.states import FINAL
from verify.models import Document, Verification
from verify.models.due import claim, release
from verify.papers import Paper
from verify.services import Services

RETENTION_CLASS = "document"

#: what no step took up by then is purged
TAKEN_WITHIN = timedelta(hours=1)

PIECE = 65_536


@dataclass(frozen=True, repr=False)
class Stored:
    """A document that lies sealed and belongs to no step yet."""

    id: UUID
    digest: str


def refuse_unexpected(ref: Ref, step: str, services: Services, ticket: Ticket | None) -> None:
    """Raises Problem, or Replay, before a file is looked at that no step waits for."""
    with services.read() as session:
        idempotency.refuse_known(session, ticket, services.clock())
        verification = load(session, ref)
    if verification.status in FINAL:
        raise Problem("verification_final")
    if progress.next_step(verification) != step:
        raise Problem("step_not_expected", next_step=progress.next_step(verification))


def store(ref: Ref, step: str, paper: Paper, services: Services, valid_until: date | None = None) -> Stored:
    """Seal and keep it, with nothing locked meanwhile. Raises Problem storage_unavailable."""
    document_id, digest = uuid7(), digest_of(paper.data, services)
    now = services.clock()
    with services.write() as session:
        account_id = load(session, ref).account_id
        session.add(
            Document(
                id=document_id,
                verification_id=ref.verification_id,
                step=step,
                media_type=paper.media_type,
                size=len(paper.data),
                pages=paper.pages,
                digest=digest,
                valid_until=valid_until,
                created_at=now,
                attempts=0,
                due_at=now + TAKEN_WITHIN,
            )
        )
    keys = services.vault.create(account_id, document_id, [RETENTION_CLASS])
    try:
        services.blobs.put(str(document_id), seal_document(keys, document_id, _pieces(paper.data)))
    except BlobUnavailable:
        raise Problem("storage_unavailable", retry_after=5) from None
    return Stored(document_id, digest)


def digest_of(data: bytes, services: Services) -> str:
    """By which a document can be told again after it is gone, and guessed by nobody without the audit key."""
    key = services.keyring.primary("audit")
    return f"{key.id.hex()}:{key.mac(b'rn.document.v1' + data).hex()}"


def _pieces(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    return (bytes(view[at : at + PIECE]) for at in range(0, len(data), PIECE))


def take_up(session: Session, verification: Verification, step: str, stored: Stored, services: Services) -> None:
    """Make it the step's document, within the step's transaction; those before it fall due."""
    now = services.clock()
    session.execute(
        update(Document)
        .where(Document.verification_id == verification.id, Document.step == step, Document.purged_at.is_(None))
        .where(Document.id != stored.id, Document.taken_at.is_not(None))
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Document)
        .where(Document.id == stored.id)
        .values(due_at=None, taken_at=now)
        .execution_options(synchronize_session=False)
    )
    known = {"id": str(stored.id), "digest": stored.digest}
    progress.put(verification, step, progress.state(verification, step)["status"], document=known)


def of(session: Session, verification_id: UUID) -> list[Document]:
    """The documents steps took up, the newest first; purged ones among them."""
    taken = select(Document).where(Document.verification_id == verification_id, Document.taken_at.is_not(None))
    return list(session.scalars(taken.order_by(Document.id.desc())))


def open_for_reader(document: Document, services: Services) -> Iterator[bytes]:
    """Its bytes, piece by piece, with no transaction open. Raises Problem not_found once it is to be purged.

    Who may read it is asked and noted by the caller.
    """
    if document.is_over(services.clock()):
        raise Problem("not_found", "This document was purged.")
    try:
        return open_document(services.vault.keys(document.id), document.id, services.blobs.get(str(document.id)))
    except KeyShredded:
        raise Problem("not_found", "This document was purged.") from None
    except BlobUnavailable:
        raise Problem("storage_unavailable", retry_after=5) from None


def purge_due(ids: Sequence[UUID], services: Services) -> None:
    """Purge these, whose time is over or who fell due before."""
    with services.write() as session:
        session.execute(
            update(Document)
            .where(Document.id.in_(ids), Document.due_at.is_(None), Document.purged_at.is_(None))
            .values(due_at=services.clock())
            .execution_options(synchronize_session=False)
        )
    for document_id in ids:
        purge(document_id, services)


def erase(verifications: Sequence[UUID], services: Services) -> int:
    """Purge all that these verifications still have, now; the number. What the store holds up the worker deletes."""
    with services.write() as session:
        found = session.execute(
            update(Document)
            .where(Document.verification_id.in_(verifications), Document.purged_at.is_(None))
            .values(due_at=services.clock())
            .returning(Document.id)
            .execution_options(synchronize_session=False)
        )
        ids = list(found.scalars())
    return sum(purge(document_id, services) for document_id in ids)


def purge(document_id: UUID, services: Services) -> bool:
    """Destroy its key, then its bytes; the row stays with the digest. False where another sees to it.

    Once the key is gone the bytes are noise, so a store that does not answer is only asked again.
    """
    now = services.clock()
    with services.write() as session:
        held = claim(session, Document, document_id, now, where=Document.purged_at.is_(None))
    if held is None:
        return False
    services.vault.shred(document_id)
    try:
        services.blobs.delete(str(document_id))
    except BlobUnavailable:
        with services.write() as session:
            release(session, held, now + timedelta(minutes=min(2**held.attempts, 720)), error="storage_unavailable")
        return True
    with services.write() as session:
        release(session, held, None, purged_at=now, error=None)
    return True
