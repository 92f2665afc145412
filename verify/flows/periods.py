"""When the period of a retention class is over, and of what it is over by now."""

import calendar
from datetime import UTC, datetime, time, timedelta

from verify.flows.checks import SHANGHAI
from verify.flows.retention import CLASSES


def keep_until(class_name: str, anchor_time: datetime) -> datetime:
    """The UTC moment from which a class must be gone. Raises ValueError for a naive time.

    Years end with the corresponding day in China, or with its month where there is none, at 24:00
    (民法典 201 to 203).
    """
    if anchor_time.tzinfo is None:
        msg = "naive time"
        raise ValueError(msg)
    row = CLASSES[class_name]
    if not row.years:
        return anchor_time.astimezone(UTC) + row.lasts
    return _end_of_years(anchor_time, row.years)


def anchored_before(class_name: str, now: datetime) -> datetime:
    """Of what began before this moment ``keep_until`` is over by ``now``, and of nothing else."""
    row = CLASSES[class_name]
    if not row.years:
        # the last microsecond is over too
        return now.astimezone(UTC) - row.lasts + timedelta(microseconds=1)
    yesterday = now.astimezone(SHANGHAI).date() - timedelta(days=1)
    year = yesterday.year - row.years
    last_of_month = calendar.monthrange(year, yesterday.month)[1]
    # the end of a month stands for all its later days too
    whole_month = yesterday.day == calendar.monthrange(yesterday.year, yesterday.month)[1]
    first = yesterday.replace(year=year, day=last_of_month if whole_month else min(yesterday.day, last_of_month))
    return datetime.combine(first + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


def _end_of_years(anchor_time: datetime, years: int) -> datetime:
    first = anchor_time.astimezone(SHANGHAI).date()
    last_of_month = calendar.monthrange(first.year + years, first.month)[1]
    last = first.replace(year=first.year + years, day=min(first.day, last_of_month))
    return datetime.combine(last + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
