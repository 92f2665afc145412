"""Dates as they stand on Chinese papers, read by vendors into text."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

#: 2018.08.12, 2018年8月12日, 2018-08-12, 20180812
DATE = re.compile(r"(?<![0-9])([0-9]{4})(?:[.\-/年]([0-9]{1,2})[.\-/月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?![0-9])")

#: how papers say "for good"
FOR_GOOD = ("长期", "永久", "永续", "不约定", "无固定期限")

#: years that stand for "for good" where a date must stand
ENDLESS = frozenset({2999, 9999})

#: from and until; until None beside from means for good
Validity = tuple[date | None, date | None]

UNREAD: Validity = (None, None)


def dates(text: object) -> list[date]:
    """Days that exist, in the order they stand."""
    found = []
    for year, month, day, short_month, short_day in DATE.findall(text if isinstance(text, str) else ""):
        try:
            found.append(date(int(year), int(month or short_month), int(day or short_day)))
        except ValueError:
            return []
    return found


def validity(text: object, start: object = None) -> Validity:
    """Of a period as written; ``start`` says since when where the period does not. Unread unless both ends are."""
    if not isinstance(text, str):
        return UNREAD
    found = dates(text)
    is_for_good = any(word in text for word in FOR_GOOD) or any(day.year in ENDLESS for day in found[-1:])
    found = [day for day in found if day.year not in ENDLESS]
    if len(found) < (1 if is_for_good else 2):
        found = [*dates(start)[:1], *found]
    if is_for_good:
        return (found[0], None) if len(found) == 1 else UNREAD
    return (found[0], found[1]) if len(found) == 2 and found[0] <= found[1] else UNREAD  # noqa: PLR2004 - both ends


def text_of(members: Mapping[str, Any], name: str) -> str | None:
    """A member that was read; vendors leave what they could not read empty."""
    found = members.get(name)
    return (found.strip() or None) if isinstance(found, str) else None


def table_of(members: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object at a path of names; empty where there is none."""
    found: Any = members
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}
