"""``realname operator`` and ``realname review``, as scripts use them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from tests.caller import PORTRAIT, Caller, person
from tests.enterprises import in_person, to_representative
from tests.staff import confirm_all, in_review
from verify import create_app
from verify.cli import main
from verify.config import Settings
from verify.models import Operator, OperatorGrant


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("REALNAME_TEST_POSTGRES", raising=False)
    monkeypatch.delenv("REALNAME_TEST_REDIS", raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(tmp_path))
    run("db", "upgrade")
    return tmp_path


def run(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


def test_a_login_is_made_once_and_its_password_shown(instance: Path) -> None:
    made = json.loads(run("operator", "create", "li", "--role", "reviewer", "--json").output)
    assert len(made["password"]) == 16
    assert made["console"] == "/ops"
    assert "taken" in run("operator", "create", "li", status=1).output
    assert run("operator", "create", "wang", "--first").output == ""


def test_an_application_is_granted_by_its_name_or_id(instance: Path) -> None:
    made = json.loads(run("app", "create", "Sign-up", "--json").output)["application_id"]
    run("operator", "create", "li", "--application", "Sign-up", "--application", made)
    run("app", "create", "Twins")
    run("app", "create", "Twins")
    for given, said in (("Nothing", "no such application"), (str(uuid4()), "no such application"), ("Twins", "the id")):
        assert said in run("operator", "create", "wang", "--application", given, status=2).output
    settings = Settings(instance=instance)
    app = create_app(settings)
    with app.app_context():
        services = app.extensions["realname"]
        with services.read() as session:
            assert list(map(str, session.scalars(select(OperatorGrant.application_id)))) == [made]
            assert session.scalars(select(Operator.login)).all() == ["li"]
        services.session.remove()
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()


def test_a_login_is_shown_the_address_the_service_was_said_to_have(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REALNAME_PUBLIC_URL", "https://verify.example.com")
    made = json.loads(run("operator", "create", "li", "--json").output)
    assert made["console"] == "https://verify.example.com/ops"


def test_a_reset_gives_another_password(instance: Path) -> None:
    made = json.loads(run("operator", "create", "li", "--json").output)
    assert made["password"] not in run("operator", "reset", "li").output


def test_a_disabled_login_acts_no_more(case: str) -> None:
    assert listed("li")
    run("operator", "disable", "li")
    assert "no such login" in run("review", "list", "--as", "li", "--json", status=2).output
    assert "no such login" in run("operator", "disable", "nobody", status=2).output


@pytest.fixture
def case(instance: Path) -> str:
    """A case in review, and operators: li of every application, zhao of none."""
    run("operator", "create", "li", "--all-applications")
    run("operator", "create", "zhao")
    keys = json.loads(run("app", "create", "Sign-up", "--json").output)
    app = create_app(Settings(instance=instance))
    with app.app_context():
        services = app.extensions["realname"]
        confirm_all(services)
        found = in_review(Caller(app, keys["test_key"]), services, face="license_unreadable")
        services.session.remove()
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()
    return f"ver_{found}"


def listed(login: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("review", "list", "--as", login, "--json").output)
    return found


def test_a_case_is_listed_shown_and_approved(case: str) -> None:
    assert [row["verification"] for row in listed("li")] == [case]
    assert run("review", "list", "--as", "li").output.endswith("acct-1001  license_unreadable: Unreadable licence\n")
    shown = json.loads(run("review", "show", case, "--as", "li").output)
    assert shown["review"]["waits_for"] == {"face": "license_unreadable"}
    review = shown["review"]
    assert review["reasons_in_words"] == {"license_unreadable": "Unreadable licence"}
    assert set(review["actions"]) == {"approve", "reject", "ask-again", "note"}
    assert review["attempts"][0]["outcome"] == "match"
    assert "*" in review["fields"]["identity"]["id_number"]
    assert person()["id_number"] not in json.dumps(shown)
    assert run("review", "approve", case, "--as", "li").output == "approved\n"
    assert listed("li") == []


def test_a_case_is_sent_back(case: str) -> None:
    run("review", "ask-again", case, "--as", "li", "--step", "face", "--text", "再拍一次")
    assert json.loads(run("review", "show", case, "--as", "li").output)["request"] == "再拍一次"


def test_a_case_is_not_sent_back_without_words(case: str) -> None:
    told = run("review", "ask-again", case, "--as", "li", "--step", "face", status=2).output
    assert "Missing option '--text'" in told
    assert [row["verification"] for row in listed("li")] == [case]


def test_a_list_shows_china_time_and_json_utc(case: str) -> None:
    since = datetime.fromisoformat(listed("li")[0]["since"])
    assert since.utcoffset() == timedelta(0)
    shown = run("review", "list", "--as", "li").output.split("  ")[1]
    assert shown.endswith("+08:00")
    assert datetime.fromisoformat(shown) == since.replace(second=0, microsecond=0)


def test_a_case_is_rejected(case: str) -> None:
    run("review", "reject", case, "--as", "li", "--reason", "papers_suspect")
    assert json.loads(run("review", "show", case, "--as", "li").output)["status"] == "rejected"


def test_who_was_not_granted_the_application_finds_nothing(case: str) -> None:
    assert listed("zhao") == []
    assert run("review", "approve", case, "--as", "zhao", status=1).output == "Error: There is no such resource.\n"


def test_who_has_not_confirmed_secrecy_and_training_reviews_nothing(case: str) -> None:
    run("operator", "create", "qian", "--all-applications")
    told = run("review", "approve", case, "--as", "qian", status=1).output
    assert "qian has not confirmed secrecy and training yet" in told
    assert [row["verification"] for row in listed("li")] == [case]


def test_an_enterprise_is_named_and_its_papers_and_comparison_shown(case: str, instance: Path) -> None:
    key = json.loads(run("app", "create", "Companies", "--json").output)["test_key"]
    app = create_app(Settings(instance=instance))
    with app.app_context():
        server = Caller(app, key)
        made = to_representative(server, "legal_representative", "执照模糊有限公司")
        server.step(made, "representative", in_person())
        server.step(made, "face", PORTRAIT)
        app.extensions["realname"].session.remove()
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions["realname"].vault.engine.dispose()
    assert "执照模糊有限公司" in run("review", "list", "--as", "li").output
    review = json.loads(run("review", "show", made, "--as", "li").output)["review"]
    assert review["enterprise_name"] == "执照模糊有限公司"
    assert {row["unread"] for row in review["compared"]} == {"unreadable"}
    assert [(paper["step"], paper["pages"], paper["purged_at"]) for paper in review["documents"]] == [
        ("license", 1, None)
    ]


def test_an_enterprise_that_waits_for_the_register_says_which_recheck_is_next(case: str, instance: Path) -> None:
    key = json.loads(run("app", "create", "Companies", "--json").output)["test_key"]
    app = create_app(Settings(instance=instance))
    with app.app_context():
        server = Caller(app, key)
        made = to_representative(server, name="待更新有限公司")
        step = server.step(made, "representative", in_person(), status=202)["steps"][3]
        app.extensions["realname"].session.remove()
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions["realname"].vault.engine.dispose()
    review = json.loads(run("review", "show", made, "--as", "li").output)["review"]
    assert review["recheck"] == {"due_at": step["next_check_at"], "number": 1, "of": 15}
