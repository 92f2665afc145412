"""The algorithm suites, by the suite byte that every sealed format and every key carries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from crypto.errors import UnsupportedFormat

NONCE_SIZE = 12
TAG_SIZE = 16
SECRET_SIZE = 32


class Aead(Protocol):
    """Authenticated encryption with a 12-byte nonce and a 16-byte tag at the end of the ciphertext."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


class Sm4Gcm:
    """SM4 in GCM (RFC 8998, section 3.2.1), which the library offers as a block cipher and a mode only."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        encryptor = Cipher(self._algorithm, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        ciphertext = encryptor.update(data)
        encryptor.finalize()
        return ciphertext + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Raises InvalidTag."""
        decryptor = Cipher(self._algorithm, GCM(nonce)).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        if len(data) < TAG_SIZE:
            raise InvalidTag
        plaintext = decryptor.update(data[:-TAG_SIZE])
        decryptor.finalize_with_tag(data[-TAG_SIZE:])
        return plaintext


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
        """HKDF-Expand (RFC 5869, 2.3) to the size of the AEAD's key, which its first block of 32 bytes covers."""
        block = hmac.HMAC(secret, self.hash)
        block.update(label + b"\x01")
        return block.finalize()[: self.key_size]

    def kek_aead(self, secret: bytes) -> Aead:
        """The AEAD that wraps data keys under this KEK."""
        return self.aead(self.expand(secret, self.kek_label) if self.kek_label else secret)

    def field_aead(self, dek: bytes) -> Aead:
        """The AEAD that seals fields under this data key."""
        block = hmac.HMAC(dek, self.hash)
        block.update(self._field_label)
        return self.aead(block.finalize()[: self.key_size])

    @cached_property
    def _field_label(self) -> bytes:
        """What ``expand`` hashes for a field key, put together once."""
        return b"rn.field-key.v1" + bytes((self.number, 1))


AES_SHA2 = 0x01
SM4_SM3 = 0x02

#: AES-256-GCM with SHA-256, and SM4-GCM with SM3 (GB/T 32907, 32905)
SUITES: dict[int, Suite] = {
    AES_SHA2: Suite(AES_SHA2, AESGCM, 32, hashes.SHA256(), kek_label=None),
    SM4_SM3: Suite(SM4_SM3, Sm4Gcm, 16, hashes.SM3(), kek_label=b"rn.kek.v1"),
}


def suite_of(number: int, allowed: Mapping[int, Suite] | None = None) -> Suite:
    """The suite of this byte, one of those ``allowed`` where that is given. Raises UnsupportedFormat."""
    suite = (SUITES if allowed is None else allowed).get(number)
    if suite is None:
        raise UnsupportedFormat("suite", number)
    return suite


def only(numbers: Iterable[int]) -> Mapping[int, Suite]:
    """These suites and no other. Raises UnsupportedFormat for a number that is none."""
    return {number: suite_of(number) for number in numbers}
