"""Blind indexes: keyed tags by which equal values are found without being readable."""

from dataclasses import dataclass

from crypto.framing import lp
from crypto.keyring import Key, Keyring
from crypto.normal import KINDS, normalise
from crypto.suites import suite_of

__all__ = ["KINDS", "BlindIndex", "Tag", "normalise"]

TAG_SIZE = 16


@dataclass(frozen=True, repr=False)
class Tag:
    """16 bytes that stand for a value of this kind under the index key of this id (4 bytes)."""

    kind: str
    key_id: bytes
    tag: bytes

    def __repr__(self) -> str:
        return f"<Tag {self.kind}>"


class BlindIndex:
    """Tags under every usable index key, so that values tagged before a rotation are still found."""

    def __init__(self, keyring: Keyring) -> None:
        self._keys = keyring.usable("index")

    def tags(self, kind: str, value: str | bytes, scope: bytes = b"") -> list[Tag]:
        """One tag a usable key, the primary's first. Raises NotIndexable.

        Equal values in two kinds or two scopes have unrelated tags.
        """
        norm = normalise(kind, value)
        label = b"rn.bidx.v1" + lp(kind.encode()) + lp(scope)
        return [Tag(kind, key.id, _tag(key, label, norm)) for key in self._keys]


def _tag(key: Key, label: bytes, norm: bytes) -> bytes:
    suite = suite_of(key.suite)
    return suite.mac(suite.mac(key.secret, label), norm)[:TAG_SIZE]
