"""``realname incident``, ``shutdown`` and ``intake`` as an officer types them; docs/incidents.md walks the same."""

import json
import re
import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from verify.cli import main
from verify.flows.checks import SHANGHAI

PAGE = Path(__file__).parent.parent / "docs/incidents.md"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("REALNAME_TEST_POSTGRES", "REALNAME_TEST_REDIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(main, ["db", "upgrade"]).exit_code == 0
    return runner


def said(run: CliRunner, *words: str, exit_code: int = 0) -> Result:
    result = run.invoke(main, list(words))
    assert result.exit_code == exit_code, result.output
    return result


def filled_in(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_text(re.sub(r"【[^】]*】", "…", path.read_text("utf-8")), "utf-8")


@pytest.mark.promise("5.3")
def test_every_command_of_the_page_for_three_in_the_morning_works(run: CliRunner, tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    commands = [line.strip() for line in text.replace("\\\n", "").splitlines() if line.startswith("    realname ")]
    assert len(commands) > 8
    matter = ""
    for command in commands:
        words = shlex.split(command.replace("$MATTER", matter), comments=True)[1:]
        if words[:2] == ["incident", "draft"] and "--take" in words:
            filled_in(tmp_path / words[3])
        refused = words[:2] == ["incident", "send"]  # nobody is affected in an empty installation
        result = said(run, *words, exit_code=1 if refused else 0)
        if words[:2] == ["incident", "open"]:
            matter = result.output.strip()
    assert "个人信息安全事件报告" in (tmp_path / "report.md").read_text("utf-8")
    rows = json.loads(said(run, "register", "list", "incidents", "--json").output)
    assert rows[0]["closed_by"] == "Li"


def test_an_officer_is_told_in_a_sentence_what_cannot_be_done(run: CliRunner) -> None:
    matter = said(run, "incident", "open", "--title", "t", "--by", "Li").output.strip()
    result = said(run, "incident", "send", matter, "--by", "Li", "--yes", exit_code=1)
    assert "no text was taken yet" in result.output


def test_a_shutdown_is_opened_drafted_and_not_erased_before_its_day(run: CliRunner, tmp_path: Path) -> None:
    opened = said(run, "shutdown", "open", "--on", "2999-12-31", "--title", "The end", "--by", "Li")
    matter = opened.output.strip().splitlines()[-1]
    said(run, "shutdown", "draft", matter, "texts")
    filled_in(tmp_path / "texts")
    said(run, "shutdown", "draft", matter, "texts", "--take")
    assert "only a shutdown that was sent" in said(run, "shutdown", "erase", matter, "--yes", exit_code=1).output
    assert json.loads(said(run, "shutdown", "status", matter, "--json").output)["state"] == "open"


@pytest.mark.promise("6.9", "4.3")
@pytest.mark.parametrize(("days", "is_warned"), [(29, True), (31, False)])
@pytest.mark.parametrize("kind", ["shutdown", "merger"])
def test_who_opens_a_shutdown_too_late_for_its_notice_is_warned(
    run: CliRunner, days: int, kind: str, *, is_warned: bool
) -> None:
    day = (datetime.now(SHANGHAI) + timedelta(days=days)).date().isoformat()
    result = said(run, "shutdown", "open", "--kind", kind, "--on", day, "--title", "The end", "--by", "Li")
    assert ("30 days before" in result.stderr) is is_warned
    assert "warning" not in result.stdout


def test_the_intake_is_stopped_and_resumed(run: CliRunner) -> None:
    assert "stopped since" in said(run, "intake", "stop", "--reason", "the end", "--by", "Li").output
    assert "resumed" in said(run, "intake", "resume", "--by", "Li").output
    assert "was not stopped" in said(run, "intake", "resume", "--by", "Li").output
