"""How things stand, drawn."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import cycle
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verify.auth import services, staff
from verify.flows.checks import SHANGHAI
from verify.flows.review.statistics import WINDOW, Funnel, Overview, overview
from verify.ops import access, charts, words

#: how statuses are coloured, in the order they are stacked
TONES = {
    "verified": "var(--good)",
    "review": "var(--amber)",
    "processing": "var(--shade-2)",
    "pending": "var(--shade-4)",
    "rejected": "var(--bad)",
    "expired": "var(--faint)",
    "canceled": "var(--line-strong)",
}


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/overview", "overview", show)


@staff("overview")
def show() -> ResponseReturnValue:
    found = overview(access.staff(), services())
    return render_template("ops/overview.html", o=found, charts=_charts(found), funnels=_funnels(found.funnels))


def _charts(found: Overview) -> dict[str, Any]:
    """Only what there are numbers for."""
    drawn: dict[str, Any] = {"ages": _ages(found)}
    today = services().clock().astimezone(SHANGHAI).date()
    axis = [str(today - timedelta(days=n)) for n in range(WINDOW.days, -1, -1)]
    if found.reasons:
        rows = [{"reason": str(words.of(words.WAITS, code)), "cases": count} for code, count in found.reasons]
        drawn["reasons"] = charts.reasons(rows, _("Reasons for review"))
    if found.days:
        tones = {str(words.STATUSES[status]): tone for status, tone in TONES.items()}
        rows = [{"day": d, "kind": str(words.STATUSES[status]), "count": n} for d, status, n in found.days]
        drawn["days"] = charts.days(rows, _("Verifications by day and status"), tones, axis)
    if found.reasons_by_day:
        rows = [{"day": d, "kind": str(words.of(words.WAITS, code)), "count": n} for d, code, n in found.reasons_by_day]
        kinds = list(dict.fromkeys(str(row["kind"]) for row in rows))
        tones = dict(zip(kinds, cycle(charts.PALETTE), strict=False))
        drawn["reasons_by_day"] = charts.days(rows, _("Reasons for review by day"), tones, axis)
    if found.passed_by_day:
        drawn["passed_by_day"] = charts.rates(
            [
                {"day": d, "provider": name, "check": str(words.of(words.CAPABILITIES, kind)), "rate": passed / calls}
                for d, name, kind, calls, passed in found.passed_by_day
            ],
            _("Pass rate of each provider by day"),
        )
    if found.providers:
        drawn["providers"] = charts.providers(
            [
                {
                    "name": f"{p.provider} · {words.of(words.CAPABILITIES, p.capability)}",
                    "rate": p.pass_rate,
                    "p50": p.p50_ms,
                    "p95": p.p95_ms,
                    "took": f"{p.p50_ms}–{words.milliseconds(p.p95_ms)}",
                }
                for p in found.providers
            ],
            _("Pass rate and latency of each provider"),
            (_("Passed"), _("Median to 95th percentile, ms")),
        )
    return drawn


def _ages(found: Overview) -> Any:
    rows = [{"hours": hours, "cases": cases, "late": late} for hours, cases, late in found.ages]
    return charts.ages(rows, _("Age of the queue"), _("hours waited"))


def _funnels(found: Sequence[Funnel]) -> list[tuple[Funnel, Any]]:
    stages = {
        "created": _("Created"),
        "consented": _("Consented"),
        "checked": _("First check"),
        "decided": _("Decided"),
        "verified": _("Verified"),
    }
    drawn = []
    for one in found:
        total = one.stages[0][1] or 1
        rows = [{"stage": stages[s], "count": n, "text": f"{n:,}  {n / total:.0%}"} for s, n in one.stages]
        label = f"{words.of(words.TYPES, one.type)} · {words.of(words.METHODS, one.method)}"
        drawn.append((one, charts.funnel(rows, label)))
    return drawn
