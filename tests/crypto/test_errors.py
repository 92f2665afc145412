import pytest

from crypto.errors import (
    CryptoError,
    DecryptionFailed,
    InvalidToken,
    KeyMismatch,
    KeyMissing,
    KeyRetired,
    KeyShredded,
    NotIndexable,
    UnsupportedFormat,
)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DecryptionFailed(), "decryption failed"),
        (UnsupportedFormat("version", 9), "unsupported version 9"),
        (KeyMissing("kek", b"\x01\x02\x03\x04"), "kek key 01020304 is missing"),
        (KeyRetired("kek", b"\x01\x02\x03\x04"), "kek key 01020304 is retired"),
        (KeyMismatch("kek", b"\x01\x02\x03\x04"), "kek key 01020304 is not the key known here by that id"),
        (KeyShredded(b"\x01" * 8), "data key 0101010101010101 is gone"),
        (KeyShredded(), "data key is gone"),
        (NotIndexable("mobile"), "not a well-formed mobile"),
        (InvalidToken(), "invalid token"),
    ],
)
def test_messages_name_ids_and_kinds_alone(error: CryptoError, message: str) -> None:
    assert str(error) == message


def test_every_refusal_to_open_is_one_kind() -> None:
    assert issubclass(UnsupportedFormat, DecryptionFailed)
