"""What operators see of retention: the schedule, what is due, holds, and why something is still there."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.caller import Caller
from tests.conftest import Clock, make_application, running
from verify.cli import main
from verify.config import Settings
from verify.flows.retention import CLASSES
from verify.migrating import HISTORIES, upgrade

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(instance=tmp_path / "instance")
    for history in HISTORIES.values():
        upgrade(found, history)
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
    assert json.loads(run("erasure", "check", str(file)).output) == told["certificate"]["statement"]
    assert json.loads(run("erasure", "unconfirmed", "--json").output) == []
    file.write_text(json.dumps({**told["certificate"], "note": told["certificate"]["note"].replace("bank", "card")}))
    assert "not signed by that key" in run("erasure", "check", str(file), status=1).output


def test_the_whole_answer_is_checked_as_its_certificate_is(run: Run, server: Caller, tmp_path: Path) -> None:
    told = server.send("DELETE", "/v1/accounts/acct-1001").json
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(told), "utf-8")
    assert json.loads(run("erasure", "check", str(file)).output) == told["certificate"]["statement"]


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("junk", ["", "[]", "{}", "7", '{"certificate": null}', '{"certificate": {"note": "n"}}'])
def test_what_is_no_certificate_is_called_so(run: Run, tmp_path: Path, junk: str) -> None:
    file = tmp_path / "junk.json"
    file.write_text(junk, "utf-8")
    assert "not a certificate" in run("erasure", "check", str(file), status=1).output
