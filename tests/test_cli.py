import json
import os
import re
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, select

from crypto import keyring_file
from crypto.keyring import Keyring
from verify import create_app, log
from verify.audit import Break
from verify.cli import COMMANDS, main
from verify.commands import audit
from verify.config import Settings
from verify.models.keystore import data_keys
from verify.models.vault import Vault
from verify.running import mark_running, while_stopped
from verify.services import utc_now

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(instance=tmp_path / "instance")


@pytest.fixture
def bare(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on an empty instance."""
    monkeypatch.delenv("REALNAME_TEST_POSTGRES", raising=False)
    monkeypatch.delenv("REALNAME_TEST_REDIS", raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(settings.instance))

    def run(*words: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, words, catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def run(bare: Run) -> Run:
    """Runs a command on an instance with tables."""
    bare("db", "upgrade")
    return bare


@pytest.fixture
def made(run: Run) -> dict[str, str]:
    """An application and its keys."""
    made: dict[str, str] = read(run("app", "create", "Sign-up", "--origin", "https://signup.example", "--json"))
    return made


def read(result: Result) -> Any:
    return json.loads(result.stdout)


def keys_of(run: Run, made: dict[str, str]) -> dict[bool, dict[str, Any]]:
    return {key["livemode"]: key for key in read(run("app", "keys", "list", made["application_id"], "--json"))}


@pytest.mark.parametrize("words", [(), *((command.name,) for command in COMMANDS)])
def test_every_command_explains_itself(bare: Run, words: tuple[str, ...]) -> None:
    assert "Usage: realname" in bare(*words, "--help").output.replace("main", "realname")


def test_a_wrong_setting_ends_a_command_with_a_sentence(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REALNAME_POOL_SIZE", "many")
    result = bare("app", "list", status=2)
    assert result.stderr.startswith("realname: REALNAME_POOL_SIZE must be")


def test_missing_tables_end_a_command_with_a_sentence(bare: Run) -> None:
    assert "run `realname db upgrade`" in bare("app", "list", status=2).stderr


def test_a_keyring_of_another_installation_ends_a_command_with_a_sentence(run: Run, settings: Settings) -> None:
    run("app", "list")
    settings.keyring_path.unlink()
    keyring_file.create(settings.keyring_path, Keyring.generate(utc_now()))
    assert "is missing" in run("app", "list", status=2).stderr


def test_the_port_of_another_program_ends_serve_with_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "configure", lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert f"port {port}" in run("serve", "--port", port, status=2).stderr


def test_an_application_gets_a_key_of_each_mode(made: dict[str, str]) -> None:
    assert str(UUID(made["application_id"])) == made["application_id"]
    assert made.keys() == {"application_id", "test_key", "live_key"}
    assert (made["test_key"][:8], made["live_key"][:8]) == ("rn_test_", "rn_live_")


def test_keys_are_shown_once(run: Run, made: dict[str, str]) -> None:
    shown = run("app", "keys", "list", made["application_id"]).output + run("app", "list", "--json").output
    assert made["test_key"] not in shown
    assert f"…{made['test_key'][-4:]}" in shown


def test_the_first_application_is_made_only_once(run: Run) -> None:
    assert "rn_test_" in run("app", "create", "Demo", "--first").output
    assert run("app", "create", "Demo", "--first").output == ""
    assert len(read(run("app", "list", "--json"))) == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Signup.Example/", "https://signup.example"),
        ("https://signup.example:443", "https://signup.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(run: Run, given: str, kept: str) -> None:
    run("app", "create", "Sign-up", "--origin", given, "--origin", given)
    assert read(run("app", "list", "--json"))[0]["origins"] == [kept]


@pytest.mark.parametrize(
    "origin", ["signup.example", "ftp://a.example", "https://a.example/x", "https://u@a.example", "https://a:b", "*"]
)
def test_what_is_no_origin_is_refused(run: Run, origin: str) -> None:
    assert "--origin" in run("app", "create", "Sign-up", "--origin", origin, status=2).stderr
    assert read(run("app", "list", "--json")) == []


def test_a_setting_of_an_application_is_changed(run: Run, made: dict[str, str]) -> None:
    run("app", "set", made["application_id"], "bank_card_face=false")
    [application] = read(run("app", "list", "--json"))
    assert application["settings"]["bank_card_face"] is False
    assert application["settings"]["enterprise_requires_personal"] is True


@pytest.mark.parametrize("assignment", ["bank_card_face=1", "bank_card_face=no", "bank_card_face", "colour=true"])
def test_a_setting_there_is_not_or_of_another_kind_is_refused(run: Run, made: dict[str, str], assignment: str) -> None:
    assert "NAME=VALUE" in run("app", "set", made["application_id"], assignment, status=2).stderr


def test_an_application_there_is_not_is_refused(run: Run) -> None:
    assert "no such application" in run("app", "set", str(uuid4()), "bank_card_face=false", status=2).stderr


def test_a_key_is_rolled_with_an_overlap(run: Run, made: dict[str, str]) -> None:
    old = keys_of(run, made)[False]
    run("app", "keys", "scope", old["key_id"], "webhooks")
    rolled = read(run("app", "keys", "roll", old["key_id"], "--overlap", "2", "--json"))
    listed = {key["key_id"]: key for key in read(run("app", "keys", "list", made["application_id"], "--json"))}
    assert rolled["test_key"].startswith("rn_test_")
    assert listed[rolled["key_id"]]["scopes"] == ["webhooks"]
    assert listed[old["key_id"]]["expires_at"] == rolled["old_expires_at"]
    assert listed[old["key_id"]]["state"] == "active"


def test_without_an_overlap_the_old_key_ends_at_once(run: Run, made: dict[str, str]) -> None:
    old = keys_of(run, made)[True]
    run("app", "keys", "roll", old["key_id"], "--overlap", "0")
    listed = {key["key_id"]: key for key in read(run("app", "keys", "list", made["application_id"], "--json"))}
    assert listed[old["key_id"]]["state"] == "expired"


def test_a_revoked_key_is_over(run: Run, made: dict[str, str]) -> None:
    key = keys_of(run, made)[True]["key_id"]
    run("app", "keys", "revoke", key)
    assert keys_of(run, made)[True]["state"] == "revoked"
    for words in (("revoke", key), ("roll", key), ("scope", key, "webhooks")):
        assert "KEY_ID" in run("app", "keys", *words, status=2).stderr


def test_scopes_are_those_there_are(run: Run, made: dict[str, str]) -> None:
    key = keys_of(run, made)[False]["key_id"]
    run("app", "keys", "scope", key, "accounts:read", "verifications")
    assert keys_of(run, made)[False]["scopes"] == ["verifications", "accounts:read"]
    run("app", "keys", "scope", key, "everything", status=2)


def test_the_keyrings_status_shows_no_secret(run: Run, settings: Settings) -> None:
    run("app", "list")
    shown = run("keys", "status").output + run("keys", "status", "--json").output
    secrets = re.findall(r'"key": "([^"]+)"', settings.keyring_path.read_text())
    assert len(secrets) == 4
    assert not any(secret in shown for secret in secrets)
    assert "kek     primary  0 data keys" in shown


def test_the_keyrings_backup_is_the_keyring(run: Run, settings: Settings) -> None:
    run("app", "list")
    assert Keyring.parse(run("keys", "backup").stdout) == keyring_file.read(settings.keyring_path)


def test_without_a_keyring_there_is_nothing_to_back_up(run: Run, settings: Settings) -> None:
    assert "no keyring" in run("keys", "backup", status=2).stderr
    assert not settings.keyring_path.exists()


def test_rotating_the_kek_wraps_every_data_key_anew(run: Run, settings: Settings) -> None:
    run("app", "list")
    old = keyring_file.read(settings.keyring_path)
    engine = create_engine(settings.keys_database_url)
    verification = uuid4()
    keys = Vault(engine, old, utc_now).create(uuid4(), verification, ["identity", "bank"])
    sealed = keys.seal("bank", "test", verification, b"kept")
    assert "2 data keys wrapped anew" in run("keys", "rotate", "kek").output
    new = keyring_file.read(settings.keyring_path)
    with engine.connect() as connection:
        wrapped = connection.scalars(select(data_keys.c.wrapped)).all()
    assert {blob[2:6] for blob in wrapped} == {new.primary("kek").id} != {old.primary("kek").id}
    assert Vault(engine, new, utc_now).keys(verification).open("test", verification, sealed) == b"kept"
    engine.dispose()
    assert stat.S_IMODE(settings.keyring_path.stat().st_mode) == 0o600
    assert run("keys", "rewrap").output == ""


def test_after_the_pepper_rotated_keys_given_out_before_are_still_known(
    run: Run, settings: Settings, made: dict[str, str]
) -> None:
    run("keys", "rotate", "pepper")
    app = create_app(settings)
    bearer = {"Authorization": f"Bearer {made['test_key']}"}
    assert app.test_client().get("/v1/verifications", headers=bearer).status_code == 200
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions["realname"].vault.engine.dispose()


def test_a_keyring_is_not_rotated_under_a_running_service(run: Run, settings: Settings) -> None:
    run("app", "list")
    before = settings.keyring_path.read_text()
    descriptor = mark_running(settings)
    assert "stop `realname serve` first" in run("keys", "rotate", "kek", status=2).stderr
    os.close(descriptor)
    assert settings.keyring_path.read_text() == before
    with while_stopped(settings):
        pass


def test_a_keyring_that_is_a_setting_is_not_rotated(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("app", "list")
    monkeypatch.setenv("REALNAME_KEYRING", settings.keyring_path.read_text())
    assert "REALNAME_KEYRING" in run("keys", "rotate", "kek", status=2).stderr


def test_an_unbroken_record_is_said_to_be(run: Run) -> None:
    assert run("audit", "verify").output == "0 verifications, 0 events: unbroken\n"


def test_a_broken_record_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Break(uuid4(), 3, "changed")
    monkeypatch.setattr(audit, "first_break", lambda *_: found)
    assert f"ver_{found.verification}: event 3 is broken: changed" in run("audit", "verify", status=1).stderr


def test_a_portrait_is_drawn_and_each_is_another(run: Run, tmp_path: Path) -> None:
    one, other = tmp_path / "one.jpg", tmp_path / "other.jpg"
    run("sandbox", "portrait", str(one))
    run("sandbox", "portrait", str(other))
    assert one.read_bytes()[:3] == b"\xff\xd8\xff"
    assert one.read_bytes() != other.read_bytes()
    assert 1_500_000 < one.stat().st_size < 3_000_000


def test_doctor_finds_nothing_wrong_with_a_sound_instance(run: Run) -> None:
    run("app", "list")
    findings = read(run("doctor", "--json"))
    assert [f for f in findings if f["problem"]] == []
    assert len(findings) > 7


def test_doctor_says_what_is_wrong_and_how_to_mend_it(bare: Run) -> None:
    output = bare("doctor", status=1).output
    assert "the tables of REALNAME_DATABASE_URL are at nothing" in output
    assert "→ stop the service and run `realname db upgrade`" in output


def test_backups_are_written_where_told(run: Run, tmp_path: Path) -> None:
    for name in ("main", "keys"):
        written = Path(run("backup", name, "--to", str(tmp_path / name)).stdout.strip())
        assert written.parent == tmp_path / name
        assert written.read_bytes().startswith(b"SQLite format 3")
