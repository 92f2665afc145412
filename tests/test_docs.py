"""What the documentation says of the code can be checked."""

import re
from pathlib import Path

import pytest

from verify.flows.rights.rules import EXTENSIONS, GROUNDS
from verify.flows.states import TRANSITIONS, Status

ROOT = Path(__file__).parent.parent
#: what a worked example makes
MADE_BY_READERS = {("extend-step.md", "verify/flows/steps/site.py")}

PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")]


def test_the_picture_of_states_shows_every_transition_and_no_other() -> None:
    text = (ROOT / "docs/concepts.md").read_text("utf-8")
    picture = text.partition("stateDiagram-v2")[2].partition("```")[0]
    drawn = set(re.findall(r"^ +([a-z]+) --> ([a-z]+)", picture, re.MULTILINE))
    real = {
        (before.value, after.value)
        for (before, _), after in TRANSITIONS.items()
        if isinstance(after, Status) and after is not before
    }
    assert drawn == real


@pytest.mark.parametrize("code", [*GROUNDS, *EXTENSIONS])
def test_the_rights_page_names_every_ground_of_a_refusal_and_reason_for_more_time(code: str) -> None:
    assert f"`{code}`" in (ROOT / "docs/rights.md").read_text("utf-8")


def test_a_box_in_a_picture_has_its_title_in_quotes() -> None:
    """Without, a comma in it makes the whole picture a syntax error."""
    lines = [line for page in PAGES for line in re.findall(r"^ *subgraph .*$", page.read_text("utf-8"), re.MULTILINE)]
    assert [line for line in lines if not re.fullmatch(r' *subgraph \w+ ?\[".*"\]', line)] == []


def test_every_page_is_on_the_list_of_pages() -> None:
    listed = set(re.findall(r"\]\((\S+?\.md)", (ROOT / "docs/README.md").read_text("utf-8")))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"} - listed == set()


#: a file of the project, named in a text
FILE = re.compile(r"`((?:verify|crypto|providers|tests|deploy|docs|examples)/[\w./-]+\.\w+)`")


def test_files_that_pages_speak_of_are_there() -> None:
    named = {(page.name, path) for page in PAGES for path in FILE.findall(page.read_text("utf-8"))}
    assert {(page, path) for page, path in named if not (ROOT / path).exists()} - MADE_BY_READERS == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    assert [t for t in targets if "://" not in t and not (page.parent / t).exists()] == []
