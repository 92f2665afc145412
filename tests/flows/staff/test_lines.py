"""Every kind of line that the access log is written has its row: whom it names, and what it showed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.flows.rights import desk
from verify.flows.staff.lines import LINES
from verify.ops import log_words

SOURCES = sorted((Path(__file__).parents[3] / "verify").rglob("*.py"))

#: what writes a line → place of the kind among its arguments
WRITERS = {"acting": 2, "entry": 1, "note_refusal": 1, "_entry": 1, "_judged": 1, "_record": 1}


def written() -> Iterator[str]:
    """Kinds that stand in the source as they are."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WRITERS:
                place = WRITERS[ast.unparse(node.func)]
                kind = node.args[place] if place < len(node.args) else None
                if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                    yield kind.value


@pytest.mark.parametrize("kind", sorted({*written(), *(f"rights.{action}" for action in desk.EVENTS)}))
def test_a_kind_that_is_written_has_its_row(kind: str) -> None:
    assert kind in LINES


def test_the_console_has_words_for_the_same_kinds() -> None:
    assert LINES.keys() == log_words.ACTIONS.keys()
