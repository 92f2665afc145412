"""Charts as SVG, drawn here from specifications as data (Vega-Lite); no script reaches the browser.

Colours are the page's own variables, so that they follow its light and dark.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

FONT = "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"

CONFIG: Mapping[str, Any] = {
    "font": FONT,
    "background": "transparent",
    # text is measured without the browser's fonts, so it is given room
    "padding": {"left": 20, "right": 56, "top": 8, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
        "gridColor": "var(--line)",
    },
    "legend": {
        "labelColor": "var(--soft)",
        "title": None,
        "orient": "top",
        "labelFontSize": 12,
        "symbolType": "square",
    },
    "text": {"color": "var(--text)", "fontSize": 12},
}

DAYS: Mapping[str, Any] = {
    "field": "day",
    "type": "ordinal",
    "timeUnit": "utcyearmonthdate",
    "title": None,
    "axis": {"format": "%m-%d", "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 24},
}

#: colours of what has none of its own
COLOURS = ("accent", "amber", "good", "bad", "shade-2", "faint", "line-strong", "shade-3")
PALETTE = [f"var(--{name})" for name in COLOURS]

Row = Mapping[str, Any]


def draw(spec: Mapping[str, Any], label: str) -> Markup:
    """One picture with its name for screen readers; the numbers stand in a table beside it."""
    import vl_convert  # noqa: PLC0415 - 8 MiB that only this page needs

    whole = {"$schema": SCHEMA, "config": CONFIG, **spec}
    svg = vl_convert.vegalite_to_svg(vl_spec=whole, allowed_base_urls=[])
    # the page's policy allows no inline style; what vega puts there is the pointer of interactive charts
    svg = re.sub(r' style="[^"]*"', "", svg)
    svg = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)
    head = Markup('<svg role="img" aria-label="{}" ').format(label)
    return head + Markup(svg.removeprefix("<svg "))  # noqa: S704 - drawn of numbers and our own words


def _values(rows: Sequence[Row]) -> dict[str, Any]:
    return {"values": [dict(row) for row in rows]}


def counts(most: int) -> dict[str, Any]:
    """An axis of whole numbers, a handful of them and none twice, which Vega's own ticks do not promise."""
    tens = 10 ** max(0, len(str(most)) - 2)
    step = next(n * tens for n in (1, 2, 5, 10, 20, 50) if n * tens * TICKS >= most)
    return {"values": list(range(0, most + 1, step)), "format": ",d"}


TICKS = 5


def funnel(rows: Sequence[Row], label: str) -> Markup:
    """``rows``: stage, count, share, in order."""
    y = {"field": "stage", "type": "nominal", "sort": None, "title": None, "axis": {"labelColor": "var(--text)"}}
    bars = {
        "mark": {"type": "bar", "cornerRadius": 3, "height": 20},
        "encoding": {
            "x": {"field": "count", "type": "quantitative", "axis": None},
            "color": {"field": "stage", "type": "nominal", "sort": None, "legend": None, "scale": {"range": SHADES}},
        },
    }
    numbers = {
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {"x": {"field": "count", "type": "quantitative"}, "text": {"field": "text"}},
    }
    return draw(
        {"width": 250, "height": {"step": 30}, "data": _values(rows), "encoding": {"y": y}, "layer": [bars, numbers]},
        label,
    )


SHADES = [f"var(--shade-{n})" for n in range(1, 6)]


def ages(rows: Sequence[Row], label: str, title: str) -> Markup:
    """``rows``: hours, cases, late."""
    x = {"field": "hours", "type": "ordinal", "sort": None, "title": title, "axis": {"labelAngle": 0}}
    most = max(row["cases"] for row in rows)
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 3},
        "encoding": {
            "y": {
                "field": "cases",
                "type": "quantitative",
                "title": None,
                "axis": counts(most),
            },
            "color": {
                "field": "late",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": [False, True], "range": ["var(--accent)", "var(--bad)"]},
            },
        },
    }
    numbers = {
        "transform": [{"filter": "datum.cases > 0"}],
        "mark": {"type": "text", "dy": -8},
        "encoding": {"y": {"field": "cases", "type": "quantitative"}, "text": {"field": "cases"}},
    }
    return draw(
        {"width": 400, "height": 190, "data": _values(rows), "encoding": {"x": x}, "layer": [bars, numbers]}, label
    )


def reasons(rows: Sequence[Row], label: str) -> Markup:
    """``rows``: reason, cases, the most frequent first."""
    y = {
        "field": "reason",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelColor": "var(--text)", "labelLimit": 190},
    }
    x = {"field": "cases", "type": "quantitative", "axis": None}
    bars = {"mark": {"type": "bar", "cornerRadius": 3, "height": 18, "color": "var(--accent)"}, "encoding": {"x": x}}
    numbers = {
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {"x": x, "text": {"field": "cases"}},
    }
    return draw(
        {"width": 270, "height": {"step": 28}, "data": _values(rows), "encoding": {"y": y}, "layer": [bars, numbers]},
        label,
    )


def providers(rows: Sequence[Row], label: str, titles: tuple[str, str]) -> Markup:
    """``rows``: name, rate (0 to 1), p50, p95. Two panels of one row order."""
    y = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelColor": "var(--text)", "labelLimit": 320},
    }
    rate_x = {"field": "rate", "type": "quantitative", "scale": {"domain": [0, 1]}, "title": titles[0]}
    rate = {
        "width": 320,
        "height": {"step": 30},
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadius": 3, "height": 12, "color": "var(--good)"},
                "encoding": {"y": y, "x": {**rate_x, "axis": {"format": ".0%", "tickCount": 4}}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5},
                "encoding": {"y": y, "x": rate_x, "text": {"field": "rate", "format": ".1%"}},
            },
        ],
    }
    bare = {**y, "axis": None}
    p50 = {"field": "p50", "type": "quantitative", "title": titles[1], "axis": {"tickCount": 4}}
    latency = {
        "width": 320,
        "height": {"step": 30},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 4, "color": "var(--shade-2)", "strokeCap": "round"},
                "encoding": {"y": bare, "x": p50, "x2": {"field": "p95"}},
            },
            {
                "mark": {"type": "circle", "size": 70, "color": "var(--accent)", "opacity": 1},
                "encoding": {"y": bare, "x": p50},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 8},
                "encoding": {"y": bare, "x": {"field": "p95", "type": "quantitative"}, "text": {"field": "took"}},
            },
        ],
    }
    return draw({"data": _values(rows), "hconcat": [rate, latency], "spacing": 60}, label)


def days(rows: Sequence[Row], label: str, tones: Mapping[str, str], axis: Sequence[str]) -> Markup:
    """``rows``: day, kind (in words), count. ``tones``: kind → colour, in the order they are stacked.

    ``axis``: all days there are, those without a row too, so that a bar is as wide as a day.
    """
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row["day"]] += row["count"]
    spec = {
        "width": 1080,
        "height": 220,
        "data": _values([*rows, *({"day": day, "kind": next(iter(tones)), "count": 0} for day in axis)]),
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "width": {"band": 0.72}},
        "encoding": {
            "x": DAYS,
            "y": {"field": "count", "type": "quantitative", "title": None, "axis": counts(max(totals.values()))},
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": list(tones), "range": list(tones.values())},
                "legend": {"labelLimit": 320},
            },
        },
    }
    return draw(spec, label)


def rates(rows: Sequence[Row], label: str) -> Markup:
    """``rows``: day, check, provider, rate (0 to 1). A panel for each check, a line for each provider."""
    names = list(dict.fromkeys(row["provider"] for row in rows))
    line = {
        "width": 300,
        "height": 110,
        "mark": {"type": "line", "point": {"size": 30, "filled": True}, "strokeWidth": 2},
        "encoding": {
            "x": {**DAYS, "type": "temporal", "axis": {**DAYS["axis"], "tickCount": 4, "grid": False}},
            "y": {
                "field": "rate",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "title": None,
                "axis": {"format": ".0%", "tickCount": 3},
            },
            "color": {"field": "provider", "type": "nominal", "scale": {"domain": names, "range": PALETTE}},
        },
    }
    header = {"title": None, "labelColor": "var(--text)", "labelFontSize": 12, "labelAnchor": "start"}
    facet = {"field": "check", "type": "nominal", "sort": None, "header": header}
    return draw({"data": _values(rows), "facet": facet, "columns": 3, "spec": line, "spacing": 28}, label)
