import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import DecryptionFailed, KeyringInvalid, UnsupportedFormat
from crypto.sealer import KeySealer, NoSealer, SecretSealer
from tests.crypto.known import VECTORS

CASE = {name: bytes.fromhex(value) for name, value in VECTORS["sealed_key"].items()}
KEY = bytes.fromhex(VECTORS["keys"]["kek"]["secret"])
SEALER = SecretSealer(CASE["secret"])


def test_sealed_keys_are_frozen() -> None:
    assert SEALER._seal(CASE["nonce"], KEY, CASE["context"]) == CASE["sealed"]
    assert SEALER.unseal(CASE["sealed"], CASE["context"]) == KEY


@pytest.mark.parametrize("sealer", [NoSealer(), SEALER])
def test_a_sealed_key_is_unsealed_to_itself(sealer: KeySealer) -> None:
    assert sealer.unseal(sealer.seal(KEY, b"context"), b"context") == KEY


@given(st.integers(0, 61 * 8 - 1))
def test_a_sealed_key_with_any_bit_flipped_is_refused(bit: int) -> None:
    flipped = bytearray(CASE["sealed"])
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(UnsupportedFormat if bit < 8 else DecryptionFailed):
        SEALER.unseal(bytes(flipped), CASE["context"])


@pytest.mark.parametrize("sealed", [b"", CASE["sealed"][:-1], CASE["sealed"] + b"\x00"])
def test_a_sealed_key_of_another_length_is_refused(sealed: bytes) -> None:
    with pytest.raises(DecryptionFailed):
        SEALER.unseal(sealed, CASE["context"])


def test_a_sealed_key_belongs_to_its_id_and_purpose() -> None:
    with pytest.raises(DecryptionFailed):
        SEALER.unseal(CASE["sealed"], CASE["context"] + b"s")


def test_another_secret_is_refused() -> None:
    with pytest.raises(DecryptionFailed):
        SecretSealer(bytes(32)).unseal(CASE["sealed"], CASE["context"])


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_secret_has_32_bytes(size: int) -> None:
    with pytest.raises(KeyringInvalid, match="must be 32 bytes"):
        SecretSealer(bytes(size))


def test_a_sealer_shows_nothing() -> None:
    assert repr(SEALER) == "<SecretSealer>"
