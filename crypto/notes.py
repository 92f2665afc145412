"""Signed notes: a text and an Ed25519 signature as lines of text, in the form of C2SP's signed-note."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crypto.errors import CryptoError

#: algorithm byte of Ed25519
ED25519 = b"\x01"
HASH_SIZE = 4
SIGNATURE = "\u2014 "


class BadNote(CryptoError):
    """The text is no note, or this key did not sign it."""


@dataclass(frozen=True)
class Verifier:
    """A name and a public key; as text ``name+hash+base64``, which is what people compare and pass on."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Raises BadNote."""
        name, _, rest = text.strip().partition("+")
        _, _, encoded = rest.partition("+")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        found = cls(name, key[1:])
        if key[:1] != ED25519 or len(key) != 33 or str(found) != text.strip():  # noqa: PLR2004 - algorithm and key
            msg = "not a verifier key"
            raise BadNote(msg)
        return found

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{_base64(ED25519 + self.public)}"

    @property
    def pem(self) -> str:
        """The public key as OpenSSL reads it."""
        key = Ed25519PublicKey.from_public_bytes(self.public)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    def check(self, data: bytes, signature: bytes) -> None:
        """A signature that stands apart from what it signs (RFC 8032, 64 bytes). Raises BadNote."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)
        except (ValueError, InvalidSignature):
            msg = f"not signed by {self.name}"
            raise BadNote(msg) from None

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + ED25519 + self.public).digest()[:HASH_SIZE]


class Signer:
    """An Ed25519 key of this 32-byte seed and a name without spaces or plus signs."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"<Signer {self.verifier.name}>"

    def detached(self, data: bytes) -> bytes:
        """A signature that stands apart. ``data`` must not be the text of a note."""
        return self._key.sign(data)

    def sign(self, text: str) -> str:
        """The note: the text, which ends in a newline, an empty line and the signature's line."""
        signature = self.verifier.hash + self._key.sign(text.encode())
        return f"{text}\n{SIGNATURE}{self.verifier.name} {_base64(signature)}\n"


def opened(note: str, verifier: Verifier) -> str:
    """The signed text. Raises BadNote."""
    text, _, lines = note.rpartition("\n\n")
    signed = f"{text}\n"
    for line in lines.splitlines():
        name, _, encoded = line.removeprefix(SIGNATURE).partition(" ")
        if line.startswith(SIGNATURE) and name == verifier.name and _is_signed(signed, encoded, verifier):
            return signed
    msg = f"not signed by {verifier.name}"
    raise BadNote(msg)


def _is_signed(text: str, encoded: str, verifier: Verifier) -> bool:
    try:
        raw = base64.b64decode(encoded, validate=True)
        Ed25519PublicKey.from_public_bytes(verifier.public).verify(raw[HASH_SIZE:], text.encode())
    except (ValueError, InvalidSignature):
        return False
    return raw[:HASH_SIZE] == verifier.hash


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
