from collections.abc import Callable
from datetime import date

import pytest
from stdnum import luhn
from stdnum.cn import ric

from providers.testing.identities import (
    COUNTIES,
    FIRST_BIRTH,
    Identities,
    Identity,
    adult,
    card,
    child,
    full_name,
    id_number,
    minor,
    mobile,
)

TODAY = date(2026, 1, 1)


def age(born: date) -> int:
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


@pytest.mark.parametrize("n", [0, 1, 13_999, 14_000, 69_999])
@pytest.mark.parametrize("person", [adult, minor, child])
def test_an_id_number_is_well_formed(person: Callable[[int], Identity], n: int) -> None:
    assert ric.is_valid(person(n).id_number)


def test_an_id_number_holds_the_birth_date() -> None:
    assert adult(3).id_number[6:14] == f"{adult(3).birth_date:%Y%m%d}"


def test_the_check_character_may_be_an_x() -> None:
    assert id_number("110101", date(1990, 1, 1), 13)[-1] in "0123456789X"
    assert any(adult(n).id_number.endswith("X") for n in range(100))


@pytest.mark.parametrize("n", [0, 13_999, 20_000])
def test_an_adult_is_of_age(n: int) -> None:
    assert 18 <= age(adult(n).birth_date) <= 70


@pytest.mark.parametrize("n", range(12))
def test_a_minor_is_neither_adult_nor_child(n: int) -> None:
    assert 14 <= age(minor(n, today=TODAY).birth_date) < 18


@pytest.mark.parametrize("n", range(12))
def test_a_child_is_under_fourteen(n: int) -> None:
    assert 0 <= age(child(n, today=TODAY).birth_date) < 14


def test_adults_are_all_different() -> None:
    numbers = {adult(n).id_number for n in range(0, 70_000, 7)}
    assert len(numbers) == 10_000
    assert len(COUNTIES) * 14_000 == 70_000


def test_the_same_number_is_the_same_person() -> None:
    assert adult(7) == adult(7)
    assert adult(0).birth_date == FIRST_BIRTH


def test_a_name_may_be_given() -> None:
    assert adult(7, "张不符").name == "张不符"
    assert adult(7).name == full_name(7)


@pytest.mark.parametrize("n", [0, 1, 123_456_789])
def test_a_card_number_is_right_by_luhn(n: int) -> None:
    assert luhn.is_valid(card(n))
    assert len(card(n)) == 16


def test_a_mobile_has_eleven_digits() -> None:
    assert mobile(1) == "13800000001"


def test_an_identity_shows_nothing() -> None:
    assert adult(1).id_number not in repr(adult(1))
    assert adult(1).name not in repr(adult(1))


def test_a_factory_gives_no_two_alike(realname_identities: Identities) -> None:
    given = [realname_identities.adult().id_number for _ in range(20)]
    given += [realname_identities.card(), realname_identities.card()]
    given += [realname_identities.mobile(), realname_identities.mobile()]
    assert len(set(given)) == 24


def test_a_factory_knows_the_young(realname_identities: Identities) -> None:
    assert realname_identities.minor("李四").name == "李四"
    assert realname_identities.child().birth_date > realname_identities.minor().birth_date
