"""Every promise of the policy has code and a test, and the page that lists them is current."""

import importlib
import runpy
from operator import attrgetter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUILD = runpy.run_path(str(ROOT / "docs/promises.py"), run_name="promises")
PROMISES, SHOWN = BUILD["promises"](), BUILD["tests"]()
SECTIONS = [section for row in PROMISES for section in row["sections"]]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_promise_is_shown_by_a_test(section: str) -> None:
    assert [test.name for test in SHOWN if test.section == section] != []


def test_a_test_shows_a_promise_that_there_is() -> None:
    assert {(test.name, test.section) for test in SHOWN if test.section not in SECTIONS} == set()


def test_a_section_belongs_to_one_promise() -> None:
    assert len(SECTIONS) == len(set(SECTIONS))


def test_the_code_that_keeps_a_promise_is_there() -> None:
    assert [path for row in PROMISES for path in row["code"] if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("path", sorted({test.path for test in SHOWN}), ids=str)
def test_a_test_that_is_named_is_there(path: Path) -> None:
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    named = {(test.within, test.name) for test in SHOWN if test.path == path}
    assert [test for test in named if not callable(attrgetter(".".join([*test[0], test[1]]))(module))] == []


def test_the_page_is_as_the_tests_are_marked() -> None:
    assert (ROOT / "docs/promises.md").read_text("utf-8") == BUILD["page"](), "run `make docs`"
