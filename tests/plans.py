"""How SQLite goes about the statements that are run meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def planned(engine: Engine, table: str) -> Iterator[list[str]]:
    """A line of EXPLAIN QUERY PLAN for each look into the table."""
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
