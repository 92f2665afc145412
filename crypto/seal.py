"""Sealed fields and wrapped data keys: wire formats "field v1" and "wrapped DEK v1".

field v1, 38 + 32k bytes: version, suite, data key id 8, nonce 12, ciphertext of the padded text, tag 16.
wrapped DEK v1, 66 bytes: version, suite, KEK id 4, nonce 12, ciphertext 32, tag 16.
"""

import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag

from crypto.errors import DecryptionFailed, UnsupportedFormat
from crypto.framing import lp
from crypto.keyring import KEY_ID_SIZE, Key, Keyring
from crypto.suites import NONCE_SIZE, SECRET_SIZE, TAG_SIZE, Aead, suite_of

VERSION = 0x01
DEK_ID_SIZE = 8
BLOCK = 32

FIELD_HEADER = 2 + DEK_ID_SIZE
FIELD_CIPHERTEXT = FIELD_HEADER + NONCE_SIZE
SMALLEST_FIELD = FIELD_CIPHERTEXT + BLOCK + TAG_SIZE

WRAP_HEADER = 2 + KEY_ID_SIZE
WRAP_CIPHERTEXT = WRAP_HEADER + NONCE_SIZE
WRAPPED_SIZE = WRAP_CIPHERTEXT + SECRET_SIZE + TAG_SIZE


def new_data_key(suite: int) -> tuple[bytes, bytes]:
    """A random data key as (id, key), 8 and 32 bytes, for a suite that is enabled here."""
    suite_of(suite)
    return os.urandom(DEK_ID_SIZE), os.urandom(SECRET_SIZE)


def wrap(kek: Key, dek_id: bytes, dek: bytes) -> bytes:
    """The data key sealed under this KEK and bound to its id, 66 bytes."""
    return _wrap(os.urandom(NONCE_SIZE), kek, dek_id, dek)


def _wrap(nonce: bytes, kek: Key, dek_id: bytes, dek: bytes) -> bytes:
    header = bytes([VERSION, kek.suite]) + kek.id
    return header + nonce + kek.aead.encrypt(nonce, dek, _dek_associated(header, dek_id))


def unwrap(keyring: Keyring, dek_id: bytes, wrapped: bytes) -> bytes:
    """The data key. Raises KeyMissing naming its KEK, UnsupportedFormat or DecryptionFailed."""
    if len(wrapped) != WRAPPED_SIZE:
        raise DecryptionFailed
    _check_format(wrapped)
    header, nonce = wrapped[:WRAP_HEADER], wrapped[WRAP_HEADER:WRAP_CIPHERTEXT]
    kek = keyring.key("kek", header[2:])
    return _decrypt(kek.aead, nonce, wrapped[WRAP_CIPHERTEXT:], _dek_associated(header, dek_id))


def dek_id_of(sealed: bytes) -> bytes:
    """Id of the data key a field is sealed under, 8 bytes. Raises UnsupportedFormat or DecryptionFailed."""
    if len(sealed) < SMALLEST_FIELD:
        raise DecryptionFailed
    _check_format(sealed)
    return sealed[2:FIELD_HEADER]


class FieldCipher:
    """Seals fields under one data key in ``suite``; opens those of any enabled suite."""

    def __init__(self, dek_id: bytes, dek: bytes, suite: int) -> None:
        self._dek_id = dek_id
        self._dek = dek
        self._header = bytes([VERSION, suite]) + dek_id
        self._seals = suite_of(suite).field_aead(dek)
        self._opens = {self._header: self._seals}

    def __repr__(self) -> str:
        return f"<FieldCipher {self._dek_id.hex()}>"

    def seal(self, context: str, row_id: UUID, plaintext: bytes) -> bytes:
        """Seal for this place alone: the model's literal context and the row's unchanging id.

        Padding hides lengths up to the next multiple of 32.
        """
        return self._seal(os.urandom(NONCE_SIZE), context, row_id, plaintext)

    def _seal(self, nonce: bytes, context: str, row_id: UUID, plaintext: bytes) -> bytes:
        padded = plaintext + b"\x80" + bytes(-(len(plaintext) + 1) % BLOCK)
        associated = self._header + _framed(context) + row_id.bytes
        return self._header + nonce + self._seals.encrypt(nonce, padded, associated)

    def open(self, context: str, row_id: UUID, sealed: bytes) -> bytes:
        """What was sealed here. Raises DecryptionFailed whatever differs, UnsupportedFormat for its kinds."""
        header, nonce = sealed[:FIELD_HEADER], sealed[FIELD_HEADER:FIELD_CIPHERTEXT]
        if len(sealed) < SMALLEST_FIELD:
            raise DecryptionFailed
        aead = self._opens.get(header) or self._opens_too(sealed)
        associated = header + _framed(context) + row_id.bytes
        return _unpad(_decrypt(aead, nonce, sealed[FIELD_CIPHERTEXT:], associated))

    def _opens_too(self, sealed: bytes) -> Aead:
        """For a field of this data key in another suite, kept for the next one."""
        if dek_id_of(sealed) != self._dek_id:
            raise DecryptionFailed
        aead = suite_of(sealed[1]).field_aead(self._dek)
        return self._opens.setdefault(sealed[:FIELD_HEADER], aead)


@lru_cache(maxsize=256)
def _framed(context: str) -> bytes:
    return lp(context.encode())


def _check_format(data: bytes) -> None:
    if data[0] != VERSION:
        raise UnsupportedFormat("version", data[0])
    suite_of(data[1])


def _dek_associated(header: bytes, dek_id: bytes) -> bytes:
    return b"rn.dek.v1" + header + dek_id


def _decrypt(aead: Aead, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    try:
        return aead.decrypt(nonce, ciphertext, associated)
    except InvalidTag:
        raise DecryptionFailed from None


def _unpad(padded: bytes) -> bytes:
    """Undo ISO 7816-4 padding to 32 bytes; only the shortest padding is accepted."""
    text = padded.rstrip(b"\x00")
    if not text.endswith(b"\x80") or len(padded) % BLOCK or len(padded) - len(text) >= BLOCK:
        raise DecryptionFailed
    return text[:-1]
