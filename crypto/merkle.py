"""Merkle trees of RFC 6962, section 2.1, with SHA-256: one root for many events, and short proofs of each."""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256().digest()


def leaf(data: bytes) -> bytes:
    """32 bytes that stand for one entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree's head, of what ``leaf`` gave."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [_node(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)] + odd
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from one leaf to the root, the nearest first."""
    if len(leaves) <= 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path(leaves[:split], index), root(leaves[split:])]
    return [*path(leaves[split:], index - split), root(leaves[:split])]


def root_of(leaf_hash: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to (RFC 9162, 2.1.3.2); None where it has another length than it must."""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf_hash
    for sibling in hashes:
        if last == 0:
            return None
        if at % 2 or at == last:
            found = _node(sibling, found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = _node(found, sibling)
        at, last = at // 2, last // 2
    return found if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
