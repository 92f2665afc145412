"""What is bought of providers and cannot be had now, for whoever looks after the installation."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from verify.flows.checks import SHANGHAI
from verify.models import Supply

#: what is wrong, and how it is mended: a budget that is used up is no outage
SPENT = ("the budget of today is used up", "raise it (`realname providers set`), or wait for midnight in China")
UNPRICED = ("a budget without a price forbids every call", "set the price: `realname providers set`")
TOO_SMALL = (
    "a daily budget below the price of one call forbids every call",
    "raise it or correct the price: `realname providers set`",
)
BROKEN = ("a provider cannot be reached", "try it: `realname providers check`; calls go on by themselves")

#: times as long as somebody who looks can tell apart
UNITS: Sequence[tuple[int, str]] = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def ailment(connection: Connection, now: datetime) -> tuple[str, str] | None:
    today = now.astimezone(SHANGHAI).date().isoformat()
    after_one_more = Supply.spent_micros + func.coalesce(Supply.price_micros, 0)
    too_small = Supply.daily_budget_micros < func.coalesce(Supply.price_micros, 0)
    wrong: Mapping[tuple[str, str], ColumnElement[bool]] = {
        TOO_SMALL: too_small,
        SPENT: ~too_small & (Supply.spent_on == today) & (after_one_more > Supply.daily_budget_micros),
        UNPRICED: Supply.daily_budget_micros.is_not(None) & Supply.price_micros.is_(None),
        BROKEN: Supply.opened_at.is_not(None),
    }
    for (problem, mend), condition in wrong.items():
        rows = connection.execute(select(Supply.provider, Supply.capability, Supply.opened_at).where(condition))
        names = ", ".join(f"{row.provider} {row.capability}{_since(row.opened_at, now)}" for row in rows)
        if names:
            return f"{problem}: {names}", mend
    return None


def _since(opened_at: datetime | None, now: datetime) -> str:
    """For how long a circuit has been open."""
    if opened_at is None:
        return ""
    seconds = max(0, int((now - opened_at).total_seconds()))
    size, unit = next((u for u in UNITS if seconds >= u[0]), UNITS[-1])
    return f" (for {seconds // size} {unit})"
