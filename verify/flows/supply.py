"""Whether a provider may be called now: its circuit, and the limits that were agreed on with it.

Limits guard money and fail closed. They are taken in the transaction that commits the attempt, under the lock of one
row. Open attempts are the leases of concurrency: one that a crash left is let go when it falls due.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from math import ceil

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from providers.base import Capability
from verify import metrics
from verify.flows import circuits
from verify.flows.checks import SHANGHAI
from verify.models import Attempt
from verify.models.supply import Supply
from verify.services import Services

log = structlog.get_logger()

SECOND = timedelta(seconds=1)


#: why nobody is asked though nothing was agreed on
CIRCUIT = "circuit"

#: limits that are over by themselves before anybody could be sent to another recipient → seconds until a next try
PASSING: Mapping[str, int] = {"rate": 1, "concurrency": 2}
BUDGET = "daily_budget"


def refusal(name: str, capability: Capability, services: Services) -> str | None:
    """Take what one call needs, within the open write transaction. Else why not (the circuit, or the limit that is
    reached): ask another, or later."""
    if services.providers[name].test_only:
        return None
    terms = services.board().of(name, capability)
    session = services.session()
    if circuits.is_open(terms) and not circuits.claim_probe(session, name, capability, terms, services):
        return CIRCUIT
    # a priced call counts without a limit too, so that a budget agreed on later sees the day's spending
    counts = terms.is_limited or terms.price_micros is not None
    return _take(session, name, capability, services.clock()) if counts else None


def admits(name: str, capability: Capability, services: Services) -> bool:
    """True when a call may be made now; what it needs is then taken."""
    return refusal(name, capability, services) is None


def is_working(name: str, capability: Capability, services: Services) -> bool:
    """True when nothing is known against asking; takes nothing. Once the wait of an open circuit is over, asking is
    how it closes."""
    return circuits.may_be_asked(services.board().of(name, capability), services.clock())


def has_been_working(name: str, capability: Capability, services: Services) -> bool:
    """False as long as a notice may be read in which the provider came last."""
    return not circuits.was_open(services.board().of(name, capability), services.clock())


def is_affordable(name: str, capability: Capability, services: Services) -> bool:
    """False when the budget of today allows no further call; takes nothing. A transaction is open."""
    row = services.session().get(Supply, (name, capability), populate_existing=True)
    if row is None or row.daily_budget_micros is None:
        return True
    return row.price_micros is not None and _spent_after(row, services.clock()) <= row.daily_budget_micros


def wait(limits: Collection[str], now: datetime) -> int:
    """Seconds until one of these limits may let a call through."""
    passing = [PASSING[limit] for limit in limits if limit in PASSING]
    midnight = datetime.combine(now.astimezone(SHANGHAI).date() + timedelta(days=1), time.min, SHANGHAI)
    return min(passing) if passing else ceil((midnight - now).total_seconds())


def _take(session: Session, name: str, capability: Capability, now: datetime) -> str | None:
    query = select(Supply).where(Supply.provider == name, Supply.capability == capability)
    row = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return None
    spent = _spent_after(row, now)
    limit = _limit_reached(session, row, spent, now)
    if limit is not None:
        metrics.supply_refused(name, capability, limit)
        log.warning("provider limit reached", provider=name, capability=str(capability), limit=limit)
        return limit
    if row.rate is not None:
        row.next_at = max(row.next_at or now, now) + SECOND / row.rate
    row.spent_on, row.spent_micros = _today(now), spent
    session.flush()
    return None


def _limit_reached(session: Session, row: Supply, spent: int, now: datetime) -> str | None:
    if row.daily_budget_micros is not None and (row.price_micros is None or spent > row.daily_budget_micros):
        return BUDGET
    # up to one second's calls may come at once
    if row.rate is not None and row.next_at is not None and row.next_at > now + SECOND - SECOND / row.rate:
        return "rate"
    if row.concurrency is not None and _under_way(session, row, now) >= row.concurrency:
        return "concurrency"
    return None


def _under_way(session: Session, row: Supply, now: datetime) -> int:
    """Calls that were promised and may still be without an answer."""
    query = select(func.count()).where(
        Attempt.finished_at.is_(None),
        Attempt.outcome.is_(None),
        Attempt.due_at > now,
        Attempt.provider == row.provider,
        Attempt.capability == row.capability,
    )
    return session.scalar(query) or 0


def _spent_after(row: Supply, now: datetime) -> int:
    """What today's calls cost with this one; a call that was not billed counts too."""
    before = row.spent_micros if row.spent_on == _today(now) else 0
    return before + (row.price_micros or 0)


def _today(now: datetime) -> str:
    return now.astimezone(SHANGHAI).date().isoformat()
