"""What the documentation tells newcomers to type, typed as it stands."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.service import Service, running

pytestmark = [pytest.mark.long, pytest.mark.enable_socket, pytest.mark.timeout(900)]

ROOT = Path(__file__).parent.parent.parent

Running = tuple[Service, dict[str, str]]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service, and beside it what a clone has: the virtual environment and the instance folder."""
    root = tmp_path_factory.mktemp("clone")
    (root / ".venv").symlink_to(sys.prefix)
    with running(root) as started:
        yield started


def blocks(page: str, language: str, after: str = "", until: str | None = None) -> list[str]:
    text = (ROOT / page).read_text("utf-8").partition(after)[2] if after else (ROOT / page).read_text("utf-8")
    text = text.partition(until)[0] if until else text
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def typed(live: Running, *commands: str) -> str:
    """What is printed, with the address and the key that ``make run`` would have printed."""
    service, made = live
    text = "\n".join(commands)
    text = re.sub(r"export BASE=\S+", f"export BASE={service.base}", text)
    text = re.sub(r"export KEY=\S+", f"export KEY={made['test_key']}", text)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=service.root,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


CURL = ("README.md", "sh", "## Five minutes with curl", "**By micro-transfer**")


def test_five_minutes_with_curl_verify_two_people(live: Running) -> None:
    told = typed(live, *blocks(*CURL))
    assert told.count('"status": "verified"') == 2
    assert told.split("\n").count("verified") == 1


def test_the_walk_of_an_enterprise_ends_verified(live: Running) -> None:
    told = typed(live, blocks(*CURL)[0], blocks("docs/enterprises.md", "sh")[0])
    assert told.split("\n").count("verified") == 2
    assert told.count('"status": "verified"') == 2


def test_the_first_script_verifies_a_person_and_their_enterprise(live: Running) -> None:
    (live[0].root / "first.py").write_text(blocks("docs/start.md", "python")[0], "utf-8")
    _, prepare, run = blocks("docs/start.md", "sh")
    assert typed(live, prepare, run).rstrip().endswith("verified · as an enterprise: verified")


def test_what_was_backed_up_comes_back(tmp_path: Path) -> None:
    """docs/backups.md: copies while it runs, everything lost, and the same account answered again."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    with running(tmp_path) as live:
        typed(live, *blocks(*CURL))
        backup, restore = blocks("docs/backups.md", "sh")
        typed(live, backup)
        live[0].stop()
        for file in (tmp_path / "instance").glob("realname*.db*"):
            file.unlink()
        (tmp_path / "instance" / "keyring.json").unlink()
        assert ": unbroken" in typed(live, restore)
        live[0].start()
        told = typed(live, blocks(*CURL)[0], "rn $BASE/v1/accounts/acct-1001")
    assert json.loads(told)["personal"]["status"] == "verified"
