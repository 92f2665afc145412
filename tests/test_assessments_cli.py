"""``realname assessments``: recorded, listed and taken back."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from verify.cli import main

WORDS = ["--recipient", "sandbox", "--title", "Faces", "--approved-by", "Compliance", "--from", "2026-01-01"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("REALNAME_TEST_POSTGRES", "REALNAME_TEST_REDIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(tmp_path))
    runner = CliRunner()
    assert runner.invoke(main, ["db", "upgrade"]).exit_code == 0
    return runner


def test_an_assessment_is_recorded_with_the_digest_of_its_document(run: CliRunner, tmp_path: Path) -> None:
    document = tmp_path / "assessment.pdf"
    document.write_bytes(b"signed")
    added = run.invoke(
        main, ["assessments", "add", "face", *WORDS, "--until", "2028-06-30", "--document", str(document)]
    )
    assert added.exit_code == 0, added.output
    (row,) = json.loads(run.invoke(main, ["assessments", "list", "--json"]).output)
    assert (row["recipients"], row["state"]) == (["sandbox"], "current")
    assert row["document_sha256"] == hashlib.sha256(b"signed").hexdigest()
    assert run.invoke(main, ["assessments", "end", row["id"]]).exit_code == 0
    assert "ended" in run.invoke(main, ["assessments", "list"]).output


@pytest.mark.parametrize(
    "words",
    [
        [*WORDS, "--until", "2025-12-31"],
        [*WORDS, "--until", "2031-01-01"],
        ["--recipient", "nobody", *WORDS[2:], "--until", "2026-12-31"],
    ],
    ids=["ends before it begins", "too long", "unknown recipient"],
)
def test_what_cannot_be_an_assessment_is_refused(run: CliRunner, words: list[str]) -> None:
    assert run.invoke(main, ["assessments", "add", "face", *words]).exit_code == 2
