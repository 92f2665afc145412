"""How SQLite goes about the statements that are run meanwhile: without statistics, as before its first ANALYZE."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from verify.models import Base
from verify.models.keystore import KeyBase

#: indexes of some of the rows: those that wait, or are left
OF_SOME = frozenset(
    index.name
    for base in (Base, KeyBase)
    for table in base.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
)

#: tables with a few rows, whatever was verified
SMALL = frozenset({"bulletins", "holds", "periodic", "supplies"})

SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?$")


@contextmanager
def planned(engine: Engine, table: str = "") -> Iterator[list[str]]:
    """A line of EXPLAIN QUERY PLAN for each look into the table, or into any."""
    ran: list[tuple[str, Any]] = []
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: Any) -> None:
        if table in statement and not statement.startswith("EXPLAIN"):
            ran.append((statement, parameters[0] if executemany else parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for statement, parameters in ran:
            lines = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found += [line for row in lines if table in (line := str(row[-1]))]


def read_whole(lines: Iterable[str]) -> list[str]:
    """Those of the lines that read a table, or an index of all of it, from end to end."""
    scans = ((line, found) for line in lines if (found := SCAN.match(line)))
    return [line for line, found in scans if found[1] not in SMALL and found[2] not in OF_SOME]
