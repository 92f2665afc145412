"""The desk's list, the first due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from verify.flows.rights import rules
from verify.flows.rights.requests import is_late
from verify.flows.staff.desk import Staff
from verify.flows.staff.roles import Permission
from verify.models import Account, Application, Operator, RightsRequest
from verify.services import Services

PAGE = 50

#: states one can filter by beside those of a request: everything without an answer
UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Filters:
    """What of the list is shown; None of the others means all."""

    state: str = UNANSWERED
    kind: str | None = None
    application: UUID | None = None
    overdue: bool = False
    mine: bool = False


@dataclass(frozen=True, repr=False)
class Row:
    """One line. ``by`` is who works on it."""

    request: RightsRequest
    account: Account
    application: str
    by: str | None
    late: bool
    soon: bool


@dataclass(frozen=True, repr=False)
class Page:
    rows: Sequence[Row]
    #: where the next one begins: (due, id)
    after: tuple[datetime, UUID] | None
    late: int


def page(staff: Staff, filters: Filters, after: tuple[datetime, UUID] | None, services: Services) -> Page:
    """Two statements: a page, and how many are late. Raises Problem."""
    staff.need(Permission.SEE)
    now = services.clock()
    wanted = rows(staff).where(*_conditions(staff, filters, now))
    if after is not None:
        due, last = after
        wanted = wanted.where(
            or_(RightsRequest.due_at > due, (RightsRequest.due_at == due) & (RightsRequest.id > last))
        )
    late = rows(staff).where(*_conditions(staff, Filters(overdue=True), now)).with_only_columns(func.count())
    with services.read() as session:
        found = session.execute(wanted.order_by(RightsRequest.due_at, RightsRequest.id).limit(PAGE + 1)).all()
        count = session.scalar(late) or 0
    shown = [row_of(*row, now=now) for row in found[:PAGE]]
    last_row = shown[-1].request if len(found) > PAGE else None
    return Page(shown, (last_row.due_at, last_row.id) if last_row else None, count)


def rows(staff: Staff) -> Any:
    """Every request this operator reaches."""
    found = (
        select(RightsRequest, Account, Application.name, Operator.name)
        .join(Account, Account.id == RightsRequest.account_id)
        .join(Application, Application.id == Account.application_id)
        .outerjoin(Operator, Operator.id == RightsRequest.operator_id)
    )
    return found if staff.applications is None else found.where(Account.application_id.in_(staff.applications))


def _conditions(staff: Staff, filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    unanswered = RightsRequest.answered_at.is_(None)
    found = [unanswered if filters.state == UNANSWERED else RightsRequest.status == filters.state]
    if filters.kind:
        found.append(RightsRequest.kind == filters.kind)
    if filters.application:
        found.append(Account.application_id == filters.application)
    if filters.overdue:
        found += [unanswered, RightsRequest.due_at <= now]
    if filters.mine:
        found.append(RightsRequest.operator_id == staff.id)
    return found


def row_of(request: RightsRequest, account: Account, application: str, by: str | None, *, now: datetime) -> Row:
    soon = request.answered_at is None and request.due_at <= now + rules.REMIND
    return Row(request, account, application, by, is_late(request, now), soon)
