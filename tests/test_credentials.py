"""Credentials that are kept sealed: whose count, who heeds them, and that nothing shows them."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask import Flask, current_app
from sqlalchemy import select

from providers.base import BadCallback, CallbackHint, Capability
from providers.testing.scenarios_tencent import SETTINGS
from providers.testing.server import SandboxServer
from tests.caller import Caller, person
from verify import credentials
from verify.cli import main
from verify.commands.opening import opened
from verify.flows.checks import SHANGHAI
from verify.models import Attempt, Credential
from verify.services import Services

NAME = "tencent"
GOOD = {name: SETTINGS[name] for name in ("secret_id", "secret_key")}
BAD = {**GOOD, "secret_key": "EXAMPLEanotherKeyOfNobody"}

Run = Callable[..., Result]


@pytest.fixture
def vendor() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vendor: SandboxServer) -> Run:
    for name in ("REALNAME_TEST_POSTGRES", "REALNAME_TEST_REDIS"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "realname.toml"
    file.write_text(
        f'[providers.{NAME}]\ncredentials = "sealed"\nendpoint = "{vendor.endpoint}"\n'
        'liveness = { rule_id = "1" }\n'
        f'[providers.routes]\nidentity = [{{ provider = "{NAME}" }}]\nliveness = [{{ provider = "{NAME}" }}]\n',
        "utf-8",
    )
    monkeypatch.setenv("REALNAME_CONFIG", str(file))
    monkeypatch.setenv("REALNAME_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("REALNAME_LOG_LEVEL", "error")

    def call(*words: str, given: object = None, status: int = 0) -> Result:
        done = CliRunner().invoke(main, list(words), input=None if given is None else json.dumps(given))
        assert done.exit_code == status, done.output
        for secret in (GOOD["secret_key"], BAD["secret_key"]):
            assert secret not in done.output
        return done

    call("db", "upgrade")
    return call


def keep(run: Run, given: object, *words: str, status: int = 0) -> Result:
    return run("providers", "credentials", NAME, *words, given=given, status=status)


def test_without_any_the_service_says_how_to_keep_them(run: Run) -> None:
    assert "realname providers credentials tencent" in run("providers", "list", status=2).output


def test_they_are_heeded_and_their_day_is_all_that_is_shown(run: Run) -> None:
    keep(run, GOOD)
    assert "takes our credentials" in run("providers", "check", NAME).stdout
    rows = json.loads(run("providers", "list", "--json").stdout)
    assert {row["credentials"][:7] for row in rows if row["provider"] == NAME} == {"sealed "}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("text", "one JSON object"),
        ({"secret_id": 1}, "one JSON object"),
        ({"key": "x"}, "no credentials of this provider"),
        ({"secret_id": "only"}, "secret_key is missing"),
        ({**GOOD, "secret_key": "with a space"}, "holds characters that no key has"),
    ],
)
def test_what_no_credentials_are_is_refused(run: Run, given: object, words: str) -> None:
    assert words in keep(run, given, status=1).output


def test_a_check_names_whose_credentials_it_tried(run: Run) -> None:
    keep(run, GOOD)
    keep(run, BAD, "--capability", "liveness")
    lines = sorted(run("providers", "check", NAME, status=1).stdout.splitlines())
    assert [line.split(": ")[0].split(maxsplit=1)[1] for line in lines] == [
        "all applications, all capabilities",
        "all applications, liveness",
    ]
    assert "AuthFailure" in lines[1]


def test_new_ones_take_the_place_of_the_former_whose_key_is_gone(run: Run) -> None:
    keep(run, BAD)
    assert "AuthFailure" in run("providers", "check", NAME, status=1).stdout
    with opened() as services:
        former = _row(services)
    keep(run, GOOD)
    run("providers", "check", NAME)
    with opened() as services:
        assert _row(services).id != former.id
        assert not services.vault.keys(former.id).has(credentials.CLASS)


def test_they_are_forgotten_when_told(run: Run) -> None:
    keep(run, GOOD)
    assert "forgotten" in keep(run, None, "--remove").stdout
    assert "there were none" in keep(run, None, "--remove").stdout


def test_rotating_the_key_wraps_them_anew(run: Run) -> None:
    keep(run, GOOD)
    run("keys", "rotate", "kek")
    assert "takes our credentials" in run("providers", "check", NAME).stdout
    with opened() as services:
        assert set(services.vault.wraps()) == {services.keyring.primary("kek").id}


def test_the_closest_count(run: Run) -> None:
    keep(run, GOOD)
    application = json.loads(run("app", "create", "Shop", "--json").stdout)["application_id"]
    other = json.loads(run("app", "create", "Other", "--json").stdout)["application_id"]
    keep(run, BAD, "--application", application)
    keep(run, BAD, "--capability", "face")
    with opened() as services:
        found = {
            (whose, capability): credentials.signer(NAME, capability, UUID(whose), services)
            for whose in (application, other)
            for capability in (Capability.IDENTITY, Capability.FACE)
        }
        general = services.providers[NAME]
    assert found[application, Capability.IDENTITY] is found[application, Capability.FACE]
    assert found[other, Capability.IDENTITY] is not found[application, Capability.IDENTITY]
    assert found[other, Capability.FACE] is not found[other, Capability.IDENTITY]
    assert general is not found[other, Capability.FACE]


def test_a_call_signs_as_its_application_does(run: Run) -> None:
    keep(run, GOOD)
    made, other = (json.loads(run("app", "create", name, "--json").stdout) for name in ("Shop", "Other"))
    keep(run, BAD, "--application", made["application_id"])
    today = datetime.now(SHANGHAI).date()
    days = ("--from", str(today), "--until", str(today + timedelta(days=30)))
    run("assessments", "add", "face", "--recipient", NAME, "--title", "Faces", "--approved-by", "Compliance", *days)
    with opened() as services:
        app = current_app._get_current_object()
        assert checked(app, made["live_key"]) == "provider_unavailable"
        assert checked(app, other["live_key"]) is None
        with services.read() as session:
            rows = session.execute(select(Attempt.outcome, Attempt.vendor_code).order_by(Attempt.id)).all()
    assert [tuple(row) for row in rows] == [
        ("Misconfigured", "AuthFailure.SignatureFailure"),
        ("match", "0"),
    ]


def checked(app: Flask, key: str) -> str | None:
    """What came of a name and number."""
    caller = Caller(app, key)
    made = caller.create()["id"]
    caller.consent(made)
    caller.step(made, "identity", person())
    error = caller.read(made)["last_error"]
    return error["code"] if error else None


def test_a_callback_is_checked_by_each_of_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(run, GOOD)
    keep(run, BAD, "--capability", "face")
    asked: list[object] = []

    def callback(self: object, headers: object, body: object) -> CallbackHint:
        asked.append(self)
        if len(asked) == 1:
            raise BadCallback
        return CallbackHint(Capability.LIVENESS, "ours")

    monkeypatch.setattr("providers.tencent.Tencent.callback", callback)
    with opened() as services:
        hint = credentials.checked(NAME, {}, b"", services)
    assert hint is not None
    assert asked[0] is not asked[1]


def test_only_what_has_credentials_takes_them(run: Run) -> None:
    run("providers", "credentials", "sandbox", given=GOOD, status=2)
    run("providers", "credentials", "nobody", given=GOOD, status=2)
    keep(run, GOOD, "--application", "0198c0de-0000-7000-8000-000000000001", status=2)


def _row(services: Services) -> Credential:
    with services.read() as session:
        return session.scalars(select(Credential)).one()
