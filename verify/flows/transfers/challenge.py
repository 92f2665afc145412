"""What the payee has to read on the statement: drawn from a cryptographic source, and how hard it is to guess."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from providers.base import Proof
from verify.config import Settings

#: wrong answers an account number may have in GUESSES_WITHIN before it is blocked
GUESSES = 3

#: digits of a code in the remark
CODE_DIGITS = 6

#: what a test key's transfers are, part by part; no money moves
TEST_AMOUNTS = (37, 52)
TEST_CODE = "246810"

#: shown to the payee: no personal data, no sign that banks refuse, never the amount
REMARKS = {
    Proof.AMOUNT: ("账户验证请填写收到的金额",),
    Proof.TWO_AMOUNTS: ("账户验证第1笔", "账户验证第2笔"),
    Proof.REMARK_CODE: ("账户验证码{code}",),
}


@dataclass(frozen=True, repr=False)
class Part:
    """One payment of a challenge. ``code`` stands in the remark, where that is the proof."""

    amount_fen: int
    remark: str
    code: str | None = None


def draw(proof: Proof, settings: Settings, *, livemode: bool) -> Sequence[Part]:
    """The payments of one challenge, in the order they are to be read back."""
    code = _code(livemode=livemode) if proof is Proof.REMARK_CODE else None
    return [
        Part(_amount(settings, number, livemode=livemode), remark.format(code=code), code)
        for number, remark in enumerate(REMARKS[proof])
    ]


def _amount(settings: Settings, number: int, *, livemode: bool) -> int:
    if not livemode:
        return TEST_AMOUNTS[number]
    return settings.transfer_low_fen + secrets.randbelow(amounts(settings))


def _code(*, livemode: bool) -> str:
    if not livemode:
        return TEST_CODE
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def amounts(settings: Settings) -> int:
    """How many different amounts there are."""
    return settings.transfer_high_fen - settings.transfer_low_fen + 1


def odds(proof: Proof, settings: Settings) -> Fraction:
    """Chance that guessing alone passes, per account number and 30 days.

    Two amounts are read back in their order, which the remarks tell, so their numbers multiply.
    """
    possible = {
        Proof.AMOUNT: amounts(settings),
        Proof.TWO_AMOUNTS: amounts(settings) ** 2,
        Proof.REMARK_CODE: 10**CODE_DIGITS,
    }
    return min(Fraction(GUESSES, possible[proof]), Fraction(1))
