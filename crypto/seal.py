"""Sealed fields and wrapped data keys: wire formats "field v1" and "wrapped DEK v1".

field v1, 38 + 32k bytes: version, suite, data key id 8, nonce 12, ciphertext of the padded text, tag 16.
wrapped DEK v1, 66 bytes: version, suite, KEK id 4, nonce 12, ciphertext 32, tag 16.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from os import urandom
from uuid import UUID

from cryptography.exceptions import InvalidTag

from crypto.errors import DecryptionFailed, UnsupportedFormat
from crypto.framing import lp
from crypto.keyring import KEY_ID_SIZE, Key, Keyring, KeySource
from crypto.suites import NONCE_SIZE, SECRET_SIZE, SUITES, TAG_SIZE, Aead, Suite, suite_of

VERSION = 0x01

#: what a wrapped data key is bound to, before the head and its own id
PURPOSE = b"rn.dek.v1"

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
    return urandom(DEK_ID_SIZE), urandom(SECRET_SIZE)


def wrap(kek: Key, dek_id: bytes, dek: bytes) -> bytes:
    """The data key sealed under this KEK and bound to its id, 66 bytes."""
    return _wrap(urandom(NONCE_SIZE), kek, dek_id, dek)


def _wrap(nonce: bytes, kek: Key, dek_id: bytes, dek: bytes) -> bytes:
    header = bytes([VERSION, kek.suite]) + kek.id
    return header + nonce + kek.aead.encrypt(nonce, dek, PURPOSE + header + dek_id)


def unwrap(keyring: KeySource, dek_id: bytes, wrapped: bytes) -> bytes:
    """The data key. Raises KeyMissing naming its KEK, UnsupportedFormat or DecryptionFailed."""
    opener = keyring.snapshot.openers.get(wrapped[:WRAP_HEADER])
    if opener is None or len(wrapped) != WRAPPED_SIZE:
        return unwrap_with(kek_of(keyring, wrapped), dek_id, wrapped)
    decrypt, associated = opener
    try:
        return decrypt(wrapped[WRAP_HEADER:WRAP_CIPHERTEXT], wrapped[WRAP_CIPHERTEXT:], associated + dek_id)
    except InvalidTag:
        raise DecryptionFailed from None


def kek_of(keyring: KeySource, wrapped: bytes) -> Key:
    """The KEK a data key is wrapped under. Raises KeyMissing, UnsupportedFormat or DecryptionFailed."""
    if len(wrapped) != WRAPPED_SIZE:
        raise DecryptionFailed
    if wrapped[0] != VERSION:
        raise UnsupportedFormat("version", wrapped[0])
    kek = keyring.key("kek", wrapped[2:WRAP_HEADER])
    if kek.suite != wrapped[1]:
        suite_of(wrapped[1], keyring.snapshot.suites)
        raise DecryptionFailed
    return kek


def unwrap_with(kek: Key, dek_id: bytes, wrapped: bytes) -> bytes:
    """The data key, of which ``kek_of`` told the KEK. Raises DecryptionFailed."""
    associated = PURPOSE + wrapped[:WRAP_HEADER] + dek_id
    try:
        return kek.aead.decrypt(wrapped[WRAP_HEADER:WRAP_CIPHERTEXT], wrapped[WRAP_CIPHERTEXT:], associated)
    except InvalidTag:
        raise DecryptionFailed from None


def rewrapped(keyring: Keyring, rows: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
    """Data keys (id and wrapped) wrapped anew under the primary KEK, from under whatever KEK the keyring holds.

    Raises KeyMissing naming one that was destroyed, UnsupportedFormat or DecryptionFailed.
    """
    primary = keyring.primary("kek")
    header = bytes((VERSION, primary.suite)) + primary.id
    prefix, encrypt = PURPOSE + header, primary.aead.encrypt
    openers = {head: (kek.aead.decrypt, PURPOSE + head) for head, kek in _keks(keyring).items()}
    nonces = iter(_pieces(urandom(NONCE_SIZE * len(rows)), NONCE_SIZE))
    again = []
    try:
        for (dek_id, wrapped), nonce in zip(rows, nonces, strict=True):
            opener = openers.get(wrapped[:WRAP_HEADER])
            if opener is None or len(wrapped) != WRAPPED_SIZE:
                kek_of(keyring, wrapped)
                raise DecryptionFailed
            decrypt, associated = opener
            dek = decrypt(wrapped[WRAP_HEADER:WRAP_CIPHERTEXT], wrapped[WRAP_CIPHERTEXT:], associated + dek_id)
            again.append(header + nonce + encrypt(nonce, dek, prefix + dek_id))
    except InvalidTag:
        raise DecryptionFailed from None
    return again


def _keks(keyring: Keyring) -> dict[bytes, Key]:
    """By the head of what is wrapped under them; retired ones too."""
    return {bytes((VERSION, kek.suite)) + kek.id: kek for kek in keyring.keys if kek.purpose == "kek"}


def _pieces(whole: bytes, size: int) -> list[bytes]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def dek_id_of(sealed: bytes) -> bytes:
    """Id of the data key a field is sealed under, 8 bytes. Raises UnsupportedFormat or DecryptionFailed."""
    if len(sealed) < SMALLEST_FIELD:
        raise DecryptionFailed
    if sealed[0] != VERSION:
        raise UnsupportedFormat("version", sealed[0])
    suite_of(sealed[1])
    return sealed[2:FIELD_HEADER]


class FieldCipher:
    """Seals fields under one data key in ``suite``; opens those of any of ``suites``."""

    __slots__ = ("_dek", "_header", "_id", "_opens", "_places", "_seals", "_suites")

    def __init__(self, dek_id: bytes, dek: bytes, suite: int, suites: Mapping[int, Suite] = SUITES) -> None:
        self._id = dek_id
        self._dek = dek
        self._suites = suites
        row = suites.get(suite) or suite_of(suite, suites)
        self._header = HEADS[suite] + dek_id
        self._seals = row.field_aead(dek)
        self._opens: dict[bytes, Aead] = {}
        self._places: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"<FieldCipher {self._id.hex()}>"

    def seal(self, context: str, row_id: UUID, plaintext: bytes) -> bytes:
        """Seal for this place alone: the model's literal context and the row's unchanging id.

        Padding hides lengths up to the next multiple of 32.
        """
        return self._seal(urandom(NONCE_SIZE), context, row_id, plaintext)

    def _seal(self, nonce: bytes, context: str, row_id: UUID, plaintext: bytes) -> bytes:
        place = self._places.get(context) or self._place(context)
        padded = plaintext + PADDINGS[len(plaintext) % BLOCK]
        return self._header + nonce + self._seals.encrypt(nonce, padded, place + row_id.bytes)

    def open(self, context: str, row_id: UUID, sealed: bytes) -> bytes:
        """What was sealed here. Raises DecryptionFailed whatever differs, UnsupportedFormat for its kinds."""
        header = sealed[:FIELD_HEADER]
        if header == self._header and len(sealed) >= SMALLEST_FIELD:
            aead, place = self._seals, self._places.get(context) or self._place(context)
        else:
            aead, place = self._opens_too(sealed), header + framed(context)
        try:
            padded = aead.decrypt(
                sealed[FIELD_HEADER:FIELD_CIPHERTEXT], sealed[FIELD_CIPHERTEXT:], place + row_id.bytes
            )
        except InvalidTag:
            raise DecryptionFailed from None
        text = padded.rstrip(b"\x00")
        if text[-1:] != b"\x80" or len(padded) % BLOCK or len(padded) - len(text) >= BLOCK:
            raise DecryptionFailed
        return text[:-1]

    def _place(self, context: str) -> bytes:
        """What is authenticated before the row's id; contexts are literals, so they are few."""
        return self._places.setdefault(context, self._header + framed(context))

    def _opens_too(self, sealed: bytes) -> Aead:
        """For a field of this data key in another suite, kept for the next one."""
        if dek_id_of(sealed) != self._id:
            raise DecryptionFailed
        header = sealed[:FIELD_HEADER]
        known = self._opens.get(header)
        return known or self._opens.setdefault(header, suite_of(sealed[1], self._suites).field_aead(self._dek))


#: by suite: how a field begins
HEADS = {number: bytes((VERSION, number)) for number in SUITES}

#: by length modulo the block: ISO 7816-4 padding, of which only the shortest is accepted
PADDINGS = tuple(b"\x80" + bytes(-(length + 1) % BLOCK) for length in range(BLOCK))


@lru_cache(maxsize=256)
def framed(context: str) -> bytes:
    return lp(context.encode())
