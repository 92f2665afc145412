from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import passwords
from crypto.keyring import Keyring
from crypto.passwords import (
    cookie_secrets,
    hash_password,
    is_outdated,
    new_recovery_code,
    password_is_right,
    recovery_digest,
    recovery_match,
)

NOW = datetime(2026, 12, 1, tzinfo=UTC)
KEYRING = Keyring.generate(NOW)
PEPPER = KEYRING.primary("pepper")


def test_the_right_password_is_right_and_another_is_not() -> None:
    kept = hash_password(PEPPER, "correct horse")
    assert password_is_right(KEYRING, kept, "correct horse")
    assert not password_is_right(KEYRING, kept, "correct hors")


def test_a_hash_is_argon2id_with_the_published_costs_and_names_its_pepper() -> None:
    kept = hash_password(PEPPER, "correct horse")
    assert kept.startswith(f"{PEPPER.id.hex()}$argon2id$v=19$m=19456,t=2,p=1$")


def test_full_width_and_plain_typing_are_one_password() -> None:
    assert password_is_right(KEYRING, hash_password(PEPPER, "ｐａｓｓ１２３４"), "pass1234")


def test_a_stolen_table_is_worth_nothing_without_the_pepper() -> None:
    other = Keyring.generate(NOW)
    kept = hash_password(other.primary("pepper"), "correct horse")
    renamed = kept.replace(other.primary("pepper").id.hex(), PEPPER.id.hex())
    assert not password_is_right(KEYRING, renamed, "correct horse")


def test_nobody_has_no_password() -> None:
    assert not password_is_right(KEYRING, None, "")


@pytest.mark.parametrize("kept", ["{}$argon2id$garbage", "{}$"])
def test_a_broken_hash_is_not_right(kept: str) -> None:
    assert not password_is_right(KEYRING, kept.format(PEPPER.id.hex()), "x")


def test_a_rotated_pepper_asks_for_a_new_hash_and_still_opens() -> None:
    kept = hash_password(PEPPER, "correct horse")
    rotated = KEYRING.with_new_primary("pepper", NOW)
    assert password_is_right(rotated, kept, "correct horse")
    assert is_outdated(rotated, kept)
    assert not is_outdated(KEYRING, kept)


def test_a_recovery_code_is_known_however_it_is_typed_and_in_no_other_form() -> None:
    code = new_recovery_code()
    kept = [recovery_digest(PEPPER, new_recovery_code()), recovery_digest(PEPPER, code)]
    assert recovery_match(KEYRING, kept, f" {code.lower().replace('-', ' ')} ") == kept[1]
    assert recovery_match(KEYRING, kept, code[:-1]) is None
    assert code.replace("-", "") not in "".join(kept)


@given(st.text())
def test_no_text_is_a_recovery_code_by_chance(text: str) -> None:
    assert recovery_match(KEYRING, [recovery_digest(PEPPER, "AAAA-BBBB-CCCC-DDDD")], text) is None


def test_cookies_are_signed_under_every_usable_pepper_the_newest_first() -> None:
    rotated = KEYRING.with_new_primary("pepper", NOW)
    assert cookie_secrets(rotated)[1:] == cookie_secrets(KEYRING)


def test_no_more_hashes_run_at_once_than_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    class Gate:
        def __enter__(self) -> None:
            held.append("in")

        def __exit__(self, *_: object) -> None:
            held.append("out")

    monkeypatch.setattr(passwords, "_AT_ONCE", Gate())
    hash_password(PEPPER, "x")
    assert held == ["in", "out"]
