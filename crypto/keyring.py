"""The keyring: independent 32-byte keys by purpose and id, and the JSON they are kept in."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

from crypto import keyring_format
from crypto.errors import KeyMissing, KeyRetired, KeyringInvalid
from crypto.sealer import KeySealer
from crypto.suites import AES_SHA2, SECRET_SIZE, SUITES, Aead, Mac, Suite, suite_of

PURPOSES = ("kek", "index", "pepper", "audit")
PENDING, PRIMARY, ACTIVE, RETIRED = STATES = ("pending", "primary", "active", "retired")
KEY_ID_SIZE = 4
CHECK_VALUE_SIZE = 8


@dataclass(frozen=True, repr=False)
class Key:
    """One key. ``primary`` seals, ``active`` only opens and looks up, ``retired`` is refused.

    ``pending`` does what active does; it waits until every process has it, and then becomes primary.
    """

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


class KeySource(Protocol):
    """What uses keys is handed: a keyring, or one that follows its file (crypto.live)."""

    @property
    def snapshot(self) -> "Keyring":
        """The keys as they are now, for a use that must not see them change."""

    def primary(self, purpose: str) -> Key: ...
    def usable(self, purpose: str) -> list[Key]: ...
    def key(self, purpose: str, key_id: bytes) -> Key: ...


class Keyring:
    """Immutable; one primary key a purpose, all in ``suites``. Raises KeyringInvalid when that is not so."""

    def __init__(self, keys: Iterable[Key], suites: Mapping[int, Suite] = SUITES) -> None:
        self.keys = tuple(keys)
        self.suites = suites
        for key in self.keys:
            suite_of(key.suite, suites)
        _require(len({k.id for k in self.keys}) == len(self.keys), "two keys have one id")
        _require(len({k.secret for k in self.keys}) == len(self.keys), "one key is listed twice")
        for purpose in PURPOSES:
            count = sum(k.purpose == purpose and k.state == PRIMARY for k in self.keys)
            _require(count == 1, f"{purpose} has {count} primary keys and must have one")
            waiting = sum(k.purpose == purpose and k.state == PENDING for k in self.keys)
            _require(waiting <= 1, f"{purpose} has {waiting} pending keys and may have one")
        self._by_name = {(k.purpose, k.id): k for k in self.keys}
        self._usable = {p: sorted(_usable(self.keys, p), key=lambda k: k.state != PRIMARY) for p in PURPOSES}

    def __repr__(self) -> str:
        return f"<Keyring {len(self.keys)} keys>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyring) and self.keys == other.keys

    def __hash__(self) -> int:
        return hash(self.keys)

    @property
    def snapshot(self) -> "Keyring":
        """Itself, since it never changes."""
        return self

    @cached_property
    def openers(self) -> Mapping[bytes, tuple[Callable[[bytes, bytes, bytes], bytes], bytes]]:
        """By the first bytes of what a usable KEK wrapped: how to decrypt, and what is authenticated before the id."""
        headers = {bytes((1, kek.suite)) + kek.id: kek for kek in self._usable["kek"]}
        return {header: (kek.aead.decrypt, b"rn.dek.v1" + header) for header, kek in headers.items()}

    @classmethod
    def generate(cls, now: datetime, suite: int = AES_SHA2, suites: Mapping[int, Suite] = SUITES) -> "Keyring":
        """A fresh keyring of four primary keys in this suite."""
        return cls((_new_key(purpose, suite, PRIMARY, now) for purpose in PURPOSES), suites)

    @classmethod
    def parse(cls, text: str, sealer: KeySealer | None = None, suites: Mapping[int, Suite] = SUITES) -> "Keyring":
        """Read ``dump``'s JSON. Raises KeyringInvalid, or UnsupportedFormat for a suite not among ``suites``.

        The seal named in the text must be the sealer's; no sealer means the seal "none".
        """
        return cls((Key(**fields) for fields in keyring_format.read(text, sealer)), suites)

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

    def held(self, key_id: bytes) -> Key | None:
        """The key of this id in whatever state, for those who look after keys."""
        return next((key for key in self.keys if key.id == key_id), None)

    def pending(self, purpose: str) -> Key | None:
        return next((k for k in self._usable[purpose] if k.state == PENDING), None)

    def with_pending(self, purpose: str, now: datetime, suite: int | None = None) -> "Keyring":
        """A keyring with a fresh key of this purpose, in the primary's suite or this one, that is not used yet."""
        new = _new_key(purpose, suite or self.primary(purpose).suite, PENDING, now)
        return Keyring([*self.keys, new], self.suites)

    def with_promoted(self, purpose: str) -> "Keyring":
        """The pending key of this purpose is primary now, and the former primary active."""
        states = {PENDING: PRIMARY, PRIMARY: ACTIVE}
        return self._with(lambda k: k.purpose == purpose, states)

    def with_new_primary(self, purpose: str, now: datetime, suite: int | None = None) -> "Keyring":
        """Both at once, for where no other process has the keyring in use."""
        return self.with_pending(purpose, now, suite).with_promoted(purpose)

    def with_retired(self, key_ids: Iterable[bytes]) -> "Keyring":
        """These keys, active ones, are retired now."""
        doomed = frozenset(key_ids)
        return self._with(lambda k: k.id in doomed, {ACTIVE: RETIRED})

    def without(self, key_id: bytes) -> "Keyring":
        """A keyring that lacks this key, which must be retired. Raises KeyringInvalid."""
        key = self.held(key_id)
        _require(key is not None and key.state == RETIRED, f"key {key_id.hex()} is not a retired key of this keyring")
        return Keyring((k for k in self.keys if k.id != key_id), self.suites)

    def _with(self, concerned: Callable[[Key], bool], states: Mapping[str, str]) -> "Keyring":
        keys = (replace(k, state=states.get(k.state, k.state)) if concerned(k) else k for k in self.keys)
        return Keyring(keys, self.suites)


def check_value(key: Key) -> bytes:
    """8 bytes by which a store knows the key again without holding it."""
    return key.mac(b"rn.kcv.v1")[:CHECK_VALUE_SIZE]


def _new_key(purpose: str, suite: int, state: str, now: datetime) -> Key:
    created = now.astimezone(UTC).replace(microsecond=0)
    return Key(os.urandom(KEY_ID_SIZE), purpose, suite, state, os.urandom(SECRET_SIZE), created)


def _usable(keys: Iterable[Key], purpose: str) -> list[Key]:
    return [k for k in keys if k.purpose == purpose and k.usable]


def _require(holds: bool, rule: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise KeyringInvalid(rule)
