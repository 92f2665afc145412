import pytest
from stdnum.cn import uscc

from providers.testing.enterprises import credit_code, enterprise, organization_code


@pytest.mark.parametrize("n", range(60))
def test_a_credit_code_has_its_check_character(n: int) -> None:
    assert uscc.is_valid(credit_code(n))


@pytest.mark.parametrize(
    ("n", "code"),
    # check characters worked out by hand: 11 minus the weighted sum modulo 11, X for 10 and 0 for 11
    [(0, "000000000"), (1, "000000019"), (2, "000000027"), (5, "000000051"), (6, "00000006X")],
)
def test_an_organization_code_has_its_check_character(n: int, code: str) -> None:
    assert organization_code(n) == code


def test_numbers_give_different_enterprises() -> None:
    assert len({enterprise(n).credit_code for n in range(1000)}) == 1000


def test_the_organization_code_is_part_of_the_credit_code() -> None:
    assert enterprise(3).organization_code == organization_code(3)
    assert organization_code(3) in enterprise(3).credit_code


def test_a_name_may_hold_a_sandbox_value() -> None:
    assert enterprise(1, "注销的公司").name == "注销的公司"
