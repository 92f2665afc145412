"""One answer per request (api.md, "Idempotency"): claimed and settled inside the flow's own transactions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from verify.errors import Problem
from verify.models import Idempotency
from verify.models.base import made_once

KEPT = timedelta(hours=24)

#: longer than any provider may think: past this a running twin is taken for dead, and the resource tells
#: how far it came
RUNNING_AT_MOST = timedelta(seconds=40)


@dataclass(frozen=True)
class Ticket:
    """A request as its idempotency key names it: keyed digests only.

    While several peppers are in use, ``also`` is the same under the others: all are taken together, so that
    processes of which each takes another one for the primary know one request by the same rows.
    """

    scope: bytes
    body: bytes
    also: tuple["Ticket", ...] = ()

    @property
    def bodies(self) -> dict[bytes, bytes]:
        """Body by scope, sorted, so that two twins cannot lock each other out."""
        return dict(sorted((ticket.scope, ticket.body) for ticket in (self, *self.also)))


class Replay(Exception):
    """The request was answered before: send the same status and the resource as it stands now."""

    def __init__(self, status: int, resource: UUID) -> None:
        super().__init__("replay")
        self.status = status
        self.resource = resource


@made_once
def _taken(insert: Any) -> Any:
    """Answers the scopes that nobody had taken."""
    table = Idempotency.__table__
    return insert(table).on_conflict_do_nothing().returning(table.c.scope)


def claim(session: Session, ticket: Ticket | None, resource: UUID, now: datetime, status: int | None = None) -> None:
    """Take the key for this request, or raise Replay or a Problem for a twin.

    ``status`` is given where the whole request is one transaction; else ``settle`` gives it later.
    """
    if ticket is None:
        return
    common = {"status": status, "resource": resource, "created_at": now}
    rows = [{"scope": scope, "body": body, **common} for scope, body in ticket.bodies.items()]
    twins = ticket.bodies.keys() - set(session.scalars(_taken(session), rows))
    if twins:
        _answer_again(session, ticket, next(iter(twins)), now)


def _answer_again(session: Session, ticket: Ticket, scope: bytes, now: datetime) -> None:
    known = session.scalars(select(Idempotency).where(Idempotency.scope == scope)).one()
    if known.body != ticket.bodies[scope]:
        raise Problem("idempotency_key_reused")
    if known.status is None and now - known.created_at < RUNNING_AT_MOST:
        raise Problem("request_in_progress", retry_after=1)
    raise Replay(known.status or 200, known.resource)


def refuse_known(session: Session, ticket: Ticket | None, now: datetime) -> None:
    """Raises as ``claim`` for a request that is known, and takes nothing: before work that is dear."""
    if ticket is None:
        return
    known = session.scalars(select(Idempotency.scope).where(Idempotency.scope.in_(ticket.bodies))).first()
    if known is not None:
        _answer_again(session, ticket, known, now)


SETTLED = (
    update(Idempotency.__table__)  # type: ignore[arg-type]
    .where(Idempotency.__table__.c.scope.in_(bindparam("scopes", expanding=True)))
    .values(status=bindparam("answered"))
)


def settle(session: Session, ticket: Ticket | None, status: int) -> None:
    """Remember the answer's status."""
    if ticket is not None:
        session.connection().execute(SETTLED, {"scopes": list(ticket.bodies), "answered": status})


def forget(session: Session, ticket: Ticket | None) -> None:
    """A failed request is not remembered, so that it can be repeated."""
    if ticket is not None:
        session.execute(delete(Idempotency).where(Idempotency.scope.in_(ticket.bodies)))
