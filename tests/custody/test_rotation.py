from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from crypto import keyring_file
from crypto.errors import KeyringInvalid
from crypto.keyring import Key
from tests.caller import Caller, card_of, person
from tests.conftest import Clock, make_application
from tests.custody.conftest import Told
from tests.desk import seated
from verify.config import ConfigurationError
from verify.custody import moving, rotation
from verify.custody.publishing import publish
from verify.custody.rests import PEPPER_OUTLIVES, rests
from verify.flows import limits, sealing
from verify.models import ApiKey, Verification
from verify.models.keystore import owner_tags
from verify.models.vault import Vault
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def states(services: Services, purpose: str) -> list[str]:
    return [key.state for key in services.keyring.snapshot.keys if key.purpose == purpose]


def former(services: Services, purpose: str) -> Key:
    return next(key for key in services.keyring.snapshot.keys if key.purpose == purpose and key.state != "primary")


def test_rotating_the_kek_moves_every_data_key_and_retires_the_former(
    services: Services, server: Caller, out: Told
) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    old = services.keyring.primary("kek")
    rotation.rotate(services, "kek", out)
    assert services.vault.wraps().keys() == {services.keyring.primary("kek").id}
    assert states(services, "kek") == ["retired", "primary"]
    assert out.moved > 0
    assert f"kek {old.id.hex()} is retired" in out
    with services.read() as session:
        verification = session.get_one(Verification, UUID(made.removeprefix("ver_")))
    assert sealing.open_display(services.vault.keys(verification.id), verification)["name"][0] == person()["name"][0]


def test_a_rotation_killed_anywhere_is_finished_by_the_next_command(
    services: Services, server: Caller, out: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        made = server.create(account_ref=f"acct-{n}")["id"]
        server.consent(made)
        server.step(made, "identity", person(n))
    monkeypatch.setattr(moving, "BATCH", 1)
    first = services.keyring.primary("kek").id
    for killed_at in ("until_all_have", "publish", "_retire"):
        with monkeypatch.context() as patch:
            patch.setattr(rotation, killed_at, _interrupt)
            with pytest.raises(KeyboardInterrupt):
                rotation.rotate(services, "kek", out)
    with monkeypatch.context() as patch:
        patch.setattr(Vault, "rewrap", _once(Vault.rewrap))
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(services, "kek", out, anew=True)
    assert len(services.vault.wraps()) == 2
    rotation.rotate(services, "kek", out)
    assert services.vault.wraps().keys() == {services.keyring.primary("kek").id} != {first}
    assert states(services, "kek")[-1] == "primary"
    assert set(states(services, "kek")[:-1]) == {"retired"}


@pytest.mark.parametrize(("suite", "is_told"), [(1, False), (2, True)])
def test_a_rotation_that_is_gone_on_with_is_said_to_be_no_new_one(
    services: Services, server: Caller, out: Told, clock: Clock, suite: int, *, is_told: bool
) -> None:
    """Whoever changed the suite would take the old rotation's key for one of the new suite."""
    server.create()
    with services.read() as session:
        verification = session.scalars(select(Verification)).one()
    services.vault.note([limits.face(b"bytes of a face", verification)])
    clock.turn(seconds=1)
    rotation.rotate(services, "index", out)
    primary = services.keyring.primary("index")
    assert "no new key is made" not in out
    changed = replace(services, settings=replace(services.settings, suite=suite, allowed_suites=(1, 2)))
    rotation.rotate(changed, "index", out)
    assert services.keyring.primary("index") == primary
    assert f"no new key is made: the rotation to index {primary.id.hex()} is not finished" in out
    assert "keys rotate index --anew" in out
    assert ("is of suite 1 while the settings say 2" in out) is is_told


def _interrupt(*_: object, **__: object) -> NoReturn:
    raise KeyboardInterrupt


def _once(call: Callable[..., int]) -> Callable[..., int]:
    calls = iter([call])

    def rewrap(vault: Vault, limit: int) -> int:
        return next(calls, _interrupt)(vault, limit)

    return rewrap


def test_rotating_the_index_key_keeps_every_count_of_a_kept_value(
    services: Services, server: Caller, out: Told
) -> None:
    for n in range(3):
        made = server.create(account_ref=f"acct-{n}")["id"]
        server.consent(made)
        server.step(made, "identity", person(1))
    with services.read() as session:
        verification = session.scalars(select(Verification)).first()
    assert verification is not None
    counter = limits.counter("cn.id_number", person(1)["id_number"], verification)
    seen = limits.seen("cn.id_number", person(1)["id_number"], verification)
    before = services.vault.count([counter, seen])
    assert before == [3, 1]
    old = services.keyring.primary("index")
    rotation.rotate(services, "index", out)
    assert services.vault.count([counter, seen]) == before
    assert states(services, "index") == ["retired", "primary"]
    with services.vault.engine.connect() as connection:
        assert set(connection.scalars(select(owner_tags.c.index_key))) == {services.keyring.primary("index").id}
    assert services.vault.note([counter])[0].uses == 4
    assert old.id != services.keyring.primary("index").id


def test_an_index_key_stays_while_values_that_are_not_kept_rest_on_it(
    services: Services, server: Caller, out: Told, clock: Clock
) -> None:
    made = server.create()["id"]
    with services.read() as session:
        verification = session.scalars(select(Verification)).one()
    face = limits.face(b"bytes of a face", verification)
    services.vault.note([face])
    clock.turn(seconds=1)
    rotation.rotate(services, "index", out)
    assert made
    assert "1 counts of values that are not kept" in out
    assert states(services, "index") == ["active", "primary"]
    assert services.vault.note([face])[0].uses == 2
    assert rests(former(services, "index"), services) == ["1 counts of values that are not kept"]
    clock.turn(days=31)
    rotation.retire(services, out)
    assert states(services, "index") == ["retired", "primary"]


def test_giving_up_retires_a_key_on_which_counts_rest(services: Services, server: Caller, out: Told) -> None:
    server.create()
    with services.read() as session:
        verification = session.scalars(select(Verification)).one()
    services.vault.note([limits.face(b"bytes of a face", verification)])
    publish(services, lambda k: k.with_new_primary("index", services.clock() + timedelta(seconds=1)))
    rotation.retire(services, out, give_up=True)
    assert states(services, "index") == ["retired", "primary"]
    assert "1 tags under" in out


def test_after_a_pepper_rotation_api_keys_move_as_they_are_used(
    services: Services, server: Caller, out: Told, clock: Clock
) -> None:
    old = services.keyring.primary("pepper")
    rotation.rotate(services, "pepper", out)
    assert "2 API keys not used since" in out
    assert server.get("/v1/verifications").status_code == 200
    with services.read() as session:
        under = sorted(session.scalars(select(ApiKey.pepper_id)), key=old.id.__eq__)
    assert under == [services.keyring.primary("pepper").id, old.id]
    assert server.get("/v1/verifications").status_code == 200
    clock.now += PEPPER_OUTLIVES
    assert rests(former(services, "pepper"), services) == ["1 API keys not used since"]


def test_a_pepper_retires_once_nothing_rests_on_it(services: Services, server: Caller, out: Told, clock: Clock) -> None:
    rotation.rotate(services, "pepper", out)
    live = Caller(server.app, server.token)
    for caller in (server, live):
        caller.get("/v1/verifications")
    clock.now += PEPPER_OUTLIVES
    with services.write() as session:
        for key in session.scalars(select(ApiKey)):
            key.pepper_id = services.keyring.primary("pepper").id
    rotation.retire(services, out)
    assert states(services, "pepper") == ["retired", "primary"]


def test_a_request_repeated_after_the_pepper_rotated_is_the_same_request(
    services: Services, server: Caller, out: Told
) -> None:
    body = {"type": "personal", "method": "face", "account_ref": "acct-1"}
    headers = {"Idempotency-Key": "once"}
    first = server.post("/v1/verifications", body, headers=headers)
    publish(services, lambda k: k.with_pending("pepper", services.clock()))
    waiting = server.post("/v1/verifications", body, headers=headers)
    publish(services, lambda k: k.with_promoted("pepper"))
    promoted = server.post("/v1/verifications", body, headers=headers)
    assert first.json["id"] == waiting.json["id"] == promoted.json["id"]
    assert promoted.headers["Idempotent-Replayed"] == "true"
    other = server.post("/v1/verifications", body | {"account_ref": "acct-2"}, headers=headers)
    assert other.json["code"] == "idempotency_key_reused"


def test_client_tokens_and_codes_outlive_a_pepper_rotation(services: Services, server: Caller, out: Told) -> None:
    created = server.create("bank_card")
    rotation.rotate(services, "pepper", out)
    client = Caller(server.app, created["client_token"])
    assert client.get(f"/v1/verifications/{created['id']}").status_code == 200
    server.consent(created["id"])
    server.step(created["id"], "bank_card", card_of())
    rotation.rotate(services, "pepper", out)
    assert server.step(created["id"], "sms_code", {"code": "246810"})["next_step"] == "face"


def test_only_a_retired_key_whose_backups_are_gone_is_destroyed(
    services: Services, server: Caller, out: Told, clock: Clock
) -> None:
    old = services.keyring.primary("kek")
    with pytest.raises(KeyringInvalid, match="not a retired key"):
        rotation.destroy(services, old.id, timedelta(0))
    rotation.rotate(services, "kek", out)
    with pytest.raises(ConfigurationError, match="may be kept until 2026-12-08"):
        rotation.destroy(services, old.id, timedelta(days=7))
    clock.turn(days=7)
    rotation.destroy(services, old.id, timedelta(days=7))
    assert services.keyring.snapshot.held(old.id) is None
    assert keyring_file.read(services.settings.keyring_path) == services.keyring.snapshot
    make_application(server.app, "Another")


def test_nobody_at_the_console_is_signed_out_by_a_pepper_rotation(app: Flask, services: Services, out: Told) -> None:
    desk, _ = seated(app, services, "li")
    desk.get("/ops/queue")
    rotation.rotate(services, "pepper", out)
    desk.post("/ops/search", 200, q="nobody")
    desk.get("/ops/queue")
    desk.post("/ops/search", 200, q="nobody")
