from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import UnsupportedFormat
from crypto.index import BlindIndex
from crypto.keyring import Keyring, check_value
from crypto.seal import FieldCipher, kek_of, new_data_key, unwrap, wrap
from crypto.suites import SUITES, Sm4Gcm, only, suite_of


def test_every_other_suite_is_refused() -> None:
    assert [suite_of(number).number for number in (1, 2)] == [1, 2]
    for number in sorted(set(range(256)) - {1, 2}):
        with pytest.raises(UnsupportedFormat, match=f"unsupported suite {number}$"):
            suite_of(number)


def test_another_suite_is_another_row(keyring: Keyring) -> None:
    second = Keyring(replace(key, suite=2) for key in keyring.keys)
    dek_id, dek = new_data_key(2)
    wrapped = wrap(second.primary("kek"), dek_id, dek)
    sealed = FieldCipher(dek_id, unwrap(second, dek_id, wrapped), 2).seal("a", UUID(int=1), b"x")
    assert (wrapped[:2], len(wrapped), sealed[:2], len(sealed)) == (b"\x01\x02", 66, b"\x01\x02", 70)
    assert FieldCipher(dek_id, dek, 2).open("a", UUID(int=1), sealed) == b"x"
    assert Keyring.parse(second.dump()) == second
    assert BlindIndex(second).tags("mobile", "13800138000") != BlindIndex(keyring).tags("mobile", "13800138000")
    assert check_value(second.primary("kek")) != check_value(keyring.primary("kek"))


def test_a_suite_that_is_not_allowed_is_refused_on_reading_too(keyring: Keyring, now: datetime) -> None:
    mixed = keyring.with_new_primary("kek", now, suite=2)
    wrapped = wrap(mixed.primary("kek"), *new_data_key(2))
    dek_id, dek = new_data_key(2)
    sealed = FieldCipher(dek_id, dek, 2).seal("a", UUID(int=1), b"x")
    with pytest.raises(UnsupportedFormat, match=r"unsupported suite 2$"):
        FieldCipher(dek_id, dek, 1, only([1])).open("a", UUID(int=1), sealed)
    with pytest.raises(UnsupportedFormat, match=r"unsupported suite 2$"):
        Keyring.parse(mixed.dump(), suites=only([1]))
    kek = mixed.primary("kek")
    relabelled = Keyring((replace(k, suite=1) if k.id == kek.id else k for k in mixed.keys), only([1]))
    with pytest.raises(UnsupportedFormat, match=r"unsupported suite 2$"):
        kek_of(relabelled, wrapped)


@pytest.mark.parametrize("number", SUITES)
@given(secret=st.binary(min_size=32, max_size=32), label=st.binary(max_size=40))
def test_keys_are_expanded_as_the_library_does(number: int, secret: bytes, label: bytes) -> None:
    suite = SUITES[number]
    assert suite.expand(secret, label) == HKDFExpand(suite.hash, suite.key_size, label).derive(secret)


#: C2SP/wycheproof, sm4_gcm: key, nonce, associated, text, ciphertext with tag
EMPTY = ("bedcfb5a011ebc84600fcb296c15af0d", "438a547a94ea88dce46c6c85", "", "", "a486a45596cb92cf529de2038583707d")


def test_sm4_gcm_gives_wycheproofs_answer_to_an_empty_text() -> None:
    key, nonce, associated, text, sealed = map(bytes.fromhex, EMPTY)
    assert Sm4Gcm(key).encrypt(nonce, text, associated) == sealed
    assert Sm4Gcm(key).decrypt(nonce, sealed, None) == text


@given(text=st.binary(max_size=80), bit=st.integers(0, 2000), cut=st.integers(1, 30))
def test_sm4_gcm_refuses_what_was_altered_or_cut(text: bytes, bit: int, cut: int) -> None:
    aead, nonce = Sm4Gcm(bytes(16)), bytes(12)
    sealed = aead.encrypt(nonce, text, b"a")
    assert aead.decrypt(nonce, sealed, b"a") == text
    flipped = bytearray(sealed)
    flipped[bit // 8 % len(sealed)] ^= 1 << bit % 8
    for wrong, associated in ((bytes(flipped), b"a"), (sealed[:-cut], b"a"), (sealed, b"b"), (sealed, None)):
        with pytest.raises(InvalidTag):
            aead.decrypt(nonce, wrong, associated)


def test_the_keys_of_two_suites_are_unrelated() -> None:
    dek = bytes(range(32))
    labels = [SUITES[1].expand(dek, b"rn.field-key.v1" + bytes([number])) for number in (1, 2)]
    assert len(set(labels)) == 2
    assert [len(label) for label in labels] == [32, 32]
