"""Old code goes on working on new tables, so that an upgrade needs no downtime (docs/upgrade.md)."""

import ast
from pathlib import Path

import pytest

MIGRATIONS = sorted((Path(__file__).parent.parent / "migrations").glob("*/versions/*.py"))

#: what old code does not notice; without an index it is slower and no less right
ADDING = {
    "batch_alter_table",
    "create_table",
    "add_column",
    "create_foreign_key",
    "create_index",
    "drop_index",
    "execute",
    "get_bind",
    "bulk_insert",
}

#: made when there was no old code yet
BEFORE_THE_FIRST_RELEASE = {"main/0003_webhooks_and_notifications", "main/0004_staff_and_reviews", "main/0005_accounts"}


class Upgrade(ast.NodeVisitor):
    """What a migration does on its way up, in its helpers too, that old code would stumble over."""

    def __init__(self, path: Path) -> None:
        body = ast.parse(path.read_text("utf-8")).body
        self.functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
        self.seen = 0
        self.noticed: list[str] = []
        self.in_new_table = False
        self.visit(self.functions["upgrade"])

    def visit_Call(self, call: ast.Call) -> None:
        name = self._called(call)
        self.seen += bool(name)
        if name and name not in ADDING:
            self.noticed.append(name)
        if getattr(call.func, "attr", "") == "Column" and not self.in_new_table and self._demands_a_value(call):
            self.noticed.append("add_column not null")
        outside, self.in_new_table = self.in_new_table, self.in_new_table or name == "create_table"
        helper = self.functions.get(getattr(call.func, "id", ""))
        if helper is not None:
            self.visit(helper)
        self.generic_visit(call)
        self.in_new_table = outside

    @staticmethod
    def _called(call: ast.Call) -> str:
        """The operation, of Alembic or of one of its batches."""
        if not isinstance(call.func, ast.Attribute) or getattr(call.func.value, "id", "") not in {
            "op",
            "batch",
            "table",
        }:
            return ""
        return call.func.attr

    @staticmethod
    def _demands_a_value(column: ast.Call) -> bool:
        """Old code does not fill it, the database does not, and it may not be empty."""
        words = {word.arg: word.value for word in column.keywords}
        nullable = words.get("nullable")
        return isinstance(nullable, ast.Constant) and nullable.value is False and "server_default" not in words


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_a_migration_only_adds(path: Path) -> None:
    found = Upgrade(path)
    assert found.seen
    if f"{path.parent.parent.name}/{path.stem}" not in BEFORE_THE_FIRST_RELEASE:
        assert found.noticed == []
