"""False people for tests: well-formed, and the same for the same ``n``.

ID numbers (GB 11643) have a right check digit and the sequence code 000; registrars count from 001.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

COUNTIES = ("110101", "310101", "330102", "440103", "510104")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN_NAMES = (
    "安然",
    "博文",
    "晨",
    "丹青",
    "恩泽",
    "帆",
    "光远",
    "涵",
    "景行",
    "可心",
    "乐",
    "明哲",
    "南",
    "清扬",
    "若溪",
)

#: adults are born on one of so many days from the first on
FIRST_BIRTH = date(1960, 1, 1)
BIRTH_DAYS = 14_000

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


@dataclass(frozen=True, repr=False, slots=True)
class Identity:
    """A false person. Like a real one it has no repr."""

    name: str
    id_number: str
    birth_date: date


def adult(n: int, name: str | None = None) -> Identity:
    """Born from 1960 to 1998; ``n`` up to 70 000 are all different. ``name`` may hold a sandbox value."""
    born = FIRST_BIRTH + timedelta(days=n % BIRTH_DAYS)
    return _identity(n, name, COUNTIES[n // BIRTH_DAYS % len(COUNTIES)], born)


def minor(n: int, name: str | None = None, today: date | None = None) -> Identity:
    """Fourteen to sixteen years old ``today``."""
    return _young(n, name, today, youngest=15, ages=2)


def child(n: int, name: str | None = None, today: date | None = None) -> Identity:
    """Under fourteen ``today`` (儿童)."""
    return _young(n, name, today, youngest=4, ages=9)


def full_name(n: int) -> str:
    return SURNAMES[n % len(SURNAMES)] + GIVEN_NAMES[n // len(SURNAMES) % len(GIVEN_NAMES)]


def id_number(county: str, birth_date: date, sequence: int = 0) -> str:
    """With its check digit (ISO 7064 MOD 11-2)."""
    digits = f"{county}{birth_date:%Y%m%d}{sequence:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True))
    return digits + CHECK_DIGITS[total % 11]


def card(n: int) -> str:
    """A bank card number of 16 digits, right by Luhn's sum, under the prefix of UnionPay's test cards."""
    digits = f"620000{n:09d}"
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def mobile(n: int) -> str:
    """138 0000 xxxx."""
    return f"1380000{n % 10_000:04d}"


class Identities:
    """Hands out the next one at each call, from number 1."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count(1)

    def adult(self, name: str | None = None) -> Identity:
        return adult(next(self._numbers), name)

    def minor(self, name: str | None = None) -> Identity:
        return minor(next(self._numbers), name)

    def child(self, name: str | None = None) -> Identity:
        return child(next(self._numbers), name)

    def card(self) -> str:
        return card(next(self._numbers))

    def mobile(self) -> str:
        return mobile(next(self._numbers))


def _identity(n: int, name: str | None, county: str, birth_date: date) -> Identity:
    return Identity(name or full_name(n), id_number(county, birth_date), birth_date)


def _young(n: int, name: str | None, today: date | None, *, youngest: int, ages: int) -> Identity:
    year = (today or date.today()).year - youngest - n % ages  # noqa: DTZ011 - a test's own clock
    born = date(year, 1, 1) + timedelta(days=n // ages % 28)
    return _identity(n, name, COUNTIES[n % len(COUNTIES)], born)
