"""A row that goes finds by index the rows that refer to it: databases look for them with each row they delete."""

import pytest
from sqlalchemy import ForeignKey, PrimaryKeyConstraint, Table, UniqueConstraint, true

from verify.flows.records import deletion
from verify.models import Account, Base

#: of everything that an account's end takes along
GOING = {statement.table for statement in deletion(Account.__table__, true())}  # type: ignore[arg-type]

REFERENCES = {
    str(key.parent): key
    for table in Base.metadata.sorted_tables
    for key in table.foreign_keys
    if key.column.table in GOING
}


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_a_row_that_goes_is_found_by_those_that_refer_to_it(name: str) -> None:
    key = REFERENCES[name]
    assert key.parent.name in leading(key.parent.table, key)


def test_no_statement_asks_for_two_ways_to_its_rows_at_once() -> None:
    """PostgreSQL would read all of the table."""
    statements = [str(statement) for statement in deletion(Account.__table__, true())]  # type: ignore[arg-type]
    assert len(statements) > len(GOING)
    assert [statement for statement in statements if " OR " in statement] == []


def leading(table: Table, key: ForeignKey) -> set[str]:
    """First columns of indexes that hold every row that refers to something."""
    constraints = [one for one in table.constraints if isinstance(one, (PrimaryKeyConstraint, UniqueConstraint))]
    where = {index: index.dialect_options["postgresql"]["where"] for index in table.indexes}
    whole = [index for index, rows in where.items() if rows is None or str(rows) == f"{key.parent.name} IS NOT NULL"]
    return {next(iter(one.columns)).name for one in (*constraints, *whole) if len(one.columns)}
