"""Numbers about verifications, providers and the queue; counts and times only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager

from verify.flows.review.queue import SINCE, stands_since, target
from verify.flows.review.stuck import waits_for
from verify.flows.staff.desk import Staff
from verify.flows.staff.roles import Permission
from verify.flows.states import Status
from verify.models import Attempt, Consent, ReviewReason, Verification
from verify.services import Services

WINDOW = timedelta(days=30)

#: cases whose reasons and ages are looked at one by one
SAMPLE = 5000

#: of the queue's age in hours: (from, name)
AGES = ((0, "<1"), (1, "1-4"), (4, "4-8"), (8, "8-24"), (24, "24-48"), (48, "48-96"), (96, ">96"))


@dataclass(frozen=True)
class Funnel:
    """How far verifications of a method came: (stage, how many) from all to verified."""

    type: str
    method: str
    stages: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class ProviderStanding:
    provider: str
    capability: str
    calls: int
    matches: int
    outages: int
    p50_ms: int
    p95_ms: int

    @property
    def pass_rate(self) -> float:
        return self.matches / self.calls


@dataclass(frozen=True)
class Overview:
    funnels: Sequence[Funnel]
    providers: Sequence[ProviderStanding]
    #: (hours, cases, late)
    ages: Sequence[tuple[str, int, bool]]
    reasons: Sequence[tuple[str, int]]
    #: (day, status, how many)
    days: Sequence[tuple[str, str, int]]
    #: (day a verification was made, why it was brought before a person, how many)
    reasons_by_day: Sequence[tuple[str, str, int]]
    #: (day, provider, capability, calls, matches)
    passed_by_day: Sequence[tuple[str, str, str, int, int]]
    waiting: int
    late: int
    oldest: timedelta | None
    verified: int
    decided: int


def overview(staff: Staff, services: Services) -> Overview:
    """Of the last thirty days, in seven statements. Raises Problem."""
    staff.need(Permission.OVERVIEW)
    now = services.clock()
    first = _first_id(now - WINDOW)
    with services.read() as session:
        queue = (
            session.execute(
                select(Verification)
                .where(Verification.status == Status.REVIEW, staff.reaches())
                .order_by(SINCE[Status.REVIEW])
                .limit(SAMPLE)
                .join(Verification.application)
                .options(contains_eager(Verification.application))
            )
            .scalars()
            .all()
        )
        funnels = _funnels(session, staff, first)
        days = _days(session, staff, first)
        providers = _providers(session, staff, first)
        reasons_by_day = _reasons_by_day(session, staff, first)
        passed_by_day = _passed_by_day(session, staff, first)
    ages = [now - (stands_since(v) or now) for v in queue]
    ended = Counter(status for _, status, count in days for _ in range(count))
    return Overview(
        funnels,
        providers,
        _ages(ages, target(services)),
        Counter(code for v in queue for code in waits_for(v)).most_common(8),
        days,
        reasons_by_day,
        passed_by_day,
        waiting=len(queue),
        late=sum(age > target(services) for age in ages),
        oldest=max(ages, default=None),
        verified=ended[Status.VERIFIED],
        decided=ended[Status.VERIFIED] + ended[Status.REJECTED],
    )


def _first_id(moment: datetime) -> UUID:
    """The least UUIDv7 of a moment (RFC 9562): ids are in order of time, and indexed."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _funnels(session: Session, staff: Staff, first: UUID) -> list[Funnel]:
    consented = exists().where(Consent.verification_id == Verification.id)
    asked = exists().where(Attempt.verification_id == Verification.id)
    rows = session.execute(
        select(
            Verification.type,
            Verification.method,
            func.count(),
            func.sum(case((consented, 1), else_=0)),
            func.sum(case((asked, 1), else_=0)),
            func.sum(case((Verification.decided_at.is_not(None), 1), else_=0)),
            func.sum(case((Verification.status == Status.VERIFIED, 1), else_=0)),
        )
        .where(Verification.id >= first, staff.reaches())
        .group_by(Verification.type, Verification.method)
        .order_by(Verification.type, Verification.method)
    )
    stages = ("created", "consented", "checked", "decided", "verified")
    return [Funnel(type_, method, list(zip(stages, counts, strict=True))) for type_, method, *counts in rows]


def _day_in_china(session: Session, at: InstrumentedAttribute[datetime]) -> ColumnElement[str]:
    """Written out: as parameters the same words are another expression to group by."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(at, literal_column("'+8 hours'"))
    return func.date(func.timezone(literal_column("'Asia/Shanghai'"), at))


def _days(session: Session, staff: Staff, first: UUID) -> list[tuple[str, str, int]]:
    day = _day_in_china(session, Verification.created_at)
    rows = session.execute(
        select(day, Verification.status, func.count())
        .where(Verification.id >= first, staff.reaches())
        .group_by(day, Verification.status)
        .order_by(day)
    )
    return [(str(when), status, count) for when, status, count in rows]


def _reasons_by_day(session: Session, staff: Staff, first: UUID) -> list[tuple[str, str, int]]:
    day = _day_in_china(session, Verification.created_at)
    rows = session.execute(
        select(day, ReviewReason.code, func.count())
        .join(Verification, Verification.id == ReviewReason.verification_id)
        .where(Verification.id >= first, staff.reaches())
        .group_by(day, ReviewReason.code)
        .order_by(day, ReviewReason.code)
    )
    return [(str(when), code, count) for when, code, count in rows]


#: outcomes of a call that passed
GOOD = ("match", "accepted")


def _passed_by_day(session: Session, staff: Staff, first: UUID) -> list[tuple[str, str, str, int, int]]:
    day = _day_in_china(session, Attempt.started_at)
    passed = func.sum(case((Attempt.outcome.in_(GOOD), 1), else_=0))
    rows = session.execute(
        select(day, Attempt.provider, Attempt.capability, func.count(), passed)
        .join(Verification, Verification.id == Attempt.verification_id)
        .where(Attempt.id >= first, staff.reaches())
        .group_by(day, Attempt.provider, Attempt.capability)
        .order_by(day, Attempt.provider, Attempt.capability)
    )
    return [(str(when), provider, kind, calls, matches) for when, provider, kind, calls, matches in rows]


def _providers(session: Session, staff: Staff, first: UUID) -> list[ProviderStanding]:
    rank = func.percent_rank().over(
        partition_by=(Attempt.provider, Attempt.capability), order_by=func.coalesce(Attempt.duration_ms, 0)
    )
    calls = (
        select(Attempt.provider, Attempt.capability, Attempt.outcome, Attempt.duration_ms, rank.label("rank"))
        .join(Verification, Verification.id == Attempt.verification_id)
        .where(Attempt.id >= first, staff.reaches())
        .subquery()
    )
    took = func.coalesce(calls.c.duration_ms, 0)
    good = calls.c.outcome.in_(GOOD)
    out = calls.c.outcome.in_(["Unavailable", "Unknown", "Throttled", "Misconfigured"])
    rows = session.execute(
        select(
            calls.c.provider,
            calls.c.capability,
            func.count(),
            func.sum(case((good, 1), else_=0)),
            func.sum(case((out, 1), else_=0)),
            func.min(case((calls.c.rank >= 0.5, took))),  # noqa: PLR2004 - the median
            func.min(case((calls.c.rank >= 0.95, took))),  # noqa: PLR2004 - the 95th percentile
        )
        .group_by(calls.c.provider, calls.c.capability)
        .order_by(calls.c.provider, calls.c.capability)
    )
    return [
        ProviderStanding(name, kind, count, matches, outages, p50 or 0, p95 or p50 or 0)
        for name, kind, count, matches, outages, p50, p95 in rows
    ]


def _ages(ages: Sequence[timedelta], limit: timedelta) -> list[tuple[str, int, bool]]:
    counts: Mapping[str, int] = Counter(
        next(name for start, name in reversed(AGES) if age >= timedelta(hours=start)) for age in ages
    )
    return [(name, counts.get(name, 0), timedelta(hours=start) >= limit) for start, name in AGES]
