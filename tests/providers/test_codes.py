from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from providers.alibaba import codes as alibaba
from providers.alibaba import paper_codes as alibaba_papers
from providers.base import Misconfigured, Outcome, Refused, Result, Throttled, Unavailable, Unknown
from providers.codes import DAILY, Codes, after, each, next_day, read, word
from providers.tencent import codes as tencent
from providers.tencent import liveness_codes as tencent_liveness
from providers.tencent import paper_codes as tencent_papers
from verify.flows.reasons import REASONS

NOON = datetime(2026, 12, 31, 4, 0, tzinfo=UTC)

CODES: Codes = {
    "Ok": Outcome(Result.MATCH, billed=True),
    "Limit": Throttled,
    "Limit.Day": DAILY,
    "Limit.Minute": after(timedelta(minutes=1)),
    **each(Unavailable, "Trouble*", "Other"),
    "Trouble.Ours*": Refused,
    "Trouble.Ours.Key": Misconfigured,
}


def reasons(module: ModuleType) -> Iterator[tuple[str, str]]:
    for table in vars(module).values():
        for code, meaning in table.items() if isinstance(table, Mapping) else ():
            if isinstance(meaning, Outcome) and meaning.reason is not None:
                yield code, meaning.reason


@pytest.mark.parametrize("module", [tencent, tencent_papers, tencent_liveness, alibaba, alibaba_papers])
def test_a_vendors_reasons_are_reasons_of_ours(module: ModuleType) -> None:
    used = list(reasons(module))
    assert used
    assert [(code, reason) for code, reason in used if reason not in REASONS] == []


def test_an_outcome_is_told_with_the_vendors_code_and_reference() -> None:
    assert read("tests", CODES, "Ok", NOON, reference="r-1") == Outcome(Result.MATCH, None, "Ok", "r-1", billed=True)


def test_an_unlisted_code_is_inconclusive_and_kept() -> None:
    found = read("tests", CODES, "Okay", NOON)
    assert (found.result, found.reason, found.vendor_code) == (Result.INCONCLUSIVE, None, "Okay")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Trouble", Unavailable),
        ("Trouble.Of.Yours", Unavailable),
        ("Trouble.Ours", Refused),
        ("Trouble.Ours.Key", Misconfigured),
        ("Trouble.Ours.Keys", Refused),
        ("Other", Unavailable),
        ("Limit", Throttled),
        (None, Unknown),
    ],
)
def test_the_longest_key_that_fits_decides(code: str | None, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        read("tests", CODES, code, NOON)


def test_what_is_unlisted_may_mean_something_else() -> None:
    with pytest.raises(Refused):
        read("tests", CODES, "Others", NOON, unlisted=Refused)


@pytest.mark.parametrize(
    ("code", "until"),
    [
        ("Limit", NOON + timedelta(seconds=5)),
        ("Limit.Day", datetime(2026, 12, 31, 16, 0, tzinfo=UTC)),
        ("Limit.Minute", NOON + timedelta(minutes=1)),
    ],
)
def test_throttling_ends_when_the_code_or_else_the_answer_says(code: str, until: datetime) -> None:
    with pytest.raises(Throttled) as raised:
        read("tests", CODES, code, NOON, until=NOON + timedelta(seconds=5))
    assert (raised.value.until, raised.value.vendor_code) == (until, code)


@pytest.mark.parametrize(
    ("hour", "day"), [(15, 1), (16, 2)], ids=["before midnight in Shanghai", "after midnight in Shanghai"]
)
def test_a_day_ends_in_shanghai(hour: int, day: int) -> None:
    assert next_day(datetime(2027, 1, 1, hour, 59, tzinfo=UTC)) == datetime(2027, 1, day, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("value", ["Code.X", "900619746936498440^0", "5000:104", 200, "-1", "x" * 100])
def test_a_code_is_a_word(value: Any) -> None:
    assert word(value) == str(value)


@pytest.mark.parametrize(
    "value", [None, True, "", "two words", "代码", "x" * 101, "x\n", 1.5, [], {}, b"Code"], ids=repr
)
def test_anything_else_is_no_code(value: Any) -> None:
    assert word(value) is None
