"""``realname rights``, as staff use it at a shell: only what they were granted, on the record."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from tests.caller import Caller
from tests.staff import confirm_all
from verify import create_app
from verify.cli import main
from verify.config import Settings
from verify.models import AccessEntry, RightsRequest

PATH = "/v1/accounts/acct-1001/rights_requests"


def run(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A request for access, and operators: li of every application, zhao of none."""
    for name in ("REALNAME_TEST_POSTGRES", "REALNAME_TEST_REDIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(tmp_path))
    run("db", "upgrade")
    run("operator", "create", "li", "--all-applications")
    run("operator", "create", "zhao")
    keys = json.loads(run("app", "create", "Sign-up", "--json").output)
    app = create_app(Settings(instance=tmp_path))
    caller = Caller(app, keys["test_key"])
    caller.create()
    made = caller.post(PATH, {"kind": "access", "details": "一份副本"}).json["id"]
    with app.app_context():
        confirm_all(app.extensions["realname"])
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions["realname"].vault.engine.dispose()
    return str(made)


def listed(login: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("rights", "list", "--as", login, "--json").output)
    return found


def test_a_case_is_listed_shown_extended_approved_and_answered(case: str) -> None:
    assert [(row["id"], row["kind"]) for row in listed("li")] == [(case, "access")]
    assert case in run("rights", "list", "--as", "li").output
    assert "details" not in json.loads(run("rights", "show", case, "--as", "li").output)
    revealed = run("rights", "reveal", case, "--as", "li", "--why", "to answer it").output
    assert json.loads(revealed)["details"] == "一份副本"
    assert run("rights", "take", case, "--as", "li").output.startswith("open, due ")
    assert run("rights", "extend", case, "--as", "li", "--reason", "many_records").output.startswith("open, due ")
    assert run("rights", "approve", case, "--as", "li").output.startswith("approved")
    assert run("rights", "answer", case, "--as", "li", "--words", "已开放下载").output.startswith("answered")
    assert listed("li") == []
    run("rights", "refuse", case, "--as", "li", "--ground", "abuse", "--words", "no", status=1)


def become(kind: str, instance: Path) -> None:
    """The request is of this kind."""
    app = create_app(Settings(instance=instance))
    with app.app_context():
        services = app.extensions["realname"]
        with services.write() as session:
            session.scalars(select(RightsRequest)).one().kind = kind
        services.session.remove()
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()


def test_what_was_not_done_is_not_answered_and_a_sentence_says_so(case: str, tmp_path: Path) -> None:
    become("closure", tmp_path)
    refused = run("rights", "answer", case, "--as", "li", "--words", "done", status=1)
    assert "was not done yet" in refused.output


def test_a_correction_asks_which_verification_is_wrong(case: str, tmp_path: Path) -> None:
    become("correction", tmp_path)
    refused = run("rights", "carry-out", case, "--as", "li", "--yes", status=1)
    assert "Name the verification that has the wrong data." in refused.output


def test_who_was_granted_nothing_sees_and_does_nothing(case: str) -> None:
    assert listed("zhao") == []
    run("rights", "show", case, "--as", "zhao", status=1)
    run("rights", "answer", case, "--as", "zhao", "--words", "no", status=1)
    assert listed("li")[0]["status"] == "open"


@pytest.mark.parametrize(
    "words", [("list",), ("show", "CASE"), ("reveal", "CASE", "--why", "w"), ("approve", "CASE"), ("take", "CASE")]
)
def test_who_has_not_confirmed_secrecy_and_training_is_told_where_to(case: str, words: tuple[str, ...]) -> None:
    run("operator", "create", "qian", "--all-applications")
    typed = [case if word == "CASE" else word for word in words]
    told = run("rights", *typed, "--as", "qian", status=1).output
    assert "qian has not confirmed secrecy and training yet" in told
    assert "/ops" in told
    assert listed("li")[0]["status"] == "open"


def test_what_staff_did_and_were_refused_is_on_record(case: str, tmp_path: Path) -> None:
    run("rights", "approve", case, "--as", "li")
    run("rights", "answer", case, "--as", "zhao", "--words", "no", status=1)
    app = create_app(Settings(instance=tmp_path))
    with app.app_context():
        services = app.extensions["realname"]
        with services.read() as session:
            seen = session.execute(select(AccessEntry.action, AccessEntry.refused).order_by(AccessEntry.id)).all()
        services.session.remove()
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()
    assert ("rights.approve", None) in seen
    assert ("rights.answer", "not_found") in seen
