import base64
import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click import Context
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, select

from crypto import keyring_file
from crypto.keyring import PURPOSES, Keyring
from tests.caller import Caller
from verify import create_app, log
from verify.audit import Break
from verify.cli import COMMANDS, main
from verify.commands import audit
from verify.config import Settings
from verify.custody.publishing import alone
from verify.flows import checkpointing
from verify.models import Checkpoint
from verify.models.keystore import data_keys
from verify.models.vault import Vault
from verify.running import mark_running
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


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)])
def test_every_command_explains_itself(bare: Run, words: tuple[str, ...]) -> None:
    assert "Usage: realname" in bare(*words, "--help").output.replace("main", "realname")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_goes_by_the_name_it_has(name: str) -> None:
    found = main.get_command(Context(main), name)
    assert found is not None
    assert found.name == name


def test_what_keeps_the_halves_alive_holds_none_of_the_endpoints() -> None:
    heavy = {"flask", "sqlalchemy", "marshmallow", "alembic", "fpdf", "pikepdf", "PIL", "vl_convert"}
    told = "import sys, verify.cli, verify.commands.serving; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    assert heavy & set(loaded) == set()


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


def test_origins_are_added_and_removed_later(run: Run, made: dict[str, str]) -> None:
    told = run("app", "origin", made["application_id"], "--add", "https://Shop.example/", "--add", "https://a.example")
    assert told.stdout.split() == ["https://a.example", "https://shop.example", "https://signup.example"]
    run("app", "origin", made["application_id"], "--add", "https://shop.example", "--remove", "https://signup.example")
    assert read(run("app", "list", "--json"))[0]["origins"] == ["https://a.example", "https://shop.example"]


def test_origins_belong_to_an_application_that_exists(run: Run) -> None:
    unknown = "0198c0de-0000-7000-8000-000000000001"
    assert "no such application" in run("app", "origin", unknown, "--add", "https://a.example", status=2).stderr


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
    assert "kek     primary  suite 1  0 data keys" in shown


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
    assert "2 data keys moved" in run("keys", "rotate", "kek").output
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


def test_the_keyring_is_sealed_anew_as_the_settings_say(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("app", "list")
    before = keyring_file.read(settings.keyring_path)
    secrets = [base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2)]
    monkeypatch.setenv("REALNAME_KEYRING_SECRET", secrets[0])
    assert "sealed by none and is now by secret" in run("keys", "reseal").output
    run("app", "list")
    monkeypatch.setenv("REALNAME_KEYRING_SECRET", secrets[1])
    assert "cannot be unsealed" in run("keys", "reseal", status=2).stderr
    monkeypatch.setenv("FORMER", secrets[0])
    run("keys", "reseal", "--former-secret-env", "FORMER")
    run("app", "list")
    monkeypatch.delenv("REALNAME_KEYRING_SECRET")
    assert "sealed by a secret" in run("keys", "reseal", status=2).stderr
    run("keys", "reseal", "--former-secret-env", "FORMER", status=2)
    monkeypatch.setenv("FORMER", secrets[1])
    assert "is now by none" in run("keys", "reseal", "--former-secret-env", "FORMER").output
    assert keyring_file.read(settings.keyring_path) == before


def test_a_keyring_is_not_sealed_anew_under_a_running_service(run: Run, settings: Settings) -> None:
    run("app", "list")
    descriptor = mark_running(settings)
    assert "stop `realname serve` first" in run("keys", "reseal", status=2).stderr
    os.close(descriptor)


def test_two_rotations_at_once_are_refused(run: Run, settings: Settings) -> None:
    run("app", "list")
    before = settings.keyring_path.read_text()
    with alone(settings):
        assert "another command is changing the keyring" in run("keys", "rotate", "kek", status=2).stderr
    assert settings.keyring_path.read_text() == before


def test_a_retired_kek_is_destroyed_once_old_backups_are_gone(run: Run, settings: Settings) -> None:
    run("app", "list")
    former = keyring_file.read(settings.keyring_path).primary("kek").id.hex()
    assert "not a retired key" in run("keys", "destroy", former, status=2).stderr
    assert f"kek {former} is retired" in run("keys", "rotate", "kek").output
    assert "may be kept until" in run("keys", "destroy", former, status=2).stderr
    assert "is destroyed" in run("keys", "destroy", former, "--backups-kept", "0").output
    assert former not in run("keys", "status").output
    assert "KEY_ID" in run("keys", "destroy", "kek", status=2).stderr


def test_a_new_key_has_the_suite_of_the_settings(run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    run("app", "list")
    monkeypatch.setenv("REALNAME_SUITE", "2")
    for purpose in PURPOSES:
        run("keys", "rotate", purpose)
    suites = {
        key["purpose"]: key["suite"] for key in read(run("keys", "status", "--json")) if key["state"] == "primary"
    }
    assert suites == {"kek": 2, "index": 2, "pepper": 2, "audit": 1}
    monkeypatch.setenv("REALNAME_SUITE", "1")
    monkeypatch.setenv("REALNAME_ALLOWED_SUITES", "1")
    assert "unsupported suite 2" in run("keys", "status", status=2).stderr


def test_a_keyring_that_is_a_setting_is_not_rotated(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("app", "list")
    monkeypatch.setenv("REALNAME_KEYRING", settings.keyring_path.read_text())
    assert "REALNAME_KEYRING" in run("keys", "rotate", "kek", status=2).stderr


def test_an_unbroken_record_is_said_to_be(run: Run) -> None:
    assert "0 verifications, 0 events: unbroken\n0 checkpoints" in run("audit", "verify").output


def test_an_exported_record_is_verified_without_our_code(
    run: Run, settings: Settings, made: dict[str, str], tmp_path: Path
) -> None:
    app = create_app(settings)
    services = app.extensions["realname"]
    created = Caller(app, made["test_key"]).create()["id"]
    with app.app_context():
        checkpointing.make(services)
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()
    key = run("audit", "key").stdout.strip()
    assert run("audit", "key", "--former").stdout.split()[0] == key
    exported, proof = tmp_path / "export.jsonl", tmp_path / "proof.json"
    run("audit", "export", str(exported))
    proof.write_text(run("audit", "prove", created).stdout)
    for file in (exported, proof):
        assert "fit; 0 are not signed yet" in verified(file, "--key", key)
        assert "compare with the keys you know" in verified(file)
        assert "not signed by a key you gave" in verified(file, "--key", key.replace("+A", "+B"), status=1)
    exported.write_text(exported.read_text().replace("verification.created", "verification.verified"))
    assert "event 1 was changed" in verified(exported, status=1)
    assert "1 checkpoints sign 1 events; 0 are not signed yet" in run("audit", "verify").output
    assert "no such verification" in run("audit", "prove", f"ver_{uuid4()}", status=2).stderr
    assert "verification's id" in run("audit", "prove", "acct-1", status=2).stderr


def test_a_restore_is_told_and_named_ever_after(run: Run, tmp_path: Path) -> None:
    run("app", "list")
    outside = tmp_path / "checkpoints"
    words = ("audit", "restored", "--yes", "--against", str(outside), "--backup-of")
    outside.write_text("")
    told = "checkpoint 1 tells of a restore: on "
    assert told in run(*words, "20200101T030000Z", "--by", "Li").stdout
    assert told in run("audit", "verify").stdout
    assert "one line of printable text" in run(*words, "20200101T030000Z", "--by", " ", status=2).stderr
    assert "it lies in the future" in run(*words, "2999-01-01T00:00Z", "--by", "Li", status=2).stderr
    outside.write_text("7\n")
    assert "line 1 is no checkpoint" in run("audit", "verify", "--against", str(outside), status=1).stderr


def test_a_store_that_went_back_is_named_with_the_way_out(run: Run, settings: Settings, tmp_path: Path) -> None:
    app = create_app(settings)
    services = app.extensions["realname"]
    with app.app_context():
        checkpointing.make(services, empty=True)
        with services.write() as session:
            row = session.get_one(Checkpoint, 1)
            note = row.note
            session.delete(row)
        app.extensions["sqlalchemy"].engine.dispose()
    services.vault.engine.dispose()
    outside = tmp_path / "checkpoints"
    outside.write_text(json.dumps(note) + "\n", "utf-8")
    told = run("audit", "verify", "--against", str(outside), status=1).stderr
    assert "checkpoint 1: missing" in told
    assert "realname audit restored" in told
    assert "REALNAME_AUDIT_FILE is not set" in run("audit", "verify").stderr


def test_the_verifier_for_others_is_printed_whole(run: Run, tmp_path: Path) -> None:
    printed = tmp_path / "verify_audit.py"
    printed.write_text(run("audit", "verifier").stdout, "utf-8")
    helped = [sys.executable, "-I", printed, "--help"]
    assert "--checkpoints" in subprocess.run(helped, capture_output=True, text=True, check=True).stdout


def verified(*words: object, status: int = 0) -> str:
    script = Path(__file__).parent.parent / "verify" / "record" / "verify_audit.py"
    done = subprocess.run([sys.executable, script, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


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
