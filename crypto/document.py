"""Sealed documents: wire format "document v1", in pieces, with a commitment to the key.

document v1, n + 86 bytes and 16 for every further 16,384: magic "RNMD", version, suite, data key id 8, then
salt 24, commitment 32, chunks of 16,384 + 16, the last one short. Suite 1 is Cobblestone-256 of the library, suite 2
the same construction over SM4-GCM and HKDF-SM3 (crypto.md, 3).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol
from uuid import UUID

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from crypto.chunked import Decryptor, Encryptor, Instance
from crypto.errors import DecryptionFailed, UnsupportedFormat
from crypto.framing import lp
from crypto.suites import AES_SHA2, SM4_SM3, SUITES, Suite, suite_of

MAGIC = b"RNMD"
VERSION = 0x01
HEADER = len(MAGIC) + 2 + 8

_SM4 = SUITES[SM4_SM3]
SM4_CHUNKS = Instance(b"AEAD_SM4_GCM", _SM4.aead, _SM4.key_size, _SM4.hash)


class _Stream(Protocol):
    """One message, sealed or opened as it comes."""

    def update(self, piece: bytes, /) -> bytes: ...

    def finalize(self) -> bytes: ...


def seal(
    dek_id: bytes, dek: bytes, context: str, row_id: UUID, pieces: Iterable[bytes], suite: int = AES_SHA2
) -> Iterator[bytes]:
    """Seal for this place alone, piece by piece; nothing is held but one chunk."""
    header = MAGIC + bytes([VERSION, suite]) + dek_id
    yield header
    key, bound = _key(dek, suite), _context(header, context, row_id)
    encryptor: _Stream = Encryptor(SM4_CHUNKS, key, bound) if suite == SM4_SM3 else Cobblestone256Encryptor(key, bound)
    for piece in pieces:
        yield encryptor.update(piece)
    yield encryptor.finalize()


def dek_id_of(header: bytes, allowed: Mapping[int, Suite] | None = None) -> bytes:
    """Id of the data key in the first HEADER bytes. Raises UnsupportedFormat or DecryptionFailed."""
    if len(header) < HEADER or not header.startswith(MAGIC):
        raise DecryptionFailed
    if header[4] != VERSION:
        raise UnsupportedFormat("version", header[4])
    suite_of(header[5], allowed)
    return header[6:HEADER]


def split(pieces: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The header, and what comes after it."""
    source = iter(pieces)
    head = b""
    while len(head) < HEADER and (piece := next(source, b"")):
        head += piece
    return head[:HEADER], _after(head[HEADER:], source)


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def open_(header: bytes, dek: bytes, context: str, row_id: UUID, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What was sealed here, chunk by chunk, each one authentic and in its place.

    Raises DecryptionFailed at the first that is not, and at the end where the last one is missing: what came
    before is then a true beginning and no whole document.
    """
    key, bound = _key(dek, header[5]), _context(header, context, row_id)
    decryptor: _Stream = (
        Decryptor(SM4_CHUNKS, key, bound) if header[5] == SM4_SM3 else Cobblestone256Decryptor(key, bound)
    )
    try:
        for piece in pieces:
            yield decryptor.update(piece)
        yield decryptor.finalize()
    except (InvalidTag, ValueError):
        raise DecryptionFailed from None


def _key(dek: bytes, suite: int) -> bytes:
    return suite_of(suite).expand(dek, b"rn.doc-key.v1" + bytes([suite]))


def _context(header: bytes, context: str, row_id: UUID) -> bytes:
    return b"rn.doc.v1" + header + lp(context.encode()) + row_id.bytes
