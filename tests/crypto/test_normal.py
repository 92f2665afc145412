import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import NotIndexable
from crypto.normal import KINDS, normalise
from tests.crypto.known import VECTORS

TEXT_KINDS = sorted(KINDS - {"face_image"})
SECOND_WEIGHTS = [2 ** (17 - i) % 11 for i in range(17)]

people = st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{9}", fullmatch=True)
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


def with_check(digits: str) -> str:
    """As the law's formula has it: the weighted sum of all 18 is 1 modulo 11."""
    total = sum(int(d) * w for d, w in zip(digits, SECOND_WEIGHTS, strict=True))
    return digits + "0123456789X"[(1 - total) % 11]


def norm_or_none(kind: str, value: str | bytes) -> bytes | None:
    try:
        return normalise(kind, value)
    except NotIndexable:
        return None


@pytest.mark.parametrize("case", VECTORS["normal"], ids=lambda case: ascii(case["value"]))
def test_normal_forms_are_frozen(case: dict[str, str]) -> None:
    assert normalise(case["kind"], case["value"]).decode() == case["norm"]
    assert normalise(case["kind"], case["value"].encode()).decode() == case["norm"]


@pytest.mark.parametrize("case", VECTORS["not_indexable"], ids=lambda case: ascii(case["value"]))
def test_what_is_not_well_formed_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(NotIndexable) as caught:
        normalise(case["kind"], case["value"])
    assert str(caught.value) == f"not a well-formed {case['kind']}"


@given(people)
def test_the_check_character_follows_the_formula(digits: str) -> None:
    good = with_check(digits)
    assert normalise("cn.id_number", good.lower()).decode() == good
    for wrong in set("0123456789X") - {good[17]}:
        with pytest.raises(NotIndexable):
            normalise("cn.id_number", digits + wrong)


@given(people)
def test_the_short_number_of_a_person_is_the_long_one(digits: str) -> None:
    long = with_check(digits[:6] + "19" + digits[8:])
    assert normalise("cn.id_number", long[:6] + long[8:17]) == normalise("cn.id_number", long)


@given(mobiles)
def test_all_spellings_of_a_mobile_are_one(mobile: str) -> None:
    spellings = [mobile, f"+86{mobile}", f"0086{mobile}", f"86 {mobile[:3]}-{mobile[3:]}", f"+86\u2009{mobile}"]
    assert {normalise("mobile", spelling).decode() for spelling in spellings} == {f"+86{mobile}"}


@given(st.from_regex(r"[0-9]{11,18}", fullmatch=True))
def test_of_ten_last_digits_a_card_has_one(digits: str) -> None:
    cards = [norm_or_none("bank_card", f"{digits}{last}") for last in range(10)]
    assert cards.count(None) == 9


@given(st.sampled_from(TEXT_KINDS), st.text(max_size=70) | st.from_regex(r"[-+ 0-9Xx０-９]{11,20}", fullmatch=True))
def test_any_text_has_a_lasting_normal_form_or_is_refused(kind: str, value: str) -> None:
    norm = norm_or_none(kind, value)
    assert norm is None or norm_or_none(kind, norm) == norm


@given(st.sampled_from(TEXT_KINDS), st.binary(max_size=70))
def test_any_bytes_have_a_lasting_normal_form_or_are_refused(kind: str, value: bytes) -> None:
    norm = norm_or_none(kind, value)
    assert norm is None or norm_or_none(kind, norm) == norm


@pytest.mark.parametrize("value", ["\ud800", "138\udc80000138000", b"\xed\xa0\x80", b"\xff\xfe"])
def test_lone_surrogates_and_broken_text_are_not_indexable(value: str | bytes) -> None:
    with pytest.raises(NotIndexable) as caught:
        normalise("mobile", value)
    assert caught.value.__context__ is None


def test_an_endless_text_is_refused_unread() -> None:
    with pytest.raises(NotIndexable):
        normalise("mobile", " " * 10_000_000 + "13800138000")


@given(st.binary())
def test_images_are_taken_byte_for_byte(image: bytes) -> None:
    assert normalise("face_image", image) == image


def test_an_image_is_bytes() -> None:
    with pytest.raises(NotIndexable):
        normalise("face_image", "text")
