"""Sealed documents: true to the byte, bound to their place and key, cut and turned nowhere, in bounded memory."""

import tracemalloc
from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.document import HEADER, dek_id_of, open_, seal, split
from crypto.errors import DecryptionFailed, UnsupportedFormat
from crypto.suites import AES_SHA2, SM4_SM3, only

DEK_ID, DEK = bytes(range(8)), bytes(range(32))
ROW = UUID("0198c0de-0000-7000-8000-000000000001")
CHUNK = 16_384

#: sealed once with this release and to be opened for ever: of b"business licence"
KNOWN = (
    "524e4d440101000102030405060731a1d3c98bd320d4d4ff372a9be1034a73be3556756619c40972770c1fcac119b553"
    "b7cf1071a6ca89972cc03a8139270ef6087b289e4289ebcf4b7b8197b75d99fc8b559dad1d02da05c900c65717da50cc"
    "f50e9db9f3b1"
)


def sealed(
    data: bytes, context: str = "document.content", row: UUID = ROW, dek: bytes = DEK, suite: int = AES_SHA2
) -> bytes:
    return b"".join(seal(DEK_ID, dek, context, row, [data], suite))


def opened(data: bytes, context: str = "document.content", row: UUID = ROW, dek: bytes = DEK) -> bytes:
    header, rest = split([data])
    assert dek_id_of(header) == DEK_ID
    return b"".join(open_(header, dek, context, row, rest))


suites = st.sampled_from([AES_SHA2, SM4_SM3])


@settings(deadline=None)
@given(st.binary(max_size=100), st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]), suites)
def test_what_was_sealed_is_opened(head: bytes, size: int, suite: int) -> None:
    data = head + bytes(size)
    assert opened(sealed(data, suite=suite)) == data


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40_000), max_size=5), st.integers(1, 30_000))
def test_pieces_of_any_size_make_one_document(pieces: list[bytes], cut: int) -> None:
    whole = b"".join(seal(DEK_ID, DEK, "document.content", ROW, pieces))
    again = (whole[at : at + cut] for at in range(0, len(whole), cut))
    header, rest = split(again)
    assert b"".join(open_(header, DEK, "document.content", ROW, rest)) == b"".join(pieces)


def test_a_document_of_the_first_release_is_opened_for_ever() -> None:
    assert opened(bytes.fromhex(KNOWN)) == b"business licence"


@pytest.mark.parametrize("suite", [AES_SHA2, SM4_SM3])
def test_the_format_is_as_it_is_written_down(suite: int) -> None:
    data = sealed(bytes(2 * CHUNK), suite=suite)
    assert data[:HEADER] == b"RNMD\x01" + bytes([suite]) + DEK_ID
    assert len(data) == HEADER + 24 + 32 + 2 * CHUNK + 3 * 16


@settings(deadline=None)
@given(st.integers(HEADER, HEADER + 56 + 2 * (CHUNK + 16) - 1), st.integers(1, 255), suites)
def test_any_changed_byte_is_noticed(at: int, by: int, suite: int) -> None:
    data = bytearray(sealed(bytes(2 * CHUNK - 16), suite=suite))
    data[at % len(data)] ^= by
    with pytest.raises(DecryptionFailed):
        opened(bytes(data))


@pytest.mark.parametrize("end", [1, 16, 17, CHUNK + 16, 2 * CHUNK])
def test_a_document_cut_short_is_noticed(end: int) -> None:
    with pytest.raises(DecryptionFailed):
        opened(sealed(bytes(2 * CHUNK + 5))[:-end])


def test_chunks_in_another_order_are_noticed() -> None:
    data = sealed(bytes(2 * CHUNK + 5))
    first = HEADER + 56
    chunk = CHUNK + 16
    swapped = data[:first] + data[first + chunk : first + 2 * chunk] + data[first : first + chunk]
    with pytest.raises(DecryptionFailed):
        opened(swapped + data[first + 2 * chunk :])


def test_it_opens_in_its_place_and_with_its_key_alone() -> None:
    data = sealed(b"x")
    for other in ({"context": "other"}, {"row": UUID(int=1)}, {"dek": bytes(32)}):
        with pytest.raises(DecryptionFailed):
            opened(data, **other)  # type: ignore[arg-type]


def test_a_suite_that_is_not_allowed_is_not_read() -> None:
    header = sealed(b"x", suite=SM4_SM3)[:HEADER]
    assert dek_id_of(header, only([AES_SHA2, SM4_SM3])) == DEK_ID
    with pytest.raises(UnsupportedFormat):
        dek_id_of(header, only([AES_SHA2]))


@pytest.mark.parametrize(("at", "kind"), [(0, DecryptionFailed), (4, UnsupportedFormat), (5, UnsupportedFormat)])
def test_other_formats_are_told_apart(at: int, kind: type[Exception]) -> None:
    header = bytearray(sealed(b"x")[:HEADER])
    header[at] ^= 0xFF
    with pytest.raises(kind):
        dek_id_of(bytes(header))
    with pytest.raises(DecryptionFailed):
        dek_id_of(b"RNMD")


@pytest.mark.parametrize("suite", [AES_SHA2, SM4_SM3])
def test_ten_megabytes_pass_in_two(suite: int) -> None:
    pieces = 160

    def source() -> Iterator[bytes]:
        return (bytes(65_536) for _ in range(pieces))

    tracemalloc.start()
    header, rest = split(seal(DEK_ID, DEK, "document.content", ROW, source(), suite))
    size = sum(map(len, open_(header, DEK, "document.content", ROW, rest)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == pieces * 65_536
    assert peak < 2_000_000
