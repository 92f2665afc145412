"""The construction for suite 2, held against the library's own instantiation of the same."""

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.chunked import CHUNK, PREFIX, Decryptor, Encryptor, Instance

#: what the library calls Cobblestone-256
AES = Instance(b"AEAD_AES_256_GCM", AESGCM, 32, hashes.SHA512())
KEY = bytes(range(32))

sizes = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])


@settings(deadline=None)
@given(sizes, st.binary(max_size=50))
def test_the_library_opens_what_is_sealed_here(size: int, context: bytes) -> None:
    ours = Encryptor(AES, KEY, context)
    sealed = ours.update(bytes(size)) + ours.finalize()
    theirs = Cobblestone256Decryptor(KEY, context)
    assert theirs.update(sealed) + theirs.finalize() == bytes(size)


@settings(deadline=None)
@given(sizes, st.binary(max_size=50), st.integers(1, 40_000))
def test_what_the_library_seals_is_opened_here(size: int, context: bytes, cut: int) -> None:
    theirs = Cobblestone256Encryptor(KEY, context)
    sealed = theirs.update(bytes(size)) + theirs.finalize()
    ours = Decryptor(AES, KEY, context)
    pieces = [ours.update(sealed[at : at + cut]) for at in range(0, len(sealed), cut)]
    assert b"".join(pieces) + ours.finalize() == bytes(size)


@pytest.mark.parametrize("kept", [0, PREFIX - 1, PREFIX, PREFIX + 5, PREFIX + CHUNK + 16])
def test_a_message_cut_short_is_noticed(kept: int) -> None:
    ours = Encryptor(AES, KEY, b"")
    sealed = ours.update(bytes(CHUNK + 9)) + ours.finalize()
    opener = Decryptor(AES, KEY, b"")
    with pytest.raises(InvalidTag):
        opener.update(sealed[:kept]) + opener.finalize()
