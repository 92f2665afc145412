"""Blind indexes: keyed tags by which equal values are found without being readable."""

from functools import lru_cache
from typing import NamedTuple

from crypto.framing import lp
from crypto.keyring import Keyring
from crypto.normal import KINDS, normalise
from crypto.suites import Mac, suite_of

__all__ = ["KINDS", "BlindIndex", "Tag", "normalise"]

TAG_SIZE = 16

#: kinds and scopes whose keys are kept at hand; a scope is an application
SCOPES = 1024


class Tag(NamedTuple):
    """16 bytes that stand for a value of this kind under the index key of this id (4 bytes)."""

    kind: str
    key_id: bytes
    tag: bytes

    def __repr__(self) -> str:
        return f"<Tag {self.kind}>"


class BlindIndex:
    """Tags under every usable index key, so that values tagged before a rotation are still found."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._keys = keyring.usable("index")
        self._macs = lru_cache(maxsize=SCOPES)(self._derive)

    def tags(self, kind: str, value: str | bytes, scope: bytes = b"") -> list[Tag]:
        """One tag a usable key, the primary's first. Raises NotIndexable."""
        norm = normalise(kind, value)
        keys = self._macs(kind, scope)
        if len(keys) == 1:
            [(key_id, mac)] = keys
            return [Tag(kind, key_id, mac(norm)[:TAG_SIZE])]
        return [Tag(kind, key_id, mac(norm)[:TAG_SIZE]) for key_id, mac in keys]

    def _derive(self, kind: str, scope: bytes) -> list[tuple[bytes, Mac]]:
        """Equal values in two kinds or two scopes are tagged under unrelated keys."""
        label = b"rn.bidx.v1" + lp(kind.encode()) + lp(scope)
        return [(key.id, suite_of(key.suite).keyed(key.mac(label))) for key in self._keys]
