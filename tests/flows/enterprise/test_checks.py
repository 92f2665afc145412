import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.testing.enterprises import enterprise
from verify.flows.checks import InvalidValue
from verify.flows.enterprise import checks

#: registered by letters' registrars: 工会, 农业农村, 央地其他
LETTERS = ("81", "N1", "Y1", "A1")


def with_check(body: str) -> str:
    return next(body + c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if _passes(checks.credit_code, body + c))


def _passes(check: object, value: str) -> bool:
    try:
        check(value)  # type: ignore[operator]
    except InvalidValue:
        return False
    return True


def code_of(check: object, value: str) -> str:
    with pytest.raises(InvalidValue) as caught:
        check(value)  # type: ignore[operator]
    return caught.value.code


@given(st.integers(1, 99_999_999))
def test_well_formed_codes_pass(n: int) -> None:
    found = enterprise(n)
    assert checks.credit_code(found.credit_code) == found.credit_code
    assert checks.organization_code(found.organization_code) == found.organization_code


@pytest.mark.parametrize("registrar", LETTERS)
def test_registrars_may_be_letters(registrar: str) -> None:
    code = with_check(registrar + "110000" + "000000019"[:9])
    assert checks.credit_code(code) == code


@given(st.integers(1, 9_999), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_never_passes(n: int, place: int, wrong: str) -> None:
    code = enterprise(n).credit_code
    typed = code[:place] + wrong + code[place + 1 :]
    assert _passes(checks.credit_code, typed) == (typed == code)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "credit_code_format"),
        ("9199000000000001", "credit_code_format"),
        ("91990000O00000001X", "credit_code_format"),
        ("91990000" + "9" * 400, "credit_code_format"),
    ],
)
def test_what_is_no_credit_code_is_said_to_be_none(typed: str, code: str) -> None:
    assert code_of(checks.credit_code, typed) == code


def test_a_credit_code_may_be_typed_wide_in_groups_and_in_lower_case() -> None:
    code = enterprise(1).credit_code
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for typed in (code.lower(), f" {code[:2]} {code[2:8]}-{code[8:]} ", wide):
        assert checks.credit_code(typed) == code


def test_an_organization_code_has_its_check_character() -> None:
    assert checks.organization_code("d2143569-x") == "D2143569X"  # the example of GB 11714
    assert code_of(checks.organization_code, "D21435690") == "organization_code_check_digit"
    assert code_of(checks.organization_code, "D2143569") == "organization_code_format"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("示例(北京)科技有限公司", "示例（北京）科技有限公司"),
        ("  示例 （北京） 科技有限公司", "示例（北京）科技有限公司"),
        ("Example (Beijing)  Ltd.", "Example (Beijing) Ltd."),
        ("示例“一号”食品、百货店", "示例“一号”食品、百货店"),
    ],
)
def test_a_name_is_kept_as_it_is_set(typed: str, kept: str) -> None:
    assert checks.name(typed) == kept


@pytest.mark.parametrize("typed", ["", "厂", "示例<script>", "示例\u202e公司", "示" * 101, "a" * 500])
def test_what_is_no_name_is_refused(typed: str) -> None:
    assert typed == "示例\u202e公司" or code_of(checks.name, typed) == "enterprise_name_format"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("示例（北京）科技有限公司", "示例(北京)科技有限公司", True),
        ("示例 （北京） 科技有限公司", "示例（北京）科技有限公司", True),
        ("ＡＢＣ科技有限公司", "ABC科技有限公司", True),
        ("示例\u3000科技有限公司", "示例科技有限公司", True),
        ("示例科技有限公司", "示例科技有限责任公司", False),
        ("示例（北京）科技有限公司", "示例北京科技有限公司", False),
        ("ABC科技有限公司", "abc科技有限公司", False),
        ("示例科技有限公司", "示列科技有限公司", False),
    ],
)
def test_names_are_the_same_but_for_brackets_spaces_and_width(one: str, other: str, same: bool) -> None:
    assert checks.is_same_name(one, other) is same
    assert checks.is_same_name(other, one) is same


def test_a_credit_code_holds_the_organization_code_that_was_given() -> None:
    found = enterprise(7)
    assert checks.is_same_code(found.credit_code, found.credit_code.lower())
    assert checks.is_same_code(found.organization_code, found.credit_code)
    assert not checks.is_same_code(enterprise(8).organization_code, found.credit_code)
    assert not checks.is_same_code(found.organization_code, "")


@pytest.mark.parametrize("check", [checks.industry, checks.products])
def test_words_about_it_are_there_and_on_one_line(check: object) -> None:
    assert code_of(check, "  ") == "too_short"
    assert code_of(check, "一\n二") == "control_characters"
    assert code_of(check, "长" * 201) == "too_long"
