import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from crypto.errors import KeyMissing, KeyRetired, KeyringInvalid, UnsupportedFormat
from crypto.keyring import PURPOSES, Key, Keyring, check_value
from crypto.sealer import SecretSealer
from tests.crypto.known import VECTORS

SEALER = SecretSealer(bytes(range(32)))


def changed(keyring: Keyring, at: int, **fields: Any) -> list[Key]:
    return [replace(key, **fields) if number == at else key for number, key in enumerate(keyring.keys)]


def retired(keyring: Keyring, key: Key) -> Keyring:
    return Keyring(replace(k, state="retired") if k.id == key.id else k for k in keyring.keys)


def test_a_new_keyring_has_one_primary_key_a_purpose(now: datetime) -> None:
    keyring = Keyring.generate(now)
    assert [(key.purpose, key.state, key.suite) for key in keyring.keys] == [(p, "primary", 1) for p in PURPOSES]
    assert len({key.secret for key in keyring.keys}) == 4
    assert [keyring.primary(purpose) for purpose in PURPOSES] == list(keyring.keys)


def test_no_two_keyrings_share_a_key(now: datetime) -> None:
    keys = [key for _ in range(10) for key in Keyring.generate(now).keys]
    assert len({key.secret for key in keys}) == 40


@pytest.mark.parametrize("sealer", [None, SEALER])
def test_a_dumped_keyring_parses_to_itself(keyring: Keyring, now: datetime, sealer: SecretSealer | None) -> None:
    rotated = keyring.with_new_primary("kek", now)
    rotated = retired(rotated, keyring.primary("kek"))
    assert {Keyring.parse(rotated.dump(sealer), sealer)} == {rotated}


def test_a_sealed_keyring_shows_no_key(keyring: Keyring) -> None:
    secrets = [json.loads(keyring.dump())["keys"][n]["key"] for n in range(4)]
    assert not any(secret in keyring.dump(SEALER) for secret in secrets)


def test_after_a_rotation_the_former_primary_is_active(keyring: Keyring, now: datetime) -> None:
    rotated = keyring.with_new_primary("index", now)
    assert rotated.usable("index")[1:] == [replace(keyring.primary("index"), state="active")]
    assert rotated.primary("index").id != keyring.primary("index").id
    assert rotated.usable("kek") == keyring.usable("kek")
    assert len(keyring.keys) == 4


def test_usable_keys_come_primary_first(keyring: Keyring, now: datetime) -> None:
    rotated = keyring.with_new_primary("pepper", now).with_new_primary("pepper", now)
    assert [key.state for key in rotated.usable("pepper")] == ["primary", "active", "active"]
    rotated.usable("pepper").clear()
    assert len(rotated.usable("pepper")) == 3


def test_a_key_is_found_by_purpose_and_id(keyring: Keyring) -> None:
    kek = keyring.primary("kek")
    assert keyring.key("kek", kek.id) == kek
    with pytest.raises(KeyMissing, match=f"^index key {kek.id.hex()} is missing$"):
        keyring.key("index", kek.id)


def test_a_retired_key_is_refused(keyring: Keyring, now: datetime) -> None:
    former = keyring.primary("kek")
    rotated = retired(keyring.with_new_primary("kek", now), former)
    assert len(rotated.usable("kek")) == 1
    with pytest.raises(KeyRetired, match=f"^kek key {former.id.hex()} is retired$"):
        rotated.key("kek", former.id)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"purpose": "index"}, "kek has 0 primary keys"),
        ({"state": "active"}, "kek has 0 primary keys"),
        ({"state": "retired"}, "kek has 0 primary keys"),
        ({"state": "destroyed"}, "unknown state"),
        ({"purpose": "tea"}, "unknown purpose"),
        ({"id": b"abc"}, "id that is not 4 bytes"),
        ({"secret": bytes(31)}, "is not 32 bytes"),
        ({"secret": bytes(33)}, "is not 32 bytes"),
    ],
)
def test_keys_that_make_no_keyring_are_refused(keyring: Keyring, fields: dict[str, Any], rule: str) -> None:
    with pytest.raises(KeyringInvalid, match=rule):
        Keyring(changed(keyring, 0, **fields))


def test_two_primary_keys_of_a_purpose_are_refused(keyring: Keyring, now: datetime) -> None:
    with pytest.raises(KeyringInvalid, match="kek has 2 primary keys"):
        Keyring([*keyring.keys, Keyring.generate(now).primary("kek")])


def test_two_keys_of_one_id_are_refused(keyring: Keyring) -> None:
    with pytest.raises(KeyringInvalid, match="two keys have one id"):
        Keyring(changed(keyring, 0, id=keyring.keys[1].id))


def test_one_key_for_two_purposes_is_refused(keyring: Keyring) -> None:
    with pytest.raises(KeyringInvalid, match="listed twice"):
        Keyring(changed(keyring, 0, secret=keyring.keys[1].secret))


def test_a_key_of_a_suite_not_enabled_is_refused(keyring: Keyring) -> None:
    with pytest.raises(UnsupportedFormat, match="suite 3"):
        Keyring.parse(keyring.dump().replace('"suite": 1', '"suite": 3', 1))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_check_values_are_frozen(known: Keyring, purpose: str) -> None:
    assert check_value(known.primary(purpose)).hex() == VECTORS["keys"][purpose]["check_value"]


def test_keys_show_purpose_and_id_alone(known: Keyring) -> None:
    shown = f"{known} {known!r} {known.keys} {[*map(str, known.keys)]}"
    assert repr(known.primary("kek")) == "<Key kek 0a1b2c3d>"
    assert repr(known) == "<Keyring 4 keys>"
    for key in known.keys:
        assert repr(key.secret) not in shown
        assert key.secret.hex() not in shown


def test_a_pending_key_is_used_to_open_and_look_up_but_not_to_seal(keyring: Keyring, now: datetime) -> None:
    waiting = keyring.with_pending("index", now)
    pending = waiting.pending("index")
    assert pending is not None
    assert waiting.primary("index") == keyring.primary("index")
    assert waiting.usable("index") == [keyring.primary("index"), pending]
    assert waiting.key("index", pending.id) == pending
    promoted = waiting.with_promoted("index")
    assert (promoted.primary("index").id, promoted.pending("index")) == (pending.id, None)
    with pytest.raises(KeyringInvalid, match="2 pending keys"):
        waiting.with_pending("index", now)


def test_only_an_active_key_is_retired_and_only_a_retired_one_is_removed(keyring: Keyring, now: datetime) -> None:
    former = keyring.primary("kek")
    assert keyring.with_retired([former.id]) == keyring
    rotated = keyring.with_new_primary("kek", now)
    with pytest.raises(KeyringInvalid, match="not a retired key"):
        rotated.without(former.id)
    gone = rotated.with_retired([former.id]).without(former.id)
    assert gone.held(former.id) is None
    with pytest.raises(KeyringInvalid, match="not a retired key"):
        gone.without(former.id)
