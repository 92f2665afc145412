import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from crypto import keyring_file
from crypto.keyring import Keyring
from tests.caller import Caller, person
from tests.conftest import make_application, running
from tests.databases import migrate, postgres_url, scratch_database
from tests.transfers import to_amount
from verify import doctor
from verify.config import ConfigurationError, Settings
from verify.doctor import CHECKS, Finding, examine
from verify.flows.checks import SHANGHAI
from verify.flows.registers import processors
from verify.migrating import HISTORIES, downgrade, upgrade
from verify.models import Attempt, Event, Periodic, RightsRequest, Supply, Transfer
from verify.services import Services, utc_now
from verify.startable import require_startable


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A sound instance."""
    settings = Settings(instance=tmp_path / "instance")
    migrate(settings)
    keyring_file.create(settings.keyring_path, Keyring.generate(utc_now()))
    return settings


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """On the sound instance, by the real clock."""
    yield from running(settings)


def found(settings: Settings, **environment: str) -> dict[str, Finding]:
    environment = {"REALNAME_INSTANCE": str(settings.instance), **environment}
    return {finding.check: finding for finding in examine(environment)}


def ailing(findings: dict[str, Finding]) -> set[str]:
    return {check for check, finding in findings.items() if finding.problem}


def test_nothing_is_wrong_with_a_sound_instance(settings: Settings) -> None:
    findings = found(settings)
    assert ailing(findings) == set()
    assert findings.keys() == {"configuration", *doctor.CHECKS}


@pytest.mark.promise("4.1")
@pytest.mark.parametrize(("until", "is_told"), [(None, False), (2, False), (-2, True), ("ended", True)])
def test_a_processor_of_live_data_without_an_agreement_is_told_of(
    settings: Settings, app: Flask, tmp_path: Path, until: int | str | None, *, is_told: bool
) -> None:
    file = tmp_path / "realname.toml"
    file.write_text('[providers.manual]\nbank = "招商银行"\ncontact = "95555"\n', "utf-8")
    assert "manual" in (found(settings, REALNAME_CONFIG=str(file))["agreements"].problem or "")
    services: Services = app.extensions["realname"]
    today = utc_now().astimezone(SHANGHAI).date()
    day = today + timedelta(days=until) if isinstance(until, int) else None
    with app.app_context():
        processors.agree("manual", "DPA-1", today, day, services)
        if until == "ended":
            processors.end("manual", "Li", services)
        services.session.remove()
    assert bool(found(settings, REALNAME_CONFIG=str(file))["agreements"].problem) is is_told


@pytest.mark.promise("2.3")
@pytest.mark.parametrize(
    ("contact", "live", "ails"),
    [("", True, True), (" ", True, True), ("privacy@cloud.example", True, False), ("", False, False)],
)
def test_a_notice_that_names_no_contact_is_told_of(
    settings: Settings, app: Flask, tmp_path: Path, contact: str, *, live: bool, ails: bool
) -> None:
    """个人信息保护法 17: a failure once a live provider is there, worth a word before."""
    with app.app_context():
        make_application(app, "云帆科技", privacy_contact=contact)
    file = tmp_path / "realname.toml"
    file.write_text('[providers.manual]\nbank = "招商银行"\ncontact = "95555"\n' if live else "", "utf-8")
    finding = found(settings, REALNAME_CONFIG=str(file))["notices"]
    assert ("云帆科技" in (finding.problem or "")) is ails
    assert ("privacy_contact" in (finding.mend or "")) is ails
    assert ("云帆科技" in (finding.note or "")) is not bool(contact.strip())


def test_a_wrong_setting_is_named(settings: Settings) -> None:
    findings = found(settings, REALNAME_POOL_SIZE="many")
    assert ailing(findings) == {"configuration"}
    assert str(findings["configuration"].problem).startswith("REALNAME_POOL_SIZE")


def test_missing_migrations_are_named_and_nothing_else_is_guessed(settings: Settings) -> None:
    downgrade(settings, HISTORIES["main"])
    findings = found(settings)
    assert ailing(findings) == {"databases"}
    assert "REALNAME_DATABASE_URL" in str(findings["databases"].problem)
    assert "db upgrade" in str(findings["databases"].mend)


@pytest.mark.parametrize("setting", ["REALNAME_DATABASE_URL", "REALNAME_KEYS_DATABASE_URL"])
def test_a_database_that_does_not_answer_is_named(settings: Settings, setting: str) -> None:
    findings = found(settings, **{setting: "postgresql://127.0.0.1:1/realname"})
    assert ailing(findings) == {"databases"}
    assert setting in str(findings["databases"].problem)


def test_a_keyring_not_made_yet_is_said_to_be(settings: Settings) -> None:
    settings.keyring_path.unlink()
    findings = found(settings)
    assert ailing(findings) == {"keyring"}
    assert "start the service once" in str(findings["keyring"].mend)
    assert not settings.keyring_path.exists()


def test_a_keyring_of_another_installation_is_named(settings: Settings) -> None:
    found(settings)
    settings.keyring_path.unlink()
    keyring_file.create(settings.keyring_path, Keyring.generate(utc_now()))
    finding = found(settings)["keyring"]
    assert "is missing" in str(finding.problem)
    assert "put the keyring back" in str(finding.mend)


def test_a_broker_that_does_not_answer_is_named(settings: Settings) -> None:
    findings = found(settings, REALNAME_BROKER_URL="redis://127.0.0.1:1/0")
    assert ailing(findings) == {"broker"}
    assert "REALNAME_BROKER_URL" in str(findings["broker"].problem)


def test_work_that_nobody_does_is_noticed(settings: Settings, server: Caller, services: Services) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person(name="张超时"), status=202)
    assert ailing(found(settings)) == set()
    with services.write() as session:
        session.execute(update(Attempt).values(due_at=utc_now() - timedelta(minutes=6)))
    findings = found(settings)
    assert ailing(findings) == {"overdue work"}
    assert "realname worker" in str(findings["overdue work"].mend)


@pytest.mark.parametrize(("silent", "ails"), [(2, set()), (4, {"worker"})])
def test_a_worker_that_fell_silent_is_noticed(settings: Settings, app: Flask, silent: int, ails: set[str]) -> None:
    Caller(app, make_application(app).test).create()
    assert found(settings)["worker"].note == "no worker ran yet"
    last = utc_now() - timedelta(minutes=silent)
    with app.app_context(), app.extensions["realname"].write() as session:
        session.add(Periodic(name="retention", due_at=last + timedelta(minutes=1)))
    findings = found(settings)
    assert ailing(findings) == ails
    assert f"{last:%H:%M}" in str(findings["worker"].note)


def test_events_that_nobody_fans_out_are_noticed(settings: Settings, server: Caller, services: Services) -> None:
    server.create()
    with services.write() as session:
        session.execute(update(Event).values(created_at=utc_now() - timedelta(minutes=6)))
    assert ailing(found(settings)) == {"overdue work"}


def test_a_rights_request_past_its_date_is_told(settings: Settings, server: Caller, services: Services) -> None:
    server.create()
    server.post("/v1/accounts/acct-1001/rights_requests", {"kind": "access", "details": "copy"})
    assert ailing(found(settings)) == set()
    with services.write() as session:
        session.execute(update(RightsRequest).values(due_at=utc_now() - timedelta(days=1)))
    assert ailing(found(settings)) == {"rights requests"}


def test_a_mail_server_without_a_sender_is_named(settings: Settings) -> None:
    findings = found(settings, REALNAME_SMTP_URL="smtps://mail.example")
    assert ailing(findings) == {"notifiers"}
    assert "REALNAME_MAIL_FROM" in str(findings["notifiers"].problem)


def test_a_clock_that_went_back_is_noticed(settings: Settings, server: Caller, services: Services) -> None:
    server.create()
    with services.write() as session:
        session.execute(update(Event).values(created_at=utc_now() + timedelta(hours=1)))
    assert ailing(found(settings)) == {"clock"}


def test_a_clock_apart_from_the_databases_is_noticed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    server = postgres_url()
    if server is None:
        pytest.skip("no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL")
    monkeypatch.setattr(doctor, "utc_now", lambda: utc_now() + timedelta(seconds=9))
    with scratch_database(server) as url:
        upgrade(replace(settings, database_url=url), HISTORIES["main"])
        findings = found(settings, REALNAME_DATABASE_URL=url.replace("+psycopg", ""))
    assert "9 s apart" in str(findings["clock"].problem)


def test_a_provider_that_there_is_not_is_named(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "realname.toml"
    file.write_text(f"instance = {json.dumps(str(settings.instance))}\n[providers.nobody]\n")
    findings = {f.check: f for f in examine({"REALNAME_CONFIG": str(file)})}
    assert ailing(findings) == {"providers"}
    assert "nobody" in str(findings["providers"].problem)


@pytest.mark.parametrize("name", ["", "realname.db", "realname-keys.db"])
def test_files_open_to_others_are_named_with_the_command_that_closes_them(settings: Settings, name: str) -> None:
    path = settings.instance / name
    path.chmod(path.stat().st_mode | 0o040)
    finding = found(settings)["files"]
    assert str(path) in str(finding.problem)
    assert str(finding.mend).startswith("chmod ")


def test_no_finding_shows_a_secret(settings: Settings) -> None:
    secret = uuid4().hex
    url = f"postgresql://u:{secret}@127.0.0.1:1/realname"
    shown: Any = found(settings, REALNAME_DATABASE_URL=url, REALNAME_BROKER_URL=url, REALNAME_KEYRING=secret)
    assert secret not in str(shown)


def test_a_sound_instance_may_start(settings: Settings) -> None:
    require_startable(settings)


def test_an_instance_without_tables_may_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="db upgrade"):
        require_startable(Settings(instance=tmp_path))


@pytest.mark.parametrize(
    ("main", "keys", "ails"),
    [
        ("sqlite:///{}/one.db", "sqlite:///{}/one.db", True),
        ("sqlite:///{}/one.db", "sqlite:///{}/two.db", False),
        ("postgresql+psycopg://a@db/realname", "postgresql+psycopg://b@db:5432/realname", True),
        ("postgresql+psycopg://a@db/realname", "postgresql+psycopg://a@keys/realname", False),
    ],
)
def test_one_database_for_both_stores_is_told(tmp_path: Path, main: str, keys: str, ails: bool) -> None:
    urls = {"database_url": main.format(tmp_path), "keys_database_url": keys.format(tmp_path)}
    assert (CHECKS["two stores"](Settings(instance=tmp_path, **urls)) is not None) is ails


def test_the_odds_of_guessing_are_told(settings: Settings) -> None:
    note = found(settings)["transfers"].note
    assert "amount 3/190, two_amounts 3/36100, remark_code 3/1000000" in str(note)


def test_a_range_of_amounts_that_can_be_guessed_is_told(settings: Settings) -> None:
    findings = found(settings, REALNAME_TRANSFER_HIGH_FEN="40")
    assert ailing(findings) == {"transfers"}
    assert "3/31" in str(findings["transfers"].problem)


def test_a_contradiction_of_a_test_key_is_nobodys_money(app: Flask, settings: Settings) -> None:
    to_amount(Caller(app, make_application(app).test))
    with app.app_context(), app.extensions["realname"].write() as session:
        session.execute(update(Transfer).values(due_at=None, contradiction="sent"))
    assert ailing(found(settings)) == set()


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"livemode": True, "contradiction": "sent"}, "says otherwise"),
        ({"livemode": True, "status": "requested", "updated_at": utc_now() - timedelta(days=5)}, "not sent"),
    ],
)
def test_a_transfer_that_people_must_look_at_is_told(
    app: Flask, settings: Settings, values: dict[str, Any], word: str
) -> None:
    server = Caller(app, make_application(app).test)
    to_amount(server)
    with app.app_context(), app.extensions["realname"].write() as session:
        session.execute(update(Transfer).values(due_at=None, **values))
    assert word in str(found(settings)["transfers"].problem)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"price_micros": 6, "spent_micros": 6, "daily_budget_micros": 10}, "budget of today is used up: sandbox face"),
        ({"daily_budget_micros": 10}, "budget without a price"),
        (
            {"price_micros": 11, "daily_budget_micros": 10},
            "below the price of one call forbids every call: sandbox",
        ),
        ({"opened_at": utc_now() - timedelta(hours=3)}, "cannot be reached: sandbox face (for 3 h)"),
    ],
)
def test_a_limit_that_is_reached_is_told_apart_from_an_outage(
    app: Flask, settings: Settings, terms: dict[str, Any], words: str
) -> None:
    services: Services = app.extensions["realname"]
    today = utc_now().astimezone(SHANGHAI).date().isoformat()
    with app.app_context(), services.write() as session:
        session.add(Supply(provider="sandbox", capability="face", spent_on=today, **terms))
    assert words in str(found(settings)["provider terms"].problem)
