"""What waits, the longest first, and finding one case among all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager

from crypto.errors import NotIndexable
from verify.flows import troubles
from verify.flows.enterprise import parking
from verify.flows.review.stuck import OPEN_TRANSFER, REGISTRY_LAG, UNDER_WAY, VENDOR_OWES, waits_for
from verify.flows.sealing import open_of_many
from verify.flows.staff.desk import Staff
from verify.flows.states import Status
from verify.flows.steps import enterprise
from verify.models import (
    Account,
    Application,
    Operator,
    Proposal,
    Recheck,
    ReviewClaim,
    ReviewReason,
    Transfer,
    Verification,
)
from verify.services import Services

PAGE = 50

#: what is looked for in the blind index, by the normal form it has
INDEXED = ("cn.id_number", "cn.uscc")


#: status → since when a case waits: for staff, for vendors and banks, and of those with their users for a vendor that
#: answers at all
SINCE: Mapping[Status, ColumnElement[datetime | None] | InstrumentedAttribute[datetime | None]] = {
    Status.REVIEW: func.coalesce(Verification.stalled_at, Verification.paused_at),
    Status.PROCESSING: Verification.paused_at,
    Status.PENDING: Verification.stalled_at,
}

#: the same of one that was read
STOOD_SINCE: Mapping[Status, Callable[[Verification], datetime | None]] = {
    Status.REVIEW: troubles.waits_since,
    Status.PROCESSING: attrgetter("paused_at"),
    Status.PENDING: attrgetter("stalled_at"),
}

_PARKED = exists().where(
    Recheck.verification_id == Verification.id, Recheck.kind == parking.Kind.RECORD, Recheck.due_at.is_not(None)
)
_PAYING = exists().where(
    Transfer.verification_id == Verification.id, Transfer.closed_at.is_(None), Transfer.status.in_(UNDER_WAY)
)

#: reasons (flows.review.stuck) that are no rows of review_reasons → the cases that wait for them
WAITING_FOR: Mapping[str, ColumnElement[bool]] = {
    REGISTRY_LAG: _PARKED,
    OPEN_TRANSFER: _PAYING,
    VENDOR_OWES: ~or_(_PARKED, _PAYING),
    **{
        reason: Verification.last_error["code"].as_string().in_([c for c, r in troubles.OUTAGES.items() if r == reason])
        for reason in troubles.OUTAGES.values()
    },
}


@dataclass(frozen=True)
class Filters:
    """What of the queue is shown. ``status`` is one of SINCE; None of the others means all."""

    status: Status = Status.REVIEW
    type: str | None = None
    method: str | None = None
    application: UUID | None = None
    livemode: bool | None = None
    reason: str | None = None
    #: mine, free or second (waits for a second person)
    whose: str | None = None


@dataclass(frozen=True, repr=False)
class Row:
    """One case of the queue. ``waits`` are codes, ``late`` says whether the service target is past."""

    verification: Verification
    since: datetime
    late: bool
    waits: Sequence[str]
    claimed_by: str | None
    claimed_by_me: bool
    second: bool
    #: an enterprise's name, which is public
    company: str | None = None


@dataclass(frozen=True, repr=False)
class Page:
    rows: Sequence[Row]
    #: where the next one begins: (since, id)
    after: tuple[datetime, UUID] | None
    total: int
    #: of all that they reach, how many no vendor answers for
    stalled: int


def page(staff: Staff, filters: Filters, after: tuple[datetime, UUID] | None, services: Services) -> Page:
    """Three statements: a page, two numbers, which are counted up to a bound, and names of enterprises."""
    conditions = _waiting(staff, filters)
    since = SINCE[filters.status]
    wanted = _columns(select(Verification).join(Verification.application).where(*conditions), staff)
    if after is not None:
        wanted = wanted.where(tuple_(since, Verification.id) > tuple_(*after))
    with services.read() as session:
        rows = session.execute(wanted.order_by(since, Verification.id).limit(PAGE + 1)).all()
        stuck = _waiting(staff, Filters(Status.PENDING))
        total, stalled = session.execute(select(_number(conditions), _number(stuck))).one()
        shown = _named(session, [_row(*row, staff, services) for row in rows[:PAGE]], services)
    last = shown[-1] if len(rows) > PAGE else None
    return Page(shown, (last.since, last.verification.id) if last else None, total, stalled)


#: more are shown as "and more"
COUNTED = 1_000


def _number(conditions: Sequence[ColumnElement[bool]]) -> ScalarSelect[int]:
    counted = select(Verification.id).where(*conditions).limit(COUNTED).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()


def _waiting(staff: Staff, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_stands(filters.status), staff.reaches()]
    for column, value in (
        (Verification.type, filters.type),
        (Verification.method, filters.method),
        (Verification.application_id, filters.application),
        (Verification.livemode, filters.livemode),
    ):
        if value is not None:
            conditions.append(column == value)
    if filters.status == Status.PENDING:
        conditions.append(Verification.stalled_at.is_not(None))
    if filters.reason and filters.reason in WAITING_FOR:
        conditions.append(WAITING_FOR[filters.reason])
    elif filters.reason:
        is_why = and_(ReviewReason.verification_id == Verification.id, ReviewReason.code == filters.reason)
        conditions.append(exists().where(is_why))
    return conditions + _whose(staff, filters.whose)


def _stands(status: Status) -> ColumnElement[bool]:
    """Written out, so that both databases see the partial index in it."""
    return Verification.status == literal_column(f"'{Status(status).value}'", String)


def _whose(staff: Staff, whose: str | None) -> list[ColumnElement[bool]]:
    claim = aliased(ReviewClaim)  # the page itself joins the table too
    claimed = exists().where(claim.verification_id == Verification.id)
    waits = exists().where(Proposal.verification_id == Verification.id, Proposal.answered_at.is_(None))
    known: dict[str | None, ColumnElement[bool]] = {
        "mine": claimed.where(claim.operator_id == staff.id),
        "free": ~claimed,
        "second": waits.where(Proposal.proposed_by != staff.id),
    }
    return [known[whose]] if whose in known else []


def _columns(found: Select[Verification], staff: Staff) -> Select[*tuple[Verification, str, UUID, UUID]]:
    """With the application's name, who claimed it, and the proposal that waits for this operator."""
    second = (
        select(Proposal.id)
        .where(
            Proposal.verification_id == Verification.id,
            Proposal.answered_at.is_(None),
            Proposal.proposed_by != staff.id,
        )
        .limit(1)
        .scalar_subquery()
    )
    return (
        found.outerjoin(ReviewClaim, ReviewClaim.verification_id == Verification.id)
        .outerjoin(Operator, Operator.id == ReviewClaim.operator_id)
        .options(contains_eager(Verification.application))
        .add_columns(Operator.name, Operator.id, second)
    )


def _row(
    verification: Verification,
    claimed_by: str | None,
    claimer: UUID | None,
    second: UUID | None,
    staff: Staff,
    services: Services,
) -> Row:
    waits = waits_for(verification)
    since = stands_since(verification) or verification.updated_at
    return Row(
        verification,
        since,
        late=bool(waits) and services.clock() - since > target(services),
        waits=waits,
        claimed_by=claimed_by,
        claimed_by_me=claimer == staff.id,
        second=second is not None,
    )


def stands_since(verification: Verification) -> datetime | None:
    """When the wait began that a case is in; None where it waits for nobody but its user."""
    found = STOOD_SINCE.get(Status(verification.status))
    return found(verification) if found else None


def _named(session: Session, rows: Sequence[Row], services: Services) -> list[Row]:
    """With the names of enterprises, which lie sealed: nothing is read where there is none."""
    names = companies(session, [row.verification for row in rows], services)
    return [replace(row, company=names.get(row.verification.id)) for row in rows]


def companies(session: Session, verifications: Sequence[Verification], services: Services) -> Mapping[UUID, str]:
    """Verification → the enterprise's name, where it was given and is still kept."""
    wanted = [one.id for one in verifications if one.type == "enterprise"]
    if not wanted:
        return {}
    given = open_of_many(session, services.vault.many(wanted), enterprise.STEP, enterprise.RETENTION_CLASS)
    return {found: values["enterprise_name"] for found, values in given.items() if "enterprise_name" in values}


def target(services: Services) -> timedelta:
    """How long a case may wait for staff."""
    return timedelta(hours=services.settings.review_target_hours)


def search(staff: Staff, text: str, services: Services) -> list[Row]:
    """By id, account_ref, or through the blind index by ID number or credit code; the newest first."""
    text = text.strip()
    if not text.isprintable():
        return []
    with services.read() as session:
        where = _by_id(text)
        if where is None:
            applications = _applications(session, staff)
            owners = _holders(text, applications, services)
            named = select(Account.id).where(
                Account.application_id.in_(applications),
                Account.livemode.in_([True, False]),
                Account.account_ref == text,
            )
            where = Verification.account_id.in_(owners | set(session.scalars(named)))
        found = select(Verification).join(Verification.application).where(where, staff.reaches())
        rows = session.execute(_columns(found, staff).order_by(Verification.id.desc()).limit(PAGE)).all()
        return _named(session, [_row(*row, staff, services) for row in rows], services)


def _by_id(text: str) -> ColumnElement[bool] | None:
    try:
        return Verification.id == UUID(text.removeprefix("ver_"))
    except ValueError:
        return None


def _applications(session: Session, staff: Staff) -> list[UUID]:
    if staff.applications is not None:
        return sorted(staff.applications)
    return list(session.scalars(select(Application.id)))


def _holders(text: str, applications: Sequence[UUID], services: Services) -> set[UUID]:
    """Accounts the value was seen with; none where it has no normal form that is indexed."""
    found: set[UUID] = set()
    for kind in INDEXED:
        try:
            found |= services.vault.owners(kind, text, [one.bytes for one in applications])
        except NotIndexable:
            continue
    return found
