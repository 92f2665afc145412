"""The hash that chains the events of one verification."""

import hashlib
import struct
from uuid import UUID

HASH_SIZE = 32
_HEAD = struct.Struct(">32sQ16s32s")


def event_hash(previous: bytes | None, seq: int, verification_id: UUID, payload: bytes) -> bytes:
    """SHA-256 over "rn.audit.v1" 00, the previous hash, seq as u64, the id and the payload's SHA-256.

    ``previous`` is None for the first entry, which chains to 32 zero bytes.
    """
    previous = bytes(HASH_SIZE) if previous is None else previous
    if len(previous) != HASH_SIZE:
        msg = "a previous hash has 32 bytes"
        raise ValueError(msg)
    head = _HEAD.pack(previous, seq, verification_id.bytes, hashlib.sha256(payload).digest())
    return hashlib.sha256(b"rn.audit.v1\x00" + head).digest()
