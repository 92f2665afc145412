"""Which statements read a whole table: recorded as they are run, and asked of the planner afterwards."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

#: of which every verification has a row
BIG = frozenset(
    {"accounts", "verifications", "events", "sealed_steps", "consents", "attempts", "data_keys", "owner_tags"}
)

#: how each database says that it reads all of a table
WHOLE = {
    "postgresql": re.compile(r"Seq Scan on (\w+)"),
    "sqlite": re.compile(r"SCAN (\w+)(?! USING)"),
}

Statements = dict[str, Any]


@contextmanager
def recorded(engine: Engine) -> Iterator[Statements]:
    """Each statement once, with the parameters it had last."""
    found: Statements = {}

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE", "INSERT", "WITH"}:
            found[statement] = parameters[0] if executemany else parameters

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def whole_tables(engine: Engine, statements: Statements) -> dict[str, list[str]]:
    """Statement → big tables that it reads from end to end, for those that do."""
    found = {statement: _whole(engine, statement, parameters) for statement, parameters in statements.items()}
    return {statement: tables for statement, tables in found.items() if tables}


def plan(engine: Engine, statement: str, parameters: Any) -> str:
    words = "EXPLAIN " if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(words + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def _whole(engine: Engine, statement: str, parameters: Any) -> list[str]:
    said = plan(engine, statement, parameters)
    return sorted(BIG & set(WHOLE[engine.dialect.name].findall(said)))
