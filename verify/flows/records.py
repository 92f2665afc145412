"""Deleting rows together with all that refers to them, in an order that no foreign key stands against."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, CompoundSelect, Delete, ForeignKey, Table, delete, select, union_all

from verify.models import Base

#: what one of makes a row go
Conditions = Sequence[ColumnElement[bool]]


def deletion(root: Table, doomed: ColumnElement[bool]) -> Iterator[Delete]:
    """The statements that delete these rows of ``root``, those that refer to them first.

    Read from the tables themselves, so that one added later is not forgotten. A table is asked once for each way that
    leads to it: for both ways at once, PostgreSQL would read all of it.
    """
    wanted: dict[Table, Conditions] = {root: [doomed]}
    for table in Base.metadata.sorted_tables:
        if table is not root and (conditions := _conditions(table, wanted)):
            wanted[table] = conditions
    for table in reversed(Base.metadata.sorted_tables):
        for condition in wanted.get(table, ()):
            yield delete(table).where(condition)


def _conditions(table: Table, wanted: dict[Table, Conditions]) -> Conditions:
    """True of rows that refer to a doomed one."""
    return [
        key.parent.in_(_doomed(key, wanted[key.column.table]))
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table in wanted and key.column.table is not table
    ]


def _doomed(key: ForeignKey, conditions: Conditions) -> CompoundSelect[tuple[object]]:
    return union_all(*(select(key.column).where(condition) for condition in conditions))
