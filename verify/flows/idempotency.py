"""One answer per request (api.md, "Idempotency"): claimed and settled inside the flow's own transactions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from verify.errors import Problem
from verify.models import Idempotency
from verify.models.base import insert_for

KEPT = timedelta(hours=24)

#: longer than any provider may think: past this a running twin is taken for dead, and the resource tells
#: how far it came
RUNNING_AT_MOST = timedelta(seconds=40)


@dataclass(frozen=True)
class Ticket:
    """A request as its idempotency key names it: keyed digests only."""

    scope: bytes
    body: bytes


class Replay(Exception):
    """The request was answered before: send the same status and the resource as it stands now."""

    def __init__(self, status: int, resource: UUID) -> None:
        super().__init__("replay")
        self.status = status
        self.resource = resource


def claim(session: Session, ticket: Ticket | None, resource: UUID, now: datetime, status: int | None = None) -> None:
    """Take the key for this request, or raise Replay or a Problem for a twin.

    ``status`` is given where the whole request is one transaction; else ``settle`` gives it later.
    """
    if ticket is None:
        return
    row = {
        "scope": ticket.scope,
        "body": ticket.body,
        "status": status,
        "resource": resource,
        "created_at": now,
    }
    taken = session.execute(
        insert_for(session, Idempotency).values(row).on_conflict_do_nothing().returning(Idempotency.scope)
    )
    if taken.first() is None:
        _answer_again(session, ticket, now)


def _answer_again(session: Session, ticket: Ticket, now: datetime) -> None:
    known = session.scalars(select(Idempotency).where(Idempotency.scope == ticket.scope)).one()
    if known.body != ticket.body:
        raise Problem("idempotency_key_reused")
    if known.status is None and now - known.created_at < RUNNING_AT_MOST:
        raise Problem("request_in_progress", retry_after=1)
    raise Replay(known.status or 200, known.resource)


def settle(session: Session, ticket: Ticket | None, status: int) -> None:
    """Remember the answer's status."""
    if ticket is not None:
        session.execute(update(Idempotency).where(Idempotency.scope == ticket.scope).values(status=status))


def forget(session: Session, ticket: Ticket | None) -> None:
    """A failed request is not remembered, so that it can be repeated."""
    if ticket is not None:
        session.execute(delete(Idempotency).where(Idempotency.scope == ticket.scope))
