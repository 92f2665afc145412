"""Chunked encryption (https://c2sp.org/chunked-encryption) over any AEAD and hash of ours.

The library has two instantiations of it, both with AES and SHA-512, under the name Cobblestone; this is the same
construction for those it has not. Salt 24, commitment 32, chunks of 16,384 + 16, of which the last is shorter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.suites import NONCE_SIZE, TAG_SIZE, Aead

CHUNK = 16_384
SEALED_CHUNK = CHUNK + TAG_SIZE
SALT_SIZE = 24
COMMITMENT_SIZE = 32
PREFIX = SALT_SIZE + COMMITMENT_SIZE
MOST_CHUNKS = 2**38


@dataclass(frozen=True)
class Instance:
    """``name`` of the AEAD as IANA registers it; ``key_size`` is that of the AEAD and of the input key."""

    name: bytes
    aead: Callable[[bytes], Aead]
    key_size: int
    hash: hashes.HashAlgorithm

    def derive(self, key: bytes, salt: bytes, context: bytes) -> tuple["_Chunks", bytes]:
        """What seals and opens the chunks of one message, and the commitment to its key."""
        info = b"c2sp.org/chunked-encryption@v1+" + self.name + b"\0" + salt + context
        made = HKDFExpand(self.hash, self.key_size + NONCE_SIZE + COMMITMENT_SIZE, info).derive(key)
        nonce = made[self.key_size : self.key_size + NONCE_SIZE]
        return _Chunks(self.aead(made[: self.key_size]), nonce), made[self.key_size + NONCE_SIZE :]


class _Chunks:
    """The AEAD with a nonce that counts."""

    def __init__(self, aead: Aead, base: bytes) -> None:
        self._aead = aead
        self._base = int.from_bytes(base, "big")
        self._count = 0

    def seal(self, data: bytes) -> bytes:
        return self._aead.encrypt(self._next(), data, b"")

    def open(self, data: bytes) -> bytes:
        """Raises InvalidTag."""
        if len(data) < TAG_SIZE:
            raise InvalidTag
        return self._aead.decrypt(self._next(), data, b"")

    def _next(self) -> bytes:
        if self._count >= MOST_CHUNKS:
            raise InvalidTag
        nonce = (self._base ^ self._count).to_bytes(NONCE_SIZE, "big")
        self._count += 1
        return nonce


class Encryptor:
    """One message. ``update`` any number of times, then ``finalize``; what they return makes the ciphertext."""

    def __init__(self, instance: Instance, key: bytes, context: bytes) -> None:
        salt = urandom(SALT_SIZE)
        self._chunks, commitment = instance.derive(key, salt, context)
        self._prefix = salt + commitment
        self._held = b""

    def update(self, piece: bytes) -> bytes:
        out, self._prefix = [self._prefix], b""
        held = self._held + piece
        whole = len(held) - len(held) % CHUNK
        out += [self._chunks.seal(held[at : at + CHUNK]) for at in range(0, whole, CHUNK)]
        self._held = held[whole:]
        return b"".join(out)

    def finalize(self) -> bytes:
        """The last chunk, always a short one."""
        return self.update(b"") + self._chunks.seal(self._held)


class Decryptor:
    """The same back. Raises InvalidTag for a wrong key, a wrong context and any changed, missing or added byte."""

    def __init__(self, instance: Instance, key: bytes, context: bytes) -> None:
        self._instance, self._key, self._context = instance, key, context
        self._chunks: _Chunks | None = None
        self._held = b""

    def update(self, piece: bytes) -> bytes:
        """What of it is authentic by now."""
        held = self._held + piece
        if self._chunks is None:
            if len(held) < PREFIX:
                self._held = held
                return b""
            self._chunks, held = self._begin(held[:PREFIX]), held[PREFIX:]
        whole = len(held) - len(held) % SEALED_CHUNK
        self._held = held[whole:]
        return b"".join(self._chunks.open(held[at : at + SEALED_CHUNK]) for at in range(0, whole, SEALED_CHUNK))

    def _begin(self, prefix: bytes) -> _Chunks:
        chunks, commitment = self._instance.derive(self._key, prefix[:SALT_SIZE], self._context)
        if not compare_digest(commitment, prefix[SALT_SIZE:]):
            raise InvalidTag
        return chunks

    def finalize(self) -> bytes:
        """The last chunk; without one the message was cut short."""
        if self._chunks is None:
            raise InvalidTag
        return self._chunks.open(self._held)
