"""What vendors' codes mean, as tables: an outcome, or the kind of failure that the call ended in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from providers.base import Misconfigured, Outcome, ProviderFailure, Result, Throttled, Unknown

SHANGHAI = ZoneInfo("Asia/Shanghai")

#: no space, so nothing quoted back at us; what our records take
WORD = re.compile(r"[!-~]{1,100}")


@dataclass(frozen=True, slots=True)
class Over:
    """Over a limit whose end is known: ``until`` makes it of the time of the answer."""

    until: Callable[[datetime], datetime]


#: an outcome still without the vendor's code and reference, or how the call failed
Meaning = Outcome | Over | type[ProviderFailure] | type[Misconfigured]

#: code → meaning. A key that ends in ``*`` stands for all codes that begin so, unless a longer key fits
Codes = Mapping[str, Meaning]

INCONCLUSIVE = Outcome(Result.INCONCLUSIVE)


def next_day(now: datetime) -> datetime:
    """When the vendors' daily limits end: 00:00 in Asia/Shanghai."""
    local = now.astimezone(SHANGHAI) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def after(wait: timedelta) -> Over:
    return Over(lambda now: now + wait)


DAILY = Over(next_day)


def each(meaning: Meaning, *codes: str) -> dict[str, Meaning]:
    return dict.fromkeys(codes, meaning)


def word(value: object) -> str | None:
    """A vendor's code or reference as text; None for what is none, such as a sentence."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if WORD.fullmatch(text) else None


def read(
    provider: str,
    codes: Codes,
    code: str | None,
    now: datetime,
    *,
    reference: str | None = None,
    unlisted: Meaning = INCONCLUSIVE,
    until: datetime | None = None,
) -> Outcome:
    """The outcome a code stands for; ``until``: when throttling ends, where the vendor tells apart from its code.

    Raises a kind of failure, Misconfigured, or Unknown for an answer without a readable code.
    """
    if code is None:
        raise Unknown("unreadable")
    meaning = _meaning(codes, code, unlisted)
    if isinstance(meaning, Outcome):
        return replace(meaning, vendor_code=code, vendor_reference=reference)
    if isinstance(meaning, Over):
        raise Throttled(code, meaning.until(now))
    if issubclass(meaning, Throttled):
        raise meaning(code, until)
    if issubclass(meaning, Misconfigured):
        msg = f"provider {provider}: refuses us with {code}; its console tells of keys, permissions, contract, balance"
        raise meaning(msg, code)
    raise meaning(code)


def _meaning(codes: Codes, code: str, unlisted: Meaning) -> Meaning:
    if code in codes:
        return codes[code]
    stems = (key for key in codes if key.endswith("*") and code.startswith(key[:-1]))
    return codes.get(max(stems, key=len, default=""), unlisted)
