"""What was measured, row by row: kept in results.json and written into README.md between its two marks."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import create_engine, text

from tests.databases import postgres_url

FOLDER = Path(__file__).parent
RESULTS, README = FOLDER / "results.json", FOLDER / "README.md"
MARKS = ("<!-- measured -->\n", "<!-- end -->\n")

#: interleaved runs of a row; a goal is met when each of them meets it
RUNS = 3

HEAD = """\
| what | goal | least · median · most | met | beside it |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """``goal`` is the most that each of ``runs`` may be, or where ``at_least`` the least.

    ``unit`` is × for a ratio to the limit side; ``beside`` is a figure that says what the ratio is of.
    """

    what: str
    goal: float
    runs: tuple[float, ...]
    at_least: bool = False
    unit: str = "×"
    beside: str = ""

    @property
    def is_met(self) -> bool:
        return min(self.runs) >= self.goal if self.at_least else max(self.runs) <= self.goal

    def cells(self) -> tuple[str, ...]:
        goal = f"{'≥' if self.at_least else '≤'} {_short(self.goal)} {self.unit}"
        measured = " · ".join(_short(each) for each in (min(self.runs), median(self.runs), max(self.runs)))
        return self.what, goal, measured, "yes" if self.is_met else "**no**", self.beside

    def __str__(self) -> str:
        what, goal, measured, met, beside = self.cells()
        return f"{what:<56} {measured:>24}  {goal:<10} {met.strip('*'):<4} {beside}"


def keep(suite: str, rows: Iterable[Row]) -> None:
    """Replace what is known of this suite, and write the table anew."""
    measured = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "rows": [asdict(row) for row in rows]}
    results = {**read(), suite: measured}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    before, _, rest = README.read_text("utf-8").partition(MARKS[0])
    README.write_text(before + MARKS[0] + written(results) + "\n" + MARKS[1] + rest.partition(MARKS[1])[2], "utf-8")


def read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    return found


def written(results: Mapping[str, Any]) -> str:
    """Markdown: one table a suite, each with its day and machine."""
    return "".join(_section(suite, results[suite]) for suite in sorted(results))


def _section(suite: str, measured: Mapping[str, Any]) -> str:
    rows = [Row(**{**row, "runs": tuple(row["runs"])}) for row in measured["rows"]]
    lines = "".join(f"| {' | '.join(row.cells())} |\n" for row in rows)
    return f"\n### {suite}\n\n{measured['on']}, {measured['machine']}\n\n{HEAD}{lines}"


def machine() -> str:
    """In general terms: enough to judge a figure by, nothing that names the machine."""
    parts = [f"{os.cpu_count()} cores", f"Python {platform.python_version()}"]
    server = postgres_url()
    return ", ".join(parts + ([f"PostgreSQL {_version(server)}"] if server else []))


def _version(server: str) -> str:
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = str(connection.scalar(text("SHOW server_version")))
    engine.dispose()
    return found.split(maxsplit=1)[0]


def _short(value: float) -> str:
    """Three figures, or all of those before the point."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three figures
