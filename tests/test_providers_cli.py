"""``realname providers`` and ``disclosures``: terms, routes, and the record as it is handed over."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from tests.caller import Caller, person
from tests.conftest import make_application
from verify import create_app
from verify.cli import main
from verify.config import Settings
from verify.flows import disclosure
from verify.models import Attempt, Supply
from verify.services import Services


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("REALNAME_TEST_POSTGRES", "REALNAME_TEST_REDIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(tmp_path))
    monkeypatch.setenv("REALNAME_LOG_LEVEL", "error")
    runner = CliRunner()

    def call(*words: str, status: int = 0) -> Result:
        done = runner.invoke(main, list(words))
        assert done.exit_code == status, done.output
        return done

    call("db", "upgrade")
    return call


def listed(run: Any, capability: str) -> dict[str, Any]:
    rows = json.loads(run("providers", "list", "--json").stdout)
    return next(row for row in rows if row["capability"] == capability)


def test_terms_are_kept_and_lifted(run: Any) -> None:
    run("providers", "set", "sandbox", "identity", "--price", "0.045", "--rate", "5", "--daily-budget", "100")
    row = listed(run, "identity")
    assert (row["price"], row["rate"], row["daily_budget"]) == ("0.045", 5, "100")
    run("providers", "set", "sandbox", "identity", "--rate", "none")
    assert (listed(run, "identity")["rate"], listed(run, "identity")["price"]) == (None, "0.045")


@pytest.mark.parametrize(
    "words",
    [
        ["set", "sandbox", "identity", "--daily-budget", "100"],
        ["set", "sandbox", "identity", "--price", "-1"],
        ["set", "sandbox", "identity", "--price", "0.0000001"],
        ["set", "nobody", "identity", "--rate", "1"],
        ["route", "identity", "sandbox:-1"],
        ["route", "identity", "nobody"],
        ["check", "nobody"],
    ],
)
def test_what_makes_no_sense_is_refused(run: Any, words: list[str]) -> None:
    run("providers", *words, status=2)


def test_a_list_of_rows_stands_before_the_file_and_can_be_taken_back(run: Any) -> None:
    run("providers", "route", "identity", "sandbox:7")
    assert listed(run, "identity")["weight"] == 7
    run("providers", "route", "identity")
    assert listed(run, "identity")["weight"] == 1


def test_how_long_an_answer_may_take_is_agreed_on_too(run: Any) -> None:
    run("providers", "set", "sandbox", "identity", "--timeout", "4")
    assert listed(run, "identity")["timeout"] == 4
    run("providers", "set", "sandbox", "identity", "--timeout", "none")
    assert listed(run, "identity")["timeout"] is None
    run("providers", "set", "sandbox", "identity", "--timeout", "61", status=2)


def test_the_route_of_one_application_is_a_line_of_its_own(run: Any) -> None:
    made = json.loads(run("app", "create", "Shop", "--json").stdout)["application_id"]
    run("providers", "route", "identity", "sandbox:5", "--application", made)
    rows = [r for r in json.loads(run("providers", "list", "--json").stdout) if r["capability"] == "identity"]
    assert [(row["application"], row["weight"]) for row in rows] == [(None, 1), (made, 5)]
    assert made in run("providers", "list").stdout


def test_a_check_tells_whether_each_is_well_and_for_whom(run: Any) -> None:
    assert "sandbox      all applications, all capabilities: " in run("providers", "check").stdout


def test_what_was_never_called_is_not_said_to_work(run: Any) -> None:
    assert listed(run, "identity")["state"] == "circuit closed"


@pytest.mark.parametrize("price", ["1e30", "1e999999999", "1000001", "nan", "-1", "0.0000001"])
def test_an_amount_that_nobody_pays_is_refused_in_words(run: Any, price: str) -> None:
    refused = run("providers", "set", "sandbox", "identity", "--price", price, status=2)
    assert "give an amount such as 0.30, at most 1000000" in refused.output


@pytest.mark.parametrize(
    "words", [("set", "sandbox", "identity", "--rate", "9" * 30), ("route", "sms", f"sandbox:{10**30}")]
)
def test_a_number_that_no_store_holds_is_refused_in_words(run: Any, words: tuple[str, ...]) -> None:
    assert "1000000" in run("providers", *words, status=2).output


@pytest.fixture
def with_a_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "realname.toml"
    file.write_text('[providers.tencent]\nsecret_id = "AKIDEXAMPLE"\nsecret_key = "EXAMPLE-of-nobody"\n', "utf-8")
    monkeypatch.setenv("REALNAME_CONFIG", str(file))


@pytest.mark.usefixtures("with_a_vendor")
@pytest.mark.parametrize(
    ("entries", "told"),
    [(("tencent", "tencent:0"), "tencent is named twice"), (("sandbox",), "live keys would have nobody")],
)
def test_a_route_that_makes_no_sense_is_refused(run: Any, entries: tuple[str, ...], told: str) -> None:
    assert told in " ".join(run("providers", "route", "bank_card", *entries, status=2).output.split())


@pytest.mark.usefixtures("with_a_vendor")
def test_a_double_may_stand_beside_a_live_provider(run: Any) -> None:
    run("providers", "route", "bank_card", "tencent", "sandbox")
    assert listed(run, "bank_card")["weight"] == 1


def test_a_circuit_whose_wait_is_over_is_told_from_one_that_waits(run: Any, tmp_path: Path) -> None:
    app = create_app(Settings(instance=tmp_path))
    services: Services = app.extensions["realname"]
    now = services.clock()
    with app.app_context(), services.write() as session:
        for capability, wait in (("identity", timedelta(minutes=-1)), ("face", timedelta(minutes=1))):
            session.add(Supply(provider="sandbox", capability=capability, opened_at=now, retry_at=now + wait))
    shown = {capability: listed(run, capability) for capability in ("identity", "face", "sms")}
    assert [row["state"] for row in shown.values()] == ["circuit half-open", "circuit open", "circuit closed"]
    assert [bool(row["open_since"]) for row in shown.values()] == [True, True, False]


@pytest.mark.parametrize("form", [(), ("--csv",)])
def test_an_export_without_rows_says_so_beside_the_data(run: Any, form: tuple[str, ...]) -> None:
    done = run("disclosures", "export", "--from", "2020-01-01", "--to", "2020-01-02", *form)
    assert done.stderr.startswith("0 rows")
    assert "0 rows" not in done.stdout


@pytest.fixture
def checked(run: Any, tmp_path: Path) -> None:
    app = create_app(Settings(instance=tmp_path))
    caller = Caller(app, make_application(app).test)
    for n in (1, 2):
        made = caller.create(account_ref=f"acct-{n}")["id"]
        caller.consent(made)
        caller.step(made, "identity", person(n))
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions["realname"].vault.engine.dispose()


ALL = ("disclosures", "export", "--from", "2020-01-01", "--to", "2199-01-01")


@pytest.mark.usefixtures("checked")
def test_the_record_holds_ids_and_codes_and_nobodys_data(run: Any) -> None:
    text = run(*ALL).stdout
    rows = [json.loads(line) for line in text.splitlines()]
    assert [(r["recipient"], r["purpose"], r["outcome"], r["account_ref"]) for r in rows] == [
        ("sandbox", "identity", "match", "acct-1"),
        ("sandbox", "identity", "match", "acct-2"),
    ]
    assert rows[0]["consent"] == "share.identity.sandbox"
    assert person(1)["id_number"] not in text
    assert person(1)["name"] not in text


@pytest.fixture
def asked_about(checked: None, tmp_path: Path) -> None:
    app = create_app(Settings(instance=tmp_path))
    with app.app_context():
        services = app.extensions["realname"]
        with services.read() as session:
            first = session.scalars(select(Attempt).order_by(Attempt.id)).first()
        disclosure.read_back(first, services)
        disclosure.have_erased(first, services)
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()


@pytest.mark.usefixtures("asked_about")
def test_what_was_asked_about_a_call_later_is_a_row_of_its_own(run: Any) -> None:
    rows = [json.loads(line) for line in run(*ALL, "--account", "acct-1").stdout.splitlines()]
    assert [(row["act"], row["recipient"], row["purpose"], row["outcome"]) for row in rows] == [
        ("call", "sandbox", "identity", "match"),
        ("read_back", "sandbox", "identity", "match"),
        ("erase", "sandbox", "identity", "Refused"),
    ]
    assert {row["consent"] for row in rows} == {"share.identity.sandbox"}
    assert [row["kinds"] for row in rows] == [["id_number", "name"], [], []]
    assert all(isinstance(row["ms"], int) for row in rows)
    table = list(csv.DictReader(io.StringIO(run(*ALL, "--csv").stdout)))
    assert [row["act"] for row in table] == ["call", "call", "read_back", "erase"]


@pytest.mark.usefixtures("checked")
def test_one_account_as_csv(run: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(run(*ALL, "--account", "acct-2", "--csv").stdout)))
    assert [(row["account_ref"], row["kinds"]) for row in rows] == [("acct-2", "id_number name")]
