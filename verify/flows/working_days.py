"""Working days in mainland China: weekdays and made-up Saturdays without public holidays."""

from datetime import date, timedelta

import chinese_calendar

SUNDAY = 6


def is_working_day(day: date) -> bool:
    """As the State Council arranged it; in years not arranged yet every day but Sunday, so that nothing comes late."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() != SUNDAY


def after(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``, which itself does not count (民法典 201)."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
