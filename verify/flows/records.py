"""Deleting rows together with all that refers to them, in an order that no foreign key stands against."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Delete, Table, delete, or_, select

from verify.models import Base


def deletion(root: Table, doomed: ColumnElement[bool]) -> Iterator[Delete]:
    """The statements that delete these rows of ``root``, those that refer to them first.

    Read from the tables themselves, so that one added later is not forgotten.
    """
    wanted: dict[Table, ColumnElement[bool]] = {root: doomed}
    for table in Base.metadata.sorted_tables:
        if table is not root and (conditions := _conditions(table, wanted)):
            wanted[table] = or_(*conditions)
    for table in reversed(Base.metadata.sorted_tables):
        if table in wanted:
            yield delete(table).where(wanted[table])


def _conditions(table: Table, wanted: dict[Table, ColumnElement[bool]]) -> Sequence[ColumnElement[bool]]:
    """True of rows that refer to a doomed one."""
    return [
        key.parent.in_(select(key.column).where(wanted[key.column.table]))
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table in wanted and key.column.table is not table
    ]
