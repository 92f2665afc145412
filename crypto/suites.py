"""The algorithm suites, by the suite byte that every sealed format and every key carries."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.errors import UnsupportedFormat

NONCE_SIZE = 12
TAG_SIZE = 16
SECRET_SIZE = 32


class Aead(Protocol):
    """Authenticated encryption with a 12-byte nonce and a 16-byte tag at the end of the ciphertext."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


class Mac:
    """A keyed hash, set up once: setting up costs twice as much as using it."""

    def __init__(self, fresh: hmac.HMAC) -> None:
        self._fresh = fresh

    def __call__(self, message: bytes) -> bytes:
        """32 bytes."""
        state = self._fresh.copy()
        state.update(message)
        return state.finalize()


@dataclass(frozen=True)
class Suite:
    """One row: which AEAD, which hash, and how the 32-byte secrets become the AEAD's keys."""

    number: int
    aead: Callable[[bytes], Aead]
    key_size: int
    hash: hashes.HashAlgorithm
    #: HKDF-Expand label that turns a KEK into the AEAD's key; None where the KEK is that key
    kek_label: bytes | None

    def keyed(self, secret: bytes) -> "Mac":
        """HMAC over the suite's hash under this secret."""
        return Mac(hmac.HMAC(secret, self.hash))

    def expand(self, secret: bytes, label: bytes) -> bytes:
        """HKDF-Expand (RFC 5869, 2.3) to the size of the AEAD's key."""
        return HKDFExpand(self.hash, self.key_size, label).derive(secret)

    def kek_aead(self, secret: bytes) -> Aead:
        """The AEAD that wraps data keys under this KEK."""
        return self.aead(self.expand(secret, self.kek_label) if self.kek_label else secret)

    def field_aead(self, dek: bytes) -> Aead:
        """The AEAD that seals fields under this data key."""
        return self.aead(self.expand(dek, b"rn.field-key.v1" + bytes([self.number])))


AES_SHA2 = 0x01

#: suites written and read. One that is not listed is refused on read as well.
SUITES: dict[int, Suite] = {
    AES_SHA2: Suite(AES_SHA2, AESGCM, 32, hashes.SHA256(), kek_label=None),
}


def suite_of(number: int) -> Suite:
    """The suite of this byte. Raises UnsupportedFormat."""
    suite = SUITES.get(number)
    if suite is None:
        raise UnsupportedFormat("suite", number)
    return suite
