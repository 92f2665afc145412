"""What operators see of retention: the schedule, what is due, holds, and why something is still there."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from crypto.notes import Signer
from tests.caller import Caller
from tests.conftest import Clock, make_application, running
from tests.databases import migrate
from verify.cli import main
from verify.config import Settings
from verify.flows import checkpointing
from verify.flows.retention import CLASSES

ROOT = Path(__file__).parent.parent

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(instance=tmp_path / "instance")
    migrate(found)
    return found


@pytest.fixture
def app(settings: Settings, clock: Clock, parts: dict[str, Any]) -> Iterator[Flask]:
    clock.turn(days=-60)
    yield from running(settings, clock=clock, nudge=lambda *_: None, **parts)


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in ("REALNAME_TEST_POSTGRES", "REALNAME_TEST_REDIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(settings.instance))

    def run(*words: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, words, catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def server(app: Flask) -> Caller:
    """Of a sign-up with one account, which left an address and was canceled long ago."""
    caller = Caller(app, make_application(app).test)
    made = caller.create(contact={"email": "user@example.com"})["id"]
    caller.post(f"/v1/verifications/{made}/cancel")
    return caller


def test_the_schedule_names_every_class(run: Run) -> None:
    shown = json.loads(run("retention", "show", "--json").output)
    assert [row["class"] for row in shown] == list(CLASSES)
    assert run("retention", "show").output.count("\n") == len(CLASSES)


@pytest.mark.usefixtures("server")
def test_a_dry_run_counts_and_deletes_nothing(run: Run) -> None:
    first = json.loads(run("retention", "run", "--dry-run", "--json").output)
    assert first["contact"] == 1
    assert json.loads(run("retention", "run", "--json").output) == first
    assert json.loads(run("retention", "run", "--dry-run", "--json").output)["contact"] == 0


@pytest.mark.usefixtures("server")
def test_a_hold_keeps_and_says_so(run: Run) -> None:
    placed = run("hold", "add", "acct-1001", "--test", "--ground", "case 2026-117", "--by", "compliance").output
    assert json.loads(run("retention", "run", "--json").output)["contact"] == 0
    assert "legal_hold" in run("why", "acct-1001", "--test").output
    hold = placed.split()[-1]
    run("hold", "lift", hold, "--by", "compliance")
    run("hold", "lift", hold, "--by", "compliance", status=2)
    assert json.loads(run("retention", "run", "--json").output)["contact"] == 1


@pytest.mark.usefixtures("server")
def test_holds_are_listed_and_one_ground_is_held_once(run: Run) -> None:
    words = ("hold", "add", "acct-1001", "--test", "--by", "compliance", "--ground")
    first = run(*words, "case 2026-117").output
    assert run(*words, "case 2026-117").output == first
    second = run(*words, "case 2026-200").output
    listed = json.loads(run("hold", "list", "--json").output)
    assert [f"hold {row['id']}" for row in listed] == [first.strip(), second.strip()]
    run("hold", "lift", listed[0]["id"], "--by", "Li")
    assert "case 2026-117" not in run("hold", "list").output
    shown = run("hold", "list", "--lifted").output
    assert "case 2026-117" in shown
    assert "by Li" in shown


@pytest.mark.promise("5.4")
def test_orders_of_erasure_are_printed_and_repeated(run: Run, server: Caller, tmp_path: Path) -> None:
    server.send("DELETE", "/v1/accounts/acct-1001")
    printed = run("erasure", "orders").output
    assert json.loads(printed)["ground"] == "request"
    assert re.search(r"known already +1\n", run("erasure", "redo", "--by", "Li", "--yes").output)
    file = tmp_path / "orders.jsonl"
    file.write_text(printed, "utf-8")
    assert re.search(r"known already +1\n", run("erasure", "redo", "--by", "Li", "--from", str(file), "--yes").output)
    file.write_text(printed + "{}\n", "utf-8")
    assert "line 2" in run("erasure", "redo", "--by", "Li", "--from", str(file), "--yes", status=1).output


def test_an_account_is_named_so_that_it_is_one(run: Run, server: Caller, app: Flask) -> None:
    other = Caller(app, make_application(app, "Shop", "https://shop.example").test)
    other.create()
    assert "name its --app" in run("why", "acct-1001", "--test", status=2).output
    found = json.loads(run("why", "acct-1001", "--test", "--app", "Sign-up", "--json").output)
    assert json.loads(run("why", found[0]["of"], "--json").output) == found
    assert "--test" not in run("why", "acct-9", "--test", status=2).output.splitlines()[-1]
    assert "needs --test" in run("why", "acct-1001", status=2).output
    run("why", "acc_9", status=2)
    assert server.get("/v1/accounts/acct-1001").status_code == 200


def test_an_account_is_erased_at_a_shell_and_its_certificate_checked(run: Run, server: Caller, tmp_path: Path) -> None:
    told = json.loads(run("erasure", "order", "acct-1001", "--test", "--unlawful", "--yes").output)
    assert (told["status"], told["ground"]) == ("done", "unlawful")
    assert server.get("/v1/accounts/acct-1001").status_code == 200
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(told["certificate"]), "utf-8")
    assert json.loads(run("erasure", "check", str(file)).stdout) == told["certificate"]["statement"]
    assert json.loads(run("erasure", "unconfirmed", "--json").output) == []
    file.write_text(
        json.dumps({**told["certificate"], "note": told["certificate"]["note"].replace("unlawful", "consented")})
    )
    assert "not signed by that key" in run("erasure", "check", str(file), status=1).output


def test_the_whole_answer_is_checked_as_its_certificate_is(run: Run, server: Caller, tmp_path: Path) -> None:
    told = server.send("DELETE", "/v1/accounts/acct-1001").json
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(told), "utf-8")
    assert json.loads(run("erasure", "check", str(file)).stdout) == told["certificate"]["statement"]


@pytest.fixture
def answer(server: Caller) -> dict[str, Any]:
    found: dict[str, Any] = server.send("DELETE", "/v1/accounts/acct-1001").json
    return found


def saved(folder: Path, answer: Any) -> str:
    file = folder / "answer.json"
    file.write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
    return str(file)


def test_a_certificate_is_checked_with_the_key_that_is_published(
    run: Run, answer: dict[str, Any], app: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        checkpointing.make(app.extensions["realname"])
    key = run("erasure", "key").stdout.strip()
    assert key == answer["certificate"]["verifier"]
    assert run("erasure", "key", "--former").stdout.split()[0] == key
    checked = run("erasure", "check", saved(tmp_path, answer), "--verifier", key)
    assert json.loads(checked.output) == answer["certificate"]["statement"]
    assert "compare it with the one you know" in run("erasure", "check", saved(tmp_path, answer)).stderr


def test_the_key_of_checkpoints_is_told_from_the_one_of_certificates(
    run: Run, answer: dict[str, Any], tmp_path: Path
) -> None:
    words = ("erasure", "check", saved(tmp_path, answer), "--verifier")
    assert "begins with realname-erasure+" in run(*words, run("audit", "key").stdout.strip(), status=1).stderr
    other = Signer("realname-erasure", bytes(32)).verifier
    assert "not signed by that key" in run(*words, str(other), status=1).stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("live_at", "2020-01-01T00:00:00Z"), ("backups_by", None), ("tags_deleted", 7), ("more", "x"), ("erased", [7])],
)
def test_a_statement_that_is_not_the_signed_one_does_not_pass(
    run: Run, answer: dict[str, Any], tmp_path: Path, name: str, value: Any
) -> None:
    assert answer["certificate"]["statement"].get(name) != value
    answer["certificate"]["statement"][name] = value
    assert name in run("erasure", "check", saved(tmp_path, answer), status=1).stderr
    del answer["certificate"]["statement"]
    assert "not a certificate" in run("erasure", "check", saved(tmp_path, answer), status=1).stderr


def test_the_signed_note_alone_is_refused_and_what_to_give_is_said(
    run: Run, answer: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "certificate.note"
    file.write_text(answer["certificate"]["note"], "utf-8")
    told = run("erasure", "check", str(file), "--verifier", answer["certificate"]["verifier"], status=1)
    assert "this is the signed note alone: give the JSON" in told.stderr


@pytest.mark.parametrize("spoiled", [None, "note", "statement", "key"])
def test_the_documented_check_without_us_does_what_it_says(
    answer: dict[str, Any], tmp_path: Path, spoiled: str | None
) -> None:
    page = (ROOT / "docs" / "erasure.md").read_text("utf-8")
    program = tmp_path / "check.py"
    program.write_text(page.split("```python\n")[1].split("```")[0], "utf-8")
    certificate = answer["certificate"]
    key = certificate["verifier"]
    if spoiled == "note":
        certificate["note"] = certificate["note"].replace("request", "shutdown")
    elif spoiled == "statement":
        certificate["statement"]["live_at"] = "2020-01-01T00:00:00Z"
    elif spoiled == "key":
        key = str(Signer("realname-erasure", bytes(32)).verifier)
    command = [sys.executable, "-I", program, saved(tmp_path, answer), key]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is (spoiled is None), done.stderr
    assert spoiled or json.loads(done.stdout) == certificate["statement"]


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("junk", ["", "[]", "{}", "7", '{"certificate": null}', '{"certificate": {"note": "n"}}'])
def test_what_is_no_certificate_is_called_so(run: Run, tmp_path: Path, junk: str) -> None:
    file = tmp_path / "junk.json"
    file.write_text(junk, "utf-8")
    assert "not a certificate" in run("erasure", "check", str(file), status=1).output
