from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.errors import UnsupportedFormat
from crypto.index import BlindIndex
from crypto.keyring import Keyring, check_value
from crypto.seal import FieldCipher, new_data_key, unwrap, wrap
from crypto.suites import SUITES, Suite, suite_of

#: shaped like SM4-GCM with SM3: a 16-byte cipher key and another hash
SHORT_KEYS = Suite(2, AESGCM, 16, hashes.SHA3_256(), kek_label=b"rn.kek.v1")


def test_every_other_suite_is_refused() -> None:
    assert suite_of(1).number == 1
    for number in sorted(set(range(256)) - {1}):
        with pytest.raises(UnsupportedFormat, match=f"unsupported suite {number}$"):
            suite_of(number)


def test_another_suite_is_another_row(monkeypatch: pytest.MonkeyPatch, keyring: Keyring) -> None:
    monkeypatch.setitem(SUITES, 2, SHORT_KEYS)
    second = Keyring(replace(key, suite=2) for key in keyring.keys)
    dek_id, dek = new_data_key(2)
    wrapped = wrap(second.primary("kek"), dek_id, dek)
    sealed = FieldCipher(dek_id, unwrap(second, dek_id, wrapped), 2).seal("a", UUID(int=1), b"x")
    assert (wrapped[:2], len(wrapped), sealed[:2], len(sealed)) == (b"\x01\x02", 66, b"\x01\x02", 70)
    assert FieldCipher(dek_id, dek, 2).open("a", UUID(int=1), sealed) == b"x"
    assert Keyring.parse(second.dump()) == second
    assert BlindIndex(second).tags("mobile", "13800138000") != BlindIndex(keyring).tags("mobile", "13800138000")
    assert check_value(second.primary("kek")) != check_value(keyring.primary("kek"))


def test_the_keys_of_two_suites_are_unrelated() -> None:
    dek = bytes(range(32))
    labels = [SUITES[1].expand(dek, b"rn.field-key.v1" + bytes([number])) for number in (1, 2)]
    assert len(set(labels)) == 2
    assert [len(label) for label in labels] == [32, 32]
