"""Amounts and codes, and how hard they are to guess."""

from fractions import Fraction
from pathlib import Path

import pytest

from providers.base import Proof
from verify.config import ConfigurationError, Settings, load
from verify.flows.transfers.challenge import draw, odds


def settings(low: int = 10, high: int = 199) -> Settings:
    return Settings(instance=Path("/nowhere"), transfer_low_fen=low, transfer_high_fen=high)


@pytest.mark.parametrize(
    ("proof", "chance"),
    [
        (Proof.AMOUNT, Fraction(3, 190)),
        (Proof.TWO_AMOUNTS, Fraction(3, 190 * 190)),
        (Proof.REMARK_CODE, Fraction(3, 1_000_000)),
    ],
)
def test_the_odds_of_guessing(proof: Proof, chance: Fraction) -> None:
    assert odds(proof, settings()) == chance


@pytest.mark.parametrize("proof", [Proof.TWO_AMOUNTS, Proof.REMARK_CODE])
def test_the_harder_proofs_are_below_one_in_ten_thousand(proof: Proof) -> None:
    assert odds(proof, settings()) < Fraction(1, 10_000)


def test_a_range_of_one_amount_is_no_secret() -> None:
    assert odds(Proof.AMOUNT, settings(37, 37)) == 1


def test_every_amount_of_the_range_is_drawn_and_no_other() -> None:
    drawn = {draw(Proof.AMOUNT, settings(10, 14), livemode=True)[0].amount_fen for _ in range(400)}
    assert drawn == {10, 11, 12, 13, 14}


def test_two_amounts_are_told_apart_by_their_remarks() -> None:
    first, second = draw(Proof.TWO_AMOUNTS, settings(), livemode=True)
    assert first.remark != second.remark


def test_a_code_stands_in_the_remark() -> None:
    [part] = draw(Proof.REMARK_CODE, settings(), livemode=True)
    assert part.code
    assert part.remark.endswith(part.code)
    assert len(part.code) == 6


@pytest.mark.parametrize("proof", Proof)
def test_a_test_key_always_meets_the_same(proof: Proof) -> None:
    assert [p.amount_fen for p in draw(proof, settings(), livemode=False)] == [37, 52][: 2 if "two" in proof else 1]


@pytest.mark.parametrize("amount", [0, 9])
def test_no_amount_that_banks_refuse_can_be_set(amount: int) -> None:
    with pytest.raises(ConfigurationError):
        load({"REALNAME_TRANSFER_LOW_FEN": str(amount)})


def test_the_range_is_not_upside_down() -> None:
    with pytest.raises(ConfigurationError):
        settings(200, 100)
