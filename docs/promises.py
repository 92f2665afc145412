"""Writes promises.md: each promise of promises.toml, the code that keeps it, and the tests that are marked with it."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGE = HERE / "promises.md"
MADE = "<!-- made by `make docs` from promises.toml and the tests; change it there -->"


class Shown(NamedTuple):
    """A test that is marked with a section. ``within`` names the classes around it."""

    section: str
    path: Path
    within: tuple[str, ...]
    name: str

    @property
    def id(self) -> str:
        """As pytest takes it."""
        return "::".join([self.path.as_posix(), *self.within, self.name])


def promises() -> list[dict[str, Any]]:
    """Rows of promises.toml, in its order."""
    rows: list[dict[str, Any]] = tomllib.loads((HERE / "promises.toml").read_text("utf-8"))["promise"]
    return rows


def tests() -> list[Shown]:
    """Read without running anything, in the order of their files."""
    return [shown for path in sorted((ROOT / "tests").rglob("test_*.py")) for shown in _marked(path)]


def _marked(path: Path) -> Iterator[Shown]:
    text = path.read_text("utf-8")
    if "mark.promise(" not in text:
        return
    for within, node in _functions(ast.parse(text).body):
        for decorator in node.decorator_list:
            for section in _sections(decorator):
                yield Shown(section, path.relative_to(ROOT), within, node.name)


def _functions(
    body: list[ast.stmt], within: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, (*within, node.name))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield within, node


def _sections(decorator: ast.expr) -> list[str]:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.promise":
        return []
    return [ast.literal_eval(argument) for argument in decorator.args]


def page() -> str:
    """The text of the page."""
    shown = tests()
    return "\n\n".join([MADE, *_head(), *(block for row in promises() for block in _row(row, shown))]) + "\n"


def _head() -> Iterator[str]:
    yield "# Promises"
    yield (
        "What the privacy policy (by its sections) and the law promise, what the code does about it, where, and the "
        "tests that show it, each with the name by which `pytest` runs it. A promise without a test fails the build."
    )


def _row(row: dict[str, Any], shown: list[Shown]) -> Iterator[str]:
    yield f"## {', '.join(row['sections'])}"
    yield f"**{row['promise']}** {row['kept']}"
    yield "Code: " + ", ".join(f"[`{path}`](../{path})" for path in row["code"])
    found = {test.id: test for test in shown if test.section in row["sections"]}
    yield "\n".join(
        f"- [{_sentence(test.name)}](../{test.path.as_posix()})<br>`{name}`" for name, test in found.items()
    )


def _sentence(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
