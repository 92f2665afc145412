"""What a line of a bank statement says, and what a payment is known by when a statement is imported again."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from crypto.hashing import request_digest
from verify.flows.transfers.states import News
from verify.services import Services

#: our reference, wherever a bank puts it
REFERENCE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)

#: in a reference they are damage; banks put tabs around values to keep spreadsheets from rounding them
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
BLANK = " \t"

#: words of a bank for a payment that came back
RETURNED = ("returned", "credit", "退汇", "退回", "贷")


@dataclass(frozen=True)
class Layout:
    """Headings of the statement. ``returned`` are words in the kind's column that mark money coming back; ``serial``
    heads the bank's own number of a booking, where it prints one."""

    reference: str = "reference"
    amount: str = "amount"
    kind: str = "kind"
    serial: str | None = None
    returned: Sequence[str] = RETURNED

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Layout":
        """Raises TypeError for a heading it does not know."""
        return cls(**dict(options))

    @property
    def headings(self) -> Sequence[str]:
        """Those that a statement must have."""
        return [name for name in (self.reference, self.amount, self.kind, self.serial) if name is not None]


@dataclass(frozen=True, repr=False)
class Reading:
    """One line. ``text`` is what its reference column holds, ``reference`` ours in it in small letters, ``fen`` None
    for what is no amount."""

    number: int
    text: str
    reference: str | None
    fen: int | None
    news: News
    serial: str

    @property
    def is_damaged(self) -> bool:
        return CONTROL.search(self.text) is not None

    @property
    def identity(self) -> Sequence[bytes]:
        """What stays the same in another export of the same booking. Unreadable amounts are all alike."""
        amount = "" if self.fen is None else str(self.fen)
        return [part.encode() for part in (self.reference or self.text, amount, self.news.value, self.serial)]


def read_line(number: int, line: Mapping[str, str], layout: Layout) -> Reading:
    text = (line.get(layout.reference) or "").strip(BLANK)
    found = REFERENCE.search(text)
    return Reading(
        number=number,
        text=text,
        reference=found[0].lower() if found else None,
        fen=_fen(line.get(layout.amount) or ""),
        news=News.RETURNED if _is_return(line.get(layout.kind) or "", layout) else News.SENT,
        serial=(line.get(layout.serial) or "").strip(BLANK) if layout.serial else "",
    )


def fingerprinted(readings: Iterable[Reading], services: Services) -> Iterator[tuple[Reading, list[bytes]]]:
    """Each line's fingerprint under every usable pepper, the primary one's first.

    Lines of one statement that say the same are told apart by their order: each may be a payment.
    """
    peppers = services.keyring.usable("pepper")
    seen: Counter[tuple[bytes, ...]] = Counter()
    for reading in readings:
        identity = tuple(reading.identity)
        seen[identity] += 1
        parts = (*identity, str(seen[identity]).encode())
        yield reading, [request_digest(pepper, b"statement line", *parts) for pepper in peppers]


def _is_return(kind: str, layout: Layout) -> bool:
    return any(word.casefold() in kind.casefold() for word in layout.returned)


def _fen(given: str) -> int | None:
    """Yuan, with or without sign and thousands separators, as fen; None for anything else."""
    text = given.replace(",", "").replace("¥", "").strip()
    try:
        fen = abs(Decimal(text)) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == int(fen) else None
