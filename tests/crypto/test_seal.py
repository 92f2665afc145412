from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import seal
from crypto.errors import CryptoError, DecryptionFailed, KeyMissing, KeyRetired, UnsupportedFormat
from crypto.index import BlindIndex
from crypto.keyring import Keyring
from crypto.seal import FieldCipher, dek_id_of, new_data_key, unwrap, wrap
from tests.crypto.known import SUITE_2, VECTORS, known_keyring

ROW = UUID("01900000-0000-7000-8000-000000000001")
OTHER_ROW = UUID("01900000-0000-7000-8000-000000000002")
CONTEXT = "person.id_number"

DEK_ID = bytes.fromhex(VECTORS["wrapped_dek"]["dek_id"])
DEK = bytes.fromhex(VECTORS["wrapped_dek"]["dek"])
NONCE = bytes.fromhex(VECTORS["wrapped_dek"]["nonce"])
WRAPPED = bytes.fromhex(VECTORS["wrapped_dek"]["wrapped"])

CIPHER = FieldCipher(DEK_ID, DEK, 1)
KEYRING = known_keyring()


def refusal(call: Any, *given_: Any) -> type[Exception] | None:
    try:
        call(*given_)
    except CryptoError as error:
        return type(error)
    return None


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("field", VECTORS["fields"], ids=lambda field: field["context"])
def test_a_field_sealed_at_any_time_opens(field: dict[str, str]) -> None:
    opened = CIPHER.open(field["context"], UUID(field["row_id"]), bytes.fromhex(field["sealed"]))
    assert opened.decode() == field["plaintext"]


@pytest.mark.parametrize("field", VECTORS["fields"], ids=lambda field: field["context"])
def test_fields_are_sealed_in_the_frozen_format(field: dict[str, str]) -> None:
    plaintext = field["plaintext"].encode()
    sealed = CIPHER._seal(bytes.fromhex(field["nonce"]), field["context"], UUID(field["row_id"]), plaintext)
    assert sealed.hex() == field["sealed"]


@given(st.binary(max_size=200), st.text(max_size=40, alphabet="abc._身份"), st.uuids())
def test_what_is_sealed_opens_again(plaintext: bytes, context: str, row_id: UUID) -> None:
    sealed = CIPHER.seal(context, row_id, plaintext)
    assert CIPHER.open(context, row_id, sealed) == plaintext
    assert dek_id_of(sealed) == DEK_ID
    assert len(sealed) == 38 + 32 * (len(plaintext) // 32 + 1)


def test_every_name_and_number_of_a_person_has_one_length() -> None:
    values = ["张三", "阿依古丽买买提江艾合", "11010519491231002X", "6222021234567890128", "+8613800138000"]
    assert {len(CIPHER.seal(CONTEXT, ROW, value.encode())) for value in values} == {70}


@pytest.mark.parametrize(
    ("sealed", "expected"),
    [(b"", DecryptionFailed), (b"\x01\x01" + bytes(67), DecryptionFailed), (bytes(70), UnsupportedFormat)],
)
def test_no_data_key_is_named_by_what_is_no_field(sealed: bytes, expected: type[Exception]) -> None:
    assert refusal(dek_id_of, sealed) is expected


def test_sealing_twice_gives_unlike_bytes() -> None:
    assert CIPHER.seal(CONTEXT, ROW, b"same") != CIPHER.seal(CONTEXT, ROW, b"same")


def test_a_field_with_any_bit_flipped_is_refused() -> None:
    sealed = CIPHER.seal(CONTEXT, ROW, b"x")
    refusals = [refusal(CIPHER.open, CONTEXT, ROW, flipped(sealed, bit)) for bit in range(70 * 8)]
    assert refusals == [UnsupportedFormat] * 16 + [DecryptionFailed] * (70 * 8 - 16)


@given(st.binary(max_size=70), st.integers(0, 102), st.binary(min_size=1, max_size=40))
def test_a_field_cut_short_or_made_longer_is_refused(plaintext: bytes, cut: int, more: bytes) -> None:
    sealed = CIPHER.seal(CONTEXT, ROW, plaintext)
    assert refusal(CIPHER.open, CONTEXT, ROW, sealed[: min(cut, len(sealed) - 1)]) is DecryptionFailed
    assert refusal(CIPHER.open, CONTEXT, ROW, sealed + more) is DecryptionFailed
    assert refusal(CIPHER.open, CONTEXT, ROW, more + sealed) in {DecryptionFailed, UnsupportedFormat}


@given(st.binary(max_size=120))
def test_bytes_that_were_never_sealed_are_refused(data: bytes) -> None:
    assert refusal(CIPHER.open, CONTEXT, ROW, data) in {DecryptionFailed, UnsupportedFormat}
    assert refusal(unwrap, KEYRING, DEK_ID, data) in {DecryptionFailed, UnsupportedFormat, KeyMissing}


@pytest.mark.parametrize(
    ("context", "row_id"),
    [("person.name", ROW), (CONTEXT, OTHER_ROW), ("", ROW), (CONTEXT + "\x00", ROW)],
)
def test_a_field_moved_to_another_place_is_refused(context: str, row_id: UUID) -> None:
    assert refusal(CIPHER.open, context, row_id, CIPHER.seal(CONTEXT, ROW, b"x")) is DecryptionFailed


@given(st.text(max_size=9, alphabet="ab"), st.text(max_size=9, alphabet="ab"), st.uuids(), st.uuids())
def test_a_field_opens_in_its_own_place_alone(context: str, other: str, row: UUID, other_row: UUID) -> None:
    sealed = CIPHER.seal(context, row, b"x")
    opens = refusal(CIPHER.open, other, other_row, sealed) is None
    assert opens == ((context, row) == (other, other_row))


def test_a_field_of_another_data_key_is_refused() -> None:
    other = FieldCipher(*new_data_key(1), 1)
    assert refusal(CIPHER.open, CONTEXT, ROW, other.seal(CONTEXT, ROW, b"x")) is DecryptionFailed


def test_a_field_relabelled_with_this_data_keys_id_is_refused() -> None:
    sealed = FieldCipher(*new_data_key(1), 1).seal(CONTEXT, ROW, b"x")
    assert refusal(CIPHER.open, CONTEXT, ROW, sealed[:2] + DEK_ID + sealed[10:]) is DecryptionFailed


def test_fields_swapped_between_two_rows_are_refused() -> None:
    one, other = CIPHER.seal(CONTEXT, ROW, b"one"), CIPHER.seal(CONTEXT, OTHER_ROW, b"other")
    assert refusal(CIPHER.open, CONTEXT, OTHER_ROW, one) is DecryptionFailed
    assert refusal(CIPHER.open, CONTEXT, ROW, other) is DecryptionFailed


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        bytes(32),
        b"x" * 32,
        b"x\x80" + bytes(62),
        b"x" * 31 + b"\x80" + bytes(32),
        b"x" * 15 + b"\x80",
        b"x" * 31 + b"\x01",
    ],
    ids=["empty", "zeros", "none", "too long", "a block too many", "half a block", "another mark"],
)
def test_only_the_one_right_padding_is_opened(padded: bytes) -> None:
    place = CIPHER._header + seal.framed(CONTEXT) + ROW.bytes
    sealed = CIPHER._header + NONCE + CIPHER._seals.encrypt(NONCE, padded, place)
    assert refusal(CIPHER.open, CONTEXT, ROW, sealed) is DecryptionFailed


def test_a_refusal_tells_nothing() -> None:
    with pytest.raises(DecryptionFailed) as caught:
        CIPHER.open(CONTEXT, OTHER_ROW, CIPHER.seal(CONTEXT, ROW, b"secret"))
    assert str(caught.value) == "decryption failed"
    assert caught.value.args == ("decryption failed",)
    assert caught.value.__cause__ is None


def test_ciphers_show_their_id_alone() -> None:
    assert repr(CIPHER) == "<FieldCipher d0d1d2d3d4d5d6d7>"


def test_a_data_key_wrapped_at_any_time_unwraps() -> None:
    assert unwrap(KEYRING, DEK_ID, WRAPPED) == DEK


def test_data_keys_are_wrapped_in_the_frozen_format() -> None:
    assert seal._wrap(NONCE, KEYRING.primary("kek"), DEK_ID, DEK) == WRAPPED


def test_a_wrapped_key_with_any_bit_flipped_is_refused() -> None:
    refusals = [refusal(unwrap, KEYRING, DEK_ID, flipped(WRAPPED, bit)) for bit in range(66 * 8)]
    assert refusals == [UnsupportedFormat] * 16 + [KeyMissing] * 32 + [DecryptionFailed] * (66 * 8 - 48)


@pytest.mark.parametrize("wrapped", [WRAPPED[:-1], WRAPPED + b"\x00", b"", WRAPPED[:18]])
def test_a_wrapped_key_of_another_length_is_refused(wrapped: bytes) -> None:
    assert refusal(unwrap, KEYRING, DEK_ID, wrapped) is DecryptionFailed


def test_a_wrapped_key_under_another_id_is_refused() -> None:
    assert refusal(unwrap, KEYRING, bytes(8), WRAPPED) is DecryptionFailed


def test_a_key_wrapped_before_a_rotation_unwraps_after_it(keyring: Keyring, now: Any) -> None:
    dek_id, dek = new_data_key(1)
    wrapped = wrap(keyring.primary("kek"), dek_id, dek)
    assert unwrap(keyring.with_new_primary("kek", now), dek_id, wrapped) == dek


def test_a_missing_kek_is_named() -> None:
    stranger = Keyring(replace(k, id=b"\x0f" + k.id[1:]) for k in KEYRING.keys)
    with pytest.raises(KeyMissing, match="kek key 0a1b2c3d is missing"):
        unwrap(stranger, DEK_ID, WRAPPED)


def test_a_retired_kek_is_refused(now: Any) -> None:
    rotated = KEYRING.with_new_primary("kek", now)
    retired = Keyring(replace(k, state="retired") if k.id == WRAPPED[2:6] else k for k in rotated.keys)
    with pytest.raises(KeyRetired, match="kek key 0a1b2c3d is retired"):
        unwrap(retired, DEK_ID, WRAPPED)


def test_a_kek_of_one_suite_is_not_used_in_another() -> None:
    assert refusal(unwrap, KEYRING, DEK_ID, b"\x01\x02" + WRAPPED[2:]) is DecryptionFailed


def test_fields_of_two_suites_open_under_one_data_key() -> None:
    old, new = CIPHER.seal(CONTEXT, ROW, b"x"), FieldCipher(DEK_ID, DEK, 2).seal(CONTEXT, ROW, b"x")
    for cipher in (FieldCipher(DEK_ID, DEK, 1), FieldCipher(DEK_ID, DEK, 2)):
        assert [cipher.open(CONTEXT, ROW, sealed) for sealed in (old, new, old, new)] == [b"x"] * 4
    assert refusal(CIPHER.open, CONTEXT, ROW, b"\x01\x02" + old[2:]) is DecryptionFailed


@pytest.mark.parametrize("suite", [0, 3, 255])
def test_a_data_key_is_not_made_for_an_unknown_suite(suite: int) -> None:
    assert refusal(new_data_key, suite) is UnsupportedFormat
    assert refusal(FieldCipher, DEK_ID, DEK, suite) is UnsupportedFormat


def test_suite_2_writes_and_reads_its_frozen_formats() -> None:
    keyring = known_keyring(suite=2)
    wrapped, sealed = bytes.fromhex(SUITE_2["wrapped"]), bytes.fromhex(SUITE_2["sealed"])
    assert seal._wrap(NONCE, keyring.primary("kek"), DEK_ID, DEK) == wrapped
    assert unwrap(keyring, DEK_ID, wrapped) == DEK
    cipher = FieldCipher(DEK_ID, DEK, 2)
    assert cipher._seal(NONCE, CONTEXT, ROW, b"11010519491231002X") == sealed
    assert cipher.open(CONTEXT, ROW, sealed) == b"11010519491231002X"
    assert BlindIndex(keyring).tags("mobile", "13800138000")[0].tag.hex() == SUITE_2["mobile_tag"]


def test_data_keys_are_random() -> None:
    made = [new_data_key(1) for _ in range(100)]
    assert {(len(dek_id), len(dek)) for dek_id, dek in made} == {(8, 32)}
    assert len({dek_id for dek_id, _ in made} | {dek for _, dek in made}) == 200
