"""Local checks: what passes, what it becomes, what is refused and by which code."""

import string
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from verify.flows import checks
from verify.flows.checks import InvalidValue

TODAY = date(2026, 11, 24)

#: a county that never was, so that the number is nobody's
NOWHERE = "000000"


def an_id_number(birth: date = date(1990, 1, 2), county: str = NOWHERE, order: int = 1) -> str:
    body = f"{county}{birth:%Y%m%d}{order:03}"
    return body + ric.calc_check_digit(body + "0")


def wide(text: str) -> str:
    """ASCII as full-width forms, the way a Chinese keyboard may give it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text).replace(" ", "\u3000")


def refusal(check: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(InvalidValue) as caught:
        check(*arguments)
    assert caught.value.args == (caught.value.code,)
    return caught.value.code


def id_numbers() -> st.SearchStrategy[str]:
    return st.builds(
        an_id_number,
        birth=st.dates(checks.EARLIEST_BIRTH, TODAY),
        county=st.from_regex(r"[0-9]{6}", fullmatch=True),
        order=st.integers(0, 999),
    )


def card_numbers() -> st.SearchStrategy[str]:
    bodies = st.from_regex(r"[1-9][0-9]{11,17}", fullmatch=True)
    return bodies.map(lambda body: body + luhn.calc_check_digit(body))


def any_text() -> st.SearchStrategy[str]:
    return st.text(st.characters(codec=None))


# Names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张三", "张三"),
        (" 张三 ", "张三"),
        ("张 三", "张三"),
        ("张\u3000三", "张三"),
        ("\u202a张三\u202c", "张三"),
        ("阿依古丽\u2022买买提", "阿依古丽·买买提"),
        ("阿依古丽\u30fb买买提", "阿依古丽·买买提"),
        ("阿依古丽\uff65买买提", "阿依古丽·买买提"),
        ("阿依古丽\u2027买买提", "阿依古丽·买买提"),
        ("阿依古丽\u2219买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽\uff0e买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("阿依古丽 . 买买提", "阿依古丽·买买提"),
        ("Anna  Smith", "Anna Smith"),
        (wide("Anna Smith"), "Anna Smith"),
        ("Seán O\u2019Neill", "Seán O'Neill"),
        ("Anne\u2010Marie Lüthi", "Anne-Marie Lüthi"),
        ("\u2f00\uf9dc", "一\u9686"),
    ],
)
def test_a_name_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert checks.name(typed) == kept


@pytest.mark.parametrize(
    "rare",
    ["\u4dae", "\U00020164", "\U0002a6df", "\U0002b740", "\U00030edd", "\U000323af", "\U00033479", "\u3007", "\u9fff"],
    ids=lambda c: f"{ord(c):x}",
)
def test_a_rare_character_is_kept(rare: str) -> None:
    assert checks.name("张" + rare) == "张" + rare


@pytest.mark.parametrize(
    "refused",
    [
        "张三1",
        wide("张三1"),
        "张三①",
        "张\x00三",
        "张\n三",
        "张\ud800三",
        "张\ue863三",
        "张三(北京)",
        "张_三",
        "张😀三",
        "·张三",
        "张三·",
        "张··三",
        "Anna.Smith",
        "John F. Kennedy",
        "-Anna",
        "O''Neill",
        "Анна",
        "<b>张三</b>",
    ],
    ids=ascii,
)
def test_other_characters_are_refused_in_a_name(refused: str) -> None:
    assert refusal(checks.name, refused) == "name_characters"


@pytest.mark.parametrize("refused", ["", " ", "张", "\U00020164", "张" * 61, " " * 500 + "张三"], ids=len)
def test_a_name_too_short_or_too_long_is_refused(refused: str) -> None:
    assert refusal(checks.name, refused) == "name_length"


@pytest.mark.parametrize("name", ["张三", "\U00020164\U00020164", "张" * 60], ids=len)
def test_a_name_is_measured_in_code_points(name: str) -> None:
    assert checks.name(name) == name


# ID numbers


@given(id_numbers())
def test_every_number_with_its_check_character_and_a_birth_date_passes(number: str) -> None:
    assert checks.id_number(number, TODAY) == number


@given(id_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_change_is_refused(number: str, place: int, other: str) -> None:
    changed = number[:place] + other + number[place + 1 :]

    if changed != number:
        assert refusal(checks.id_number, changed, TODAY) in {"id_number_check_digit", "id_number_format"}


@given(id_numbers(), st.integers(0, 16))
def test_any_two_neighbours_swapped_are_refused(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    if swapped != number:
        assert refusal(checks.id_number, swapped, TODAY) in {"id_number_check_digit", "id_number_format"}


@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.lower,
        wide,
        lambda number: f" {number[:6]} {number[6:14]} {number[14:]} ",
        lambda number: f"{number[:6]}-{number[6:14]}\u2010{number[14:]}",
        lambda number: number.replace("X", "\u2169"),
        lambda number: f"\u202d{number}\u202c",
    ],
    ids=["plain", "lower case", "full width", "spaces", "hyphens", "Roman ten", "pasted from contacts"],
)
def test_an_id_number_is_kept_in_one_spelling(spell: Callable[[str], str]) -> None:
    number = next(n for n in (an_id_number(order=i) for i in range(1000)) if n.endswith("X"))

    assert checks.id_number(spell(number), TODAY) == number


@pytest.mark.parametrize("county", ["810000", "820000", "830000", "911156", "469099"])
def test_no_county_is_judged(county: str) -> None:
    assert checks.id_number(an_id_number(county=county), TODAY)


def test_a_first_generation_number_is_refused_by_name() -> None:
    assert refusal(checks.id_number, "000000 900102 001") == "id_number_15_digits"


@pytest.mark.parametrize(
    "typed", ["", "0" * 17, "0" * 19, "X" * 18, "H1234567", "张三", "²" * 400, "0" * 401], ids=ascii
)
def test_another_shape_is_refused(typed: str) -> None:
    assert refusal(checks.id_number, typed) == "id_number_format"


@pytest.mark.parametrize("day", ["19900230", "19901301", "19900100", "18991231", "20261125", "00000000"])
def test_an_impossible_birth_date_is_refused(day: str) -> None:
    body = f"{NOWHERE}{day}001"

    assert refusal(checks.id_number, body + ric.calc_check_digit(body + "0"), TODAY) == "id_number_birth_date"


@pytest.mark.parametrize("day", [checks.EARLIEST_BIRTH, TODAY, date(2000, 2, 29)])
def test_a_birth_date_at_the_edge_passes(day: date) -> None:
    number = an_id_number(day)

    assert checks.birth_date(checks.id_number(number, TODAY)) == day


def test_without_a_day_given_nobody_is_born_after_today() -> None:
    tomorrow = datetime.now(checks.SHANGHAI).date() + timedelta(days=1)

    assert refusal(checks.id_number, an_id_number(tomorrow)) == "id_number_birth_date"


# Age


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2008, 11, 24), date(2026, 11, 23), 17),
        (date(2008, 11, 24), date(2026, 11, 24), 18),
        (date(2008, 11, 24), date(2026, 11, 25), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 28), 19),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 11, 24), date(2026, 11, 24), 0),
    ],
)
def test_a_year_is_full_on_the_birthday(birth: date, day: date, age: int) -> None:
    assert checks.age_on(birth, day) == age


# Cards


@given(card_numbers())
def test_every_card_number_with_its_luhn_digit_passes(number: str) -> None:
    assert checks.card_number(number) == number


@given(card_numbers(), st.data())
def test_any_single_digit_changed_is_refused(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from(string.digits.replace(number[place], "")))

    changed = number[:place] + other + number[place + 1 :]

    assert refusal(checks.card_number, changed) == "card_number_check_digit"


@pytest.mark.parametrize("spelled", ["6222 0000 0000 0009", "6222-0000-0000-0009", wide("6222000000000009")])
def test_a_card_number_is_kept_as_digits(spelled: str) -> None:
    assert checks.card_number(spelled) == "6222000000000009"


@pytest.mark.parametrize("typed", ["", "4" * 12, "4" * 20, "622200000000000X", "二" * 16], ids=ascii)
def test_another_shape_is_no_card_number(typed: str) -> None:
    assert refusal(checks.card_number, typed) == "card_number_format"


# Mobiles


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        "138 0000 0001",
        "138-0000-0001",
        wide("13800000001"),
        "+8613800000001",
        "+86 138 0000 0001",
        "+86-138-0000-0001",
        "008613800000001",
        "8613800000001",
        "\u202d138 0000 0001\u202c",
    ],
    ids=ascii,
)
def test_a_mobile_is_kept_as_eleven_digits(typed: str) -> None:
    assert checks.mobile(typed) == "13800000001"


@pytest.mark.parametrize(
    "typed", ["", "12800000001", "1380000000", "138000000011", "+85213800000001", "02112345678", "1380000000X"]
)
def test_another_number_is_no_mainland_mobile(typed: str) -> None:
    assert refusal(checks.mobile, typed) == "mobile_format"


# Plain text and labels


@pytest.mark.parametrize("value", ["", "订单 1001", "Ünï 😀\u200d", "\U00020164", "a" * 64], ids=ascii)
def test_plain_text_stays_as_it_is(value: str) -> None:
    assert checks.text(value, 64) == value


@pytest.mark.parametrize(
    "value", ["a\x00", "a\n", "\x1b[0m", "\x7f", "\x85", "\ud800", "\u2028", "\u202egnp"], ids=ascii
)
def test_text_that_hides_something_is_refused(value: str) -> None:
    assert refusal(checks.text, value, 64) == "control_characters"


def test_text_is_measured_in_code_points() -> None:
    assert refusal(checks.text, "\U00020164" * 65, 64) == "too_long"


@pytest.mark.parametrize(
    "value",
    [
        "13800000001",
        "+86 138 0000 0001",
        "138-0000-0001",
        wide("13800000001"),
        "user:13800000001",
        "acct_13800000001_b",
        "8613800000001",
        "someone@example.com",
        "Some One <someone@example.com>",
        "someone@example.cn",
        "某人@例子.中国",
        an_id_number(),
        f"id={an_id_number()}",
        an_id_number(order=5).lower(),
        "000000 19900102 " + an_id_number()[14:],
    ],
)
def test_a_label_that_looks_personal_is_noticed(value: str) -> None:
    assert checks.looks_personal(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "acct-1001",
        "user_42",
        "张三",
        "@handle",
        "git@host",
        "user@10.0.0.1",
        "0198c0de-7d1c-7000-8000-13800000001a",
        "0198c0de7d1c7000800013800000001a",
        "1732438800",
        "1732438800123",
        "12800000001",
        "138000000011",
        "ref13800000001",
        "202611241234567890",
        "1860012345678901234",
        "000000199001020019",
        "https://example.com/orders/1001",
        "01JD0Z5K3M8Q4R6T7V9W2X1Y3Z",
    ],
)
def test_an_ordinary_id_is_no_personal_label(value: str) -> None:
    assert not checks.looks_personal(value)


@given(st.uuids())
def test_no_uuid_is_a_personal_label(value: UUID) -> None:
    assert not checks.looks_personal(str(value))
    assert not checks.looks_personal(f"ver_{value}")


@given(id_numbers().filter(lambda number: number[-1] != "X"), st.integers(1, 9))
def test_an_order_number_that_fails_the_check_digit_is_no_id_number(number: str, shift: int) -> None:
    assert not checks.looks_personal(number[:-1] + str((int(number[-1]) + shift) % 10))


# Masks


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("\U00020164三", "\U00020164*"),
        ("阿依古丽·买买提", "阿*******"),
        ("Anna Smith", "A*********"),
        ("", ""),
    ],
    ids=ascii,
)
def test_a_masked_name_shows_its_first_character(name: str, shown: str) -> None:
    assert checks.mask_name(name) == shown


def test_a_masked_id_number_shows_first_and_last_character() -> None:
    number = an_id_number(county="110000")

    assert checks.mask_id_number(number) == "1****************" + number[-1]


def test_a_masked_mobile_shows_three_and_four_digits() -> None:
    assert checks.mask_mobile("13800000001") == "138****0001"


def test_a_card_shows_its_last_four_digits() -> None:
    assert checks.last4("6222000000001234") == "1234"


# Any text whatever

CHECKS: list[Callable[[str], str]] = [
    checks.name,
    checks.id_number,
    checks.card_number,
    checks.mobile,
    lambda value: checks.text(value, 64),
]


def likely_text() -> st.SearchStrategy[str]:
    """Text near what passes, so that the checks get past their first line."""
    signs = "张\U00020164é Aé'’·•.-- 0138XxⅩ+\u200b\u202c\u0301"
    return any_text() | st.text(signs) | id_numbers() | card_numbers()


def kept_or_code(check: Callable[[str], str], value: str) -> str:
    try:
        return check(value)
    except InvalidValue as error:
        return error.code


@pytest.mark.parametrize("check", CHECKS)
@given(value=likely_text())
@example(value="e\u200d\u0301e")
@example(value="ŉa")
@example(value="\ud800")
def test_any_text_is_normalised_once_or_refused_by_a_known_code(check: Callable[[str], str], value: str) -> None:
    kept = kept_or_code(check, value)

    assert kept in checks.CODES or check(kept) == kept


@given(likely_text())
def test_any_text_is_personal_or_not(value: str) -> None:
    assert checks.looks_personal(value) in {True, False}
