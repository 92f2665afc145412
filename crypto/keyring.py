"""The keyring: independent 32-byte keys by purpose and id, and the JSON they are kept in."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from crypto import keyring_format
from crypto.errors import KeyMissing, KeyRetired, KeyringInvalid
from crypto.sealer import KeySealer
from crypto.suites import AES_SHA2, SECRET_SIZE, Aead, Mac, suite_of

PURPOSES = ("kek", "index", "pepper", "audit")
PRIMARY, ACTIVE, RETIRED = STATES = ("primary", "active", "retired")
KEY_ID_SIZE = 4
CHECK_VALUE_SIZE = 8


@dataclass(frozen=True, repr=False)
class Key:
    """One key. ``primary`` seals, ``active`` only opens and looks up, ``retired`` is refused."""

    id: bytes
    purpose: str
    suite: int
    state: str
    secret: bytes
    created: datetime | None = None

    def __post_init__(self) -> None:
        suite_of(self.suite)
        _require(self.purpose in PURPOSES, "a key has an unknown purpose")
        _require(self.state in STATES, f"a {self.purpose} key has an unknown state")
        _require(len(self.id) == KEY_ID_SIZE, f"a {self.purpose} key has an id that is not 4 bytes")
        _require(len(self.secret) == SECRET_SIZE, f"{self.purpose} key {self.id.hex()} is not 32 bytes")

    def __repr__(self) -> str:
        return f"<Key {self.purpose} {self.id.hex()}>"

    @cached_property
    def mac(self) -> Mac:
        """HMAC under this key, 32 bytes."""
        return suite_of(self.suite).keyed(self.secret)

    @cached_property
    def aead(self) -> Aead:
        """What a KEK wraps data keys with."""
        return suite_of(self.suite).kek_aead(self.secret)

    @property
    def usable(self) -> bool:
        return self.state != RETIRED


class Keyring:
    """Immutable; one primary key a purpose. Raises KeyringInvalid when the keys do not make a keyring."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self.keys = tuple(keys)
        _require(len({k.id for k in self.keys}) == len(self.keys), "two keys have one id")
        _require(len({k.secret for k in self.keys}) == len(self.keys), "one key is listed twice")
        for purpose in PURPOSES:
            count = sum(k.purpose == purpose and k.state == PRIMARY for k in self.keys)
            _require(count == 1, f"{purpose} has {count} primary keys and must have one")
        self._by_name = {(k.purpose, k.id): k for k in self.keys}
        self._usable = {p: sorted(_usable(self.keys, p), key=lambda k: k.state != PRIMARY) for p in PURPOSES}

    def __repr__(self) -> str:
        return f"<Keyring {len(self.keys)} keys>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyring) and self.keys == other.keys

    def __hash__(self) -> int:
        return hash(self.keys)

    @classmethod
    def generate(cls, now: datetime) -> "Keyring":
        """A fresh keyring of four primary keys in suite 1."""
        return cls(_new_key(purpose, AES_SHA2, now) for purpose in PURPOSES)

    @classmethod
    def parse(cls, text: str, sealer: KeySealer | None = None) -> "Keyring":
        """Read ``dump``'s JSON. Raises KeyringInvalid, or UnsupportedFormat for a suite not enabled here.

        The seal named in the text must be the sealer's; no sealer means the seal "none".
        """
        return cls(Key(**fields) for fields in keyring_format.read(text, sealer))

    def dump(self, sealer: KeySealer | None = None) -> str:
        """JSON with every key sealed by ``sealer``, or in the clear without one."""
        return keyring_format.write(self.keys, sealer)

    def primary(self, purpose: str) -> Key:
        return self._usable[purpose][0]

    def usable(self, purpose: str) -> list[Key]:
        """The primary key, then the active ones in the keyring's order."""
        return list(self._usable[purpose])

    def key(self, purpose: str, key_id: bytes) -> Key:
        """The key of this name. Raises KeyMissing, or its kind KeyRetired."""
        key = self._by_name.get((purpose, key_id))
        if key is None:
            raise KeyMissing(purpose, key_id)
        if not key.usable:
            raise KeyRetired(purpose, key_id)
        return key

    def with_new_primary(self, purpose: str, now: datetime) -> "Keyring":
        """A keyring with a fresh primary key of this purpose; the former primary becomes active."""
        former = self.primary(purpose)
        keys = [replace(k, state=ACTIVE) if k is former else k for k in self.keys]
        return Keyring([*keys, _new_key(purpose, former.suite, now)])


def check_value(key: Key) -> bytes:
    """8 bytes by which a store knows the key again without holding it."""
    return key.mac(b"rn.kcv.v1")[:CHECK_VALUE_SIZE]


def _new_key(purpose: str, suite: int, now: datetime) -> Key:
    created = now.astimezone(UTC).replace(microsecond=0)
    return Key(os.urandom(KEY_ID_SIZE), purpose, suite, PRIMARY, os.urandom(SECRET_SIZE), created)


def _usable(keys: Iterable[Key], purpose: str) -> list[Key]:
    return [k for k in keys if k.purpose == purpose and k.usable]


def _require(holds: bool, rule: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise KeyringInvalid(rule)
