import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import CryptoError, KeyringInvalid
from crypto.keyring import Keyring
from crypto.keyring_format import states
from crypto.sealer import SecretSealer
from tests.crypto.known import VECTORS, known_keyring

SEALER = SecretSealer(bytes(range(32)))
OTHER_SEALER = SecretSealer(bytes(32))

Change = Callable[[dict[str, Any]], object]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=9,
)


def changed(text: str, change: Change) -> str:
    document = json.loads(text)
    change(document)
    return json.dumps(document)


def test_the_format_is_frozen() -> None:
    entries = [
        {
            "id": key["id"],
            "purpose": purpose,
            "suite": 1,
            "state": "primary",
            "created": "2026-01-01T00:00:00Z",
            "key": base64.b64encode(bytes.fromhex(key["secret"])).decode(),
        }
        for purpose, key in VECTORS["keys"].items()
    ]
    text = json.dumps({"format": "realname-keyring/1", "seal": {"type": "none"}, "keys": entries})
    keyring = Keyring.parse(text)
    assert [key.secret for key in keyring.keys] == [key.secret for key in known_keyring().keys]
    assert json.loads(keyring.dump()) == json.loads(text)


def test_a_key_without_a_time_stays_without_one(known: Keyring) -> None:
    assert "created" not in known.dump()
    assert Keyring.parse(known.dump()) == known


def _set(**fields: object) -> Change:
    return lambda document: document["keys"][0].update(fields)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda d: d.update(format="realname-keyring/2"), "format is not realname-keyring/1"),
        (lambda d: d.pop("seal"), "not JSON with format, seal and keys"),
        (lambda d: d.update(more=1), "not JSON with format, seal and keys"),
        (lambda d: d.update(seal="none"), "seal is not none"),
        (lambda d: d.update(seal={"type": "secret"}), "seal is not none"),
        (lambda d: d.update(keys={}), "missing, unknown or ill-typed"),
        (lambda d: d["keys"].append("key"), "missing, unknown or ill-typed"),
        (lambda d: d["keys"][0].pop("suite"), "missing, unknown or ill-typed"),
        (_set(sate="active"), "missing, unknown or ill-typed"),
        (_set(suite=True), "missing, unknown or ill-typed"),
        (_set(created=None), "missing, unknown or ill-typed"),
        (_set(created="2026-01-01"), "key 1 of the keyring: created"),
        (_set(id="xyzxyzxy"), "key 1 of the keyring: its id is not hexadecimal"),
        (_set(key="?"), "key 1 of the keyring: it is not in base64"),
        (_set(key="é" * 44), "key 1 of the keyring: it is not in base64"),
        (_set(key="QUJD"), "is not 32 bytes"),
        (_set(purpose="\ud800"), "unknown purpose"),
    ],
)
def test_a_keyring_that_is_not_as_written_is_refused(keyring: Keyring, change: Change, rule: str) -> None:
    with pytest.raises(KeyringInvalid, match=rule):
        Keyring.parse(changed(keyring.dump(), change))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"format": NaN}'])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(KeyringInvalid):
        Keyring.parse(text)


@given(json_values)
def test_any_other_json_is_refused(value: Any) -> None:
    whole = {"format": "realname-keyring/1", "seal": {"type": "none"}, "keys": value}
    for document in (value, whole, whole | {"keys": [value]}):
        with pytest.raises(CryptoError):
            Keyring.parse(json.dumps(document))


@pytest.mark.parametrize("cut", range(0, 700, 53))
def test_a_refusal_holds_no_part_of_the_keyring(keyring: Keyring, cut: int) -> None:
    text = keyring.dump()[:cut]
    with pytest.raises(KeyringInvalid) as caught:
        Keyring.parse(text)
    assert caught.value.__context__ is None
    assert not any(json.loads(keyring.dump())["keys"][n]["key"][:9] in str(caught.value) for n in range(4))


def test_a_key_put_in_the_wrong_field_is_not_shown(keyring: Keyring) -> None:
    key = json.loads(keyring.dump())["keys"][0]["key"]
    for field in ("id", "purpose", "state", "created"):
        with pytest.raises(KeyringInvalid) as caught:
            Keyring.parse(changed(keyring.dump(), _set(**{field: key})))
        assert key not in str(caught.value)


def test_a_sealed_keyring_needs_its_sealer(keyring: Keyring) -> None:
    with pytest.raises(KeyringInvalid, match="seal is not none"):
        Keyring.parse(keyring.dump(SEALER))
    with pytest.raises(KeyringInvalid, match="key 1 of the keyring: it cannot be unsealed"):
        Keyring.parse(keyring.dump(SEALER), OTHER_SEALER)


def test_a_keyring_in_the_clear_is_not_taken_for_a_sealed_one(keyring: Keyring) -> None:
    with pytest.raises(KeyringInvalid, match="seal is not secret"):
        Keyring.parse(keyring.dump(), SEALER)


def test_sealed_keys_cannot_change_places(keyring: Keyring) -> None:
    def swap(document: dict[str, Any]) -> None:
        one, other = document["keys"][:2]
        one["key"], other["key"] = other["key"], one["key"]

    with pytest.raises(KeyringInvalid, match="cannot be unsealed"):
        Keyring.parse(changed(keyring.dump(SEALER), swap), SEALER)


def test_states_are_read_without_unsealing(keyring: Keyring) -> None:
    assert states(keyring.dump(SEALER)) == {key.id.hex(): "primary" for key in keyring.keys}
