import base64
import string
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.hashing import (
    InvalidToken,
    code_is_right,
    issue_client_token,
    one_time_code,
    read_client_token,
    request_digest,
    token_digest,
)
from crypto.keyring import Keyring
from tests.crypto.known import VECTORS, known_keyring

KEYRING = known_keyring()
PEPPER = KEYRING.primary("pepper")
CASE = UUID("01900000-0000-7000-8000-000000000001")
STEP = "sms_code"

numbers = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("case", VECTORS["token_digests"])
def test_digests_of_tokens_are_frozen(case: dict[str, str]) -> None:
    assert token_digest(PEPPER, case["token"]).hex() == case["digest"]


def test_a_token_of_any_characters_has_a_digest() -> None:
    digests = {token_digest(PEPPER, token) for token in ("\ud800", "\ud801", "\x00", "")}
    assert {len(digest) for digest in digests} == {32}
    assert len(digests) == 4


@pytest.mark.parametrize("case", VECTORS["client_tokens"])
def test_client_tokens_are_frozen(case: dict[str, Any]) -> None:
    assert issue_client_token(PEPPER, UUID(case["verification_id"]), case["number"]) == case["token"]
    assert read_client_token(KEYRING, case["token"]) == (UUID(case["verification_id"]), case["number"])


@given(st.uuids(), numbers)
def test_a_client_token_is_read_as_it_was_issued(verification_id: UUID, number: int) -> None:
    assert read_client_token(KEYRING, issue_client_token(PEPPER, verification_id, number)) == (verification_id, number)


TOKEN = issue_client_token(PEPPER, CASE, 1)


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_a_client_token_with_any_character_changed_is_refused(at: int) -> None:
    for character in string.ascii_letters + string.digits + "-_+/= \n.é\ud800":
        if character != TOKEN[at]:
            with pytest.raises(InvalidToken):
                read_client_token(KEYRING, TOKEN[:at] + character + TOKEN[at + 1 :])


@given(st.text(max_size=100) | st.text(string.ascii_letters, min_size=75, max_size=75).map("rn_client_".__add__))
def test_a_text_that_is_no_client_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidToken):
        read_client_token(KEYRING, text)


@pytest.mark.parametrize("text", ["", "rn_client_", TOKEN[:-1], TOKEN + "A", TOKEN + "=", " " + TOKEN, TOKEN + "\n"])
def test_a_client_token_has_one_spelling(text: str) -> None:
    with pytest.raises(InvalidToken):
        read_client_token(KEYRING, text)


def test_a_client_token_cannot_be_renumbered() -> None:
    raw = base64.urlsafe_b64decode(TOKEN.removeprefix("rn_client_") + "=")
    forged = raw[:20] + (2).to_bytes(4, "big") + raw[24:]
    with pytest.raises(InvalidToken):
        read_client_token(KEYRING, "rn_client_" + base64.urlsafe_b64encode(forged).decode().rstrip("="))


def test_client_tokens_outlive_a_rotation_but_not_retirement(now: Any) -> None:
    rotated = KEYRING.with_new_primary("pepper", now)
    assert read_client_token(rotated, TOKEN) == (CASE, 1)
    retired = Keyring(replace(k, state="retired") if k.id == PEPPER.id else k for k in rotated.keys)
    with pytest.raises(InvalidToken):
        read_client_token(retired, TOKEN)


@pytest.mark.parametrize("case", VECTORS["codes"], ids=lambda case: f"{case['step']}-{case['issue']}")
def test_one_time_codes_are_frozen(case: dict[str, Any]) -> None:
    verification_id = UUID(case["verification_id"])
    assert one_time_code(PEPPER, verification_id, case["step"], case["issue"]) == case["code"]
    assert code_is_right(KEYRING, verification_id, case["step"], case["issue"], case["code"])


@given(st.uuids(), numbers)
def test_a_code_is_six_digits_and_right_for_its_own_issue(verification_id: UUID, issue: int) -> None:
    code = one_time_code(PEPPER, verification_id, STEP, issue)
    assert len(code) == 6
    assert set(code) <= set(string.digits)
    assert code_is_right(KEYRING, verification_id, STEP, issue, code)
    assert one_time_code(PEPPER, verification_id, STEP, issue) == code


@pytest.mark.parametrize(
    "submitted", ["", "28435", "0284359", "284359 ", "２８４３５９", "\ud800", "284358", "284359\x00"]
)
def test_anything_but_the_code_is_wrong(submitted: str) -> None:
    assert one_time_code(PEPPER, CASE, STEP, 1) == "284359"
    assert not code_is_right(KEYRING, CASE, STEP, 1, submitted)


def test_a_code_belongs_to_one_verification_step_and_issue() -> None:
    assert code_is_right(KEYRING, CASE, STEP, 1, "284359")
    assert not code_is_right(KEYRING, UUID(int=CASE.int + 1), STEP, 1, "284359")
    assert not code_is_right(KEYRING, CASE, "email_code", 1, "284359")
    assert not code_is_right(KEYRING, CASE, STEP, 2, "284359")


def test_a_code_sent_before_a_rotation_is_still_right(now: Any) -> None:
    rotated = KEYRING.with_new_primary("pepper", now)
    assert code_is_right(rotated, CASE, STEP, 1, "284359")
    assert code_is_right(rotated, CASE, STEP, 1, one_time_code(rotated.primary("pepper"), CASE, STEP, 1))


@pytest.mark.parametrize("case", VECTORS["request_digests"])
def test_digests_of_requests_are_frozen(case: dict[str, Any]) -> None:
    assert request_digest(PEPPER, *map(bytes.fromhex, case["parts"])).hex() == case["digest"]


@given(st.lists(st.binary(max_size=9)), st.lists(st.binary(max_size=9)))
def test_requests_have_equal_digests_exactly_when_their_parts_are(one: list[bytes], other: list[bytes]) -> None:
    assert (request_digest(PEPPER, *one) == request_digest(PEPPER, *other)) == (one == other)


def test_a_body_of_any_size_has_a_digest() -> None:
    assert len(request_digest(PEPPER, bytes(1_000_000))) == 32
