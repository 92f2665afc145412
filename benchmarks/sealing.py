"""Sealing, unwrapping and indexing against AES-256-GCM by itself (goals: crypto's design)."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.table import Row
from benchmarks.timing import compare
from crypto import seal
from crypto.index import BlindIndex
from crypto.keyring import Keyring

TEXT = b"11010119900101004X"


def measure() -> Iterator[Row]:
    keyring = Keyring.generate(datetime.now(UTC))
    kek = keyring.primary("kek")
    dek_id, dek = seal.new_data_key(kek.suite)
    wrapped = seal.wrap(kek, dek_id, dek)
    cipher, row = seal.FieldCipher(dek_id, dek, kek.suite), uuid4()
    index = BlindIndex(keyring)

    sm4_kek = Keyring.generate(datetime.now(UTC), suite=2).primary("kek")
    sm4 = seal.FieldCipher(*seal.new_data_key(sm4_kek.suite), sm4_kek.suite)

    for name, call, goal in (
        ("seal and open a field", lambda: cipher.open("bench", row, cipher.seal("bench", row, TEXT)), 2.0),
        ("the same in SM4-GCM", lambda: sm4.open("bench", row, sm4.seal("bench", row, TEXT)), 8.5),
        ("unwrap a data key, derive", lambda: _unwrapped(keyring, dek_id, wrapped, kek.suite), 3.0),
        ("blind index of a mobile", lambda: index.tags("mobile", "13800000001"), 1.2),
    ):
        yield compare(name, call, _raw, goal)


_AEAD = AESGCM(os.urandom(32))


def _raw() -> bytes:
    nonce = os.urandom(12)
    return _AEAD.decrypt(nonce, _AEAD.encrypt(nonce, TEXT, b"bench"), b"bench")


def _unwrapped(keyring: Keyring, dek_id: bytes, wrapped: bytes, suite: int) -> seal.FieldCipher:
    return seal.FieldCipher(dek_id, seal.unwrap(keyring, dek_id, wrapped), suite)
