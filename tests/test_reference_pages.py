"""The pages of docs/reference say what the code says now."""

import runpy
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent / "docs/reference"
BUILD = runpy.run_path(str(HERE / "build.py"), run_name="reference")


@pytest.mark.parametrize("name", BUILD["PAGES"])
def test_a_page_is_as_the_code_makes_it(name: str) -> None:
    assert (HERE / name).read_text("utf-8") == BUILD["page"](name), "run `make docs`"


def test_every_page_is_made() -> None:
    assert {path.name for path in HERE.glob("*.md")} == set(BUILD["PAGES"])
