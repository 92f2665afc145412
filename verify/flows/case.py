"""A verification as a flow sees it: loaded with what a step needs, locked where it is to be changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from verify.errors import Problem
from verify.flows import progress
from verify.flows.decisions import expire
from verify.flows.states import FINAL, Status
from verify.models import Verification
from verify.services import Services


@dataclass(frozen=True)
class Ref:
    """A verification as its caller may reach it: never another application's, never the other mode's."""

    verification_id: UUID
    application_id: UUID
    livemode: bool


@dataclass(frozen=True)
class Reach:
    """What a secret key may reach: what belongs to its application in its mode."""

    application_id: UUID
    livemode: bool


def with_application() -> Select[Verification]:
    return select(Verification).join(Verification.application).options(contains_eager(Verification.application))


def locked(query: Select[Verification]) -> Select[Verification]:
    """The row under lock and read afresh, with its consents."""
    return (
        query.options(joinedload(Verification.consents))
        .with_for_update(of=Verification)
        .execution_options(populate_existing=True)
    )


#: made once, as every step needs them; a Ref's fields are their parameters
REACHABLE = with_application().where(
    Verification.id == bindparam("verification_id"),
    Verification.application_id == bindparam("application_id"),
    Verification.livemode == bindparam("livemode"),
)
REACHABLE_LOCKED = locked(REACHABLE)
ANY_LOCKED = locked(with_application().where(Verification.id == bindparam("verification_id")))


def load(session: Session, ref: Ref) -> Verification:
    """One statement, no lock. Raises Problem not_found."""
    found = session.scalars(REACHABLE, vars(ref)).one_or_none()
    if found is None:
        raise Problem("not_found")
    return found


def load_locked(session: Session, ref: Ref) -> Verification:
    """One statement. Raises Problem not_found."""
    found = session.scalars(REACHABLE_LOCKED, vars(ref)).unique().one_or_none()
    if found is None:
        raise Problem("not_found")
    return found


def load_open(session: Session, ref: Ref, services: Services) -> Verification:
    """Locked and not ended. Raises Problem, or Overdue for ``refuse_overdue`` to see to."""
    verification = load_locked(session, ref)
    if verification.status in FINAL:
        raise Problem("verification_final")
    if verification.status == Status.PENDING and verification.expires_at <= services.clock():
        raise Overdue
    return verification


def load_any(session: Session, verification_id: UUID) -> Verification:
    """The locked verification for our own jobs, which serve every application."""
    return session.scalars(ANY_LOCKED, {"verification_id": verification_id}).unique().one()


class Overdue(Exception):
    """Its time is up though no sweep has said so yet."""


@contextmanager
def refuse_overdue(ref: Ref, services: Services) -> Iterator[None]:
    """Turns Overdue into the expiry that was due and Problem verification_final."""
    try:
        yield
    except Overdue:
        with services.write() as session:
            expire(session, load_locked(session, ref), services)
        raise Problem("verification_final") from None


def retry_after(verification: Verification) -> int | None:
    """Seconds a poller should wait, or None where nobody is waited for."""
    if verification.status != Status.PROCESSING:
        return None
    return 2 if progress.next_check(verification) is None else 3600
