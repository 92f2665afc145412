from datetime import date

import pytest

from verify.flows.working_days import after, is_working_day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 10), True),  # a Saturday that is worked for it
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 11, 30), True),
        (date(2035, 1, 6), True),  # a Saturday nobody has arranged yet
        (date(2035, 1, 7), False),
    ],
)
def test_a_day_is_worked_as_it_was_arranged(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "count", "end"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 27), 15, date(2026, 12, 18)),
        (date(2026, 11, 27), 0, date(2026, 11, 27)),
    ],
)
def test_days_are_counted_from_the_next_one(day: date, count: int, end: date) -> None:
    assert after(day, count) == end
