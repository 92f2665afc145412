"""Sealers: what protects the keys inside a keyring. Asked once a key at boot and at rotation, never a request."""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.errors import DecryptionFailed, KeyringInvalid, UnsupportedFormat
from crypto.suites import NONCE_SIZE, SECRET_SIZE, TAG_SIZE

VERSION = 0x01
SEALED_SIZE = 1 + NONCE_SIZE + SECRET_SIZE + TAG_SIZE


class KeySealer(Protocol):
    """Seals one key. ``context`` is the key's id and purpose and must be given again to unseal."""

    #: the word for it in the keyring's ``seal.type``
    type: str

    def seal(self, key: bytes, context: bytes) -> bytes: ...

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Raises DecryptionFailed."""


class NoSealer:
    """Keys stand in the keyring as they are; the file's mode 0600 is their protection."""

    type = "none"

    def seal(self, key: bytes, context: bytes) -> bytes:  # noqa: ARG002 - a sealer's signature
        return key

    def unseal(self, sealed: bytes, context: bytes) -> bytes:  # noqa: ARG002
        return sealed


class SecretSealer:
    """AES-256-GCM under a 32-byte secret kept apart from the keyring. 61 bytes: version, nonce, key, tag."""

    type = "secret"

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_SIZE:
            msg = "the secret that unseals a keyring must be 32 bytes"
            raise KeyringInvalid(msg)
        self._aead = AESGCM(secret)

    def __repr__(self) -> str:
        return "<SecretSealer>"

    def seal(self, key: bytes, context: bytes) -> bytes:
        return self._seal(os.urandom(NONCE_SIZE), key, context)

    def _seal(self, nonce: bytes, key: bytes, context: bytes) -> bytes:
        return bytes([VERSION]) + nonce + self._aead.encrypt(nonce, key, _associated(context))

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        if len(sealed) != SEALED_SIZE:
            raise DecryptionFailed
        if sealed[0] != VERSION:
            raise UnsupportedFormat("version", sealed[0])
        nonce, ciphertext = sealed[1 : 1 + NONCE_SIZE], sealed[1 + NONCE_SIZE :]
        try:
            return self._aead.decrypt(nonce, ciphertext, _associated(context))
        except InvalidTag:
            raise DecryptionFailed from None


def _associated(context: bytes) -> bytes:
    return b"rn.keyring.v1" + bytes([VERSION]) + context
