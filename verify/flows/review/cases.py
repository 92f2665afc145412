"""A case as staff reach it, who works on it, and the words they leave in it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from verify.errors import Problem, invalid
from verify.flows import checks, events
from verify.flows.case import locked, with_application
from verify.flows.sealing import open_steps, seal_step
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.models import ReviewClaim, ReviewNote, Verification
from verify.models.base import insert_for
from verify.services import Services

#: retention class of what staff write
CLASS = "review"
LONGEST_TEXT = 500


def load(session: Session, staff: Staff, verification_id: UUID) -> Verification:
    """Raises Problem not_found, for what they were not granted too."""
    return _found(
        session.scalars(with_application().where(Verification.id == verification_id, staff.reaches())).one_or_none()
    )


def load_locked(session: Session, staff: Staff, verification_id: UUID) -> Verification:
    """Raises Problem not_found, for what they were not granted too."""
    query = locked(with_application().where(Verification.id == verification_id, staff.reaches()))
    return _found(session.scalars(query).unique().one_or_none())


def _found(verification: Verification | None) -> Verification:
    if verification is None:
        raise Problem("not_found")
    return verification


def log(
    session: Session, verification: Verification, kind: str, staff: Staff | None, services: Services, **data: Any
) -> None:
    """An entry in the verification's chain; nobody did it where a test key forced it."""
    who = {"operator": str(staff.id), "via": staff.via} if staff else {"via": "test"}
    events.append(session, verification, f"review.{kind}", services.clock(), **who, **data)


def claim(staff: Staff, verification_id: UUID, services: Services) -> None:
    """Take a case. Raises Problem where another has it."""
    with acting(staff, Permission.DECIDE, "review.claim", services, verification_id) as session:
        verification = load_locked(session, staff, verification_id)
        if take(session, verification, staff, services):
            log(session, verification, "claimed", staff, services)


def take(session: Session, verification: Verification, staff: Staff, services: Services) -> bool:
    """Claim a locked case; false where it is theirs already. Raises Problem case_claimed."""
    held = session.get(ReviewClaim, verification.id)
    if held is not None:
        if held.operator_id != staff.id:
            raise Problem("case_claimed")
        return False
    row = {"verification_id": verification.id, "operator_id": staff.id, "claimed_at": services.clock()}
    session.execute(insert_for(session, ReviewClaim).values(row))
    return True


def release(staff: Staff, verification_id: UUID, services: Services) -> None:
    """Give a case back; another's only with STEER. Raises Problem."""
    with acting(staff, Permission.SEE, "review.release", services, verification_id) as session:
        verification = load_locked(session, staff, verification_id)
        held = session.get(ReviewClaim, verification.id)
        if held is None:
            return
        if held.operator_id != staff.id:
            staff.need(Permission.STEER)
        session.delete(held)
        log(session, verification, "released", staff, services)


def drop_claim(session: Session, verification: Verification) -> None:
    held = session.get(ReviewClaim, verification.id)
    if held is not None:
        session.delete(held)


def note(staff: Staff, verification_id: UUID, text: str, services: Services) -> None:
    """Leave words for colleagues."""
    with acting(staff, Permission.NOTE, "review.note", services, verification_id) as session:
        verification = load_locked(session, staff, verification_id)
        written = write(session, verification, "note", text, staff, services)
        log(session, verification, "noted", staff, services, note=str(written))


def write(
    session: Session, verification: Verification, kind: str, text: str, staff: Staff | None, services: Services
) -> UUID:
    """Seal words with the verification and note that they are there; the id of the note. Raises Problem."""
    text = checked_text(text)
    found = ReviewNote(
        id=uuid7(),
        verification_id=verification.id,
        operator_id=staff.id if staff else None,
        kind=kind,
        created_at=services.clock(),
    )
    session.add(found)
    keys = services.vault.create(verification.account_id, verification.id, [CLASS])
    step = f"note.{found.id}"
    seal_step(session, keys, verification, step, {CLASS: {step: text}}, services.clock())
    return found.id


def checked_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """Raises Problem for what is empty, too long or holds control characters."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    if not "".join(lines):
        raise invalid("text", "too_short")
    if len("\n".join(lines)) > longest:
        raise invalid("text", "too_long")
    try:
        return "\n".join(checks.text(line, longest) for line in lines)
    except checks.InvalidValue as error:
        raise invalid("text", error.code) from None


def words(
    session: Session, verification: Verification, notes: Iterable[ReviewNote], services: Services
) -> Mapping[UUID, str]:
    """What the notes say; those whose key is gone are left out."""
    names = {f"note.{note.id}": note.id for note in notes}
    if not names:
        return {}
    try:
        found = open_steps(session, services.vault.keys(verification.id), verification, names)
    except KeyShredded:
        return {}
    return {names[name]: text for name, text in found.items()}


def notes_of(session: Session, verification_id: UUID) -> list[ReviewNote]:
    return list(
        session.scalars(select(ReviewNote).where(ReviewNote.verification_id == verification_id).order_by(ReviewNote.id))
    )
