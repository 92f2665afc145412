"""Bank statements, line by line: each is remembered once, settles its transfer, or is a difference to look at."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.hashing import request_digest
from verify.flows.transfers.carrying import locked
from verify.flows.transfers.settling import Told, amount_of, take_in
from verify.flows.transfers.states import News, Stage, Verdict, following
from verify.models import StatementLine, Transfer, Verification
from verify.models.base import insert_for
from verify.services import Services

#: our reference, wherever a bank puts it
REFERENCE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)

#: words of a bank for a payment that came back
RETURNED = ("returned", "credit", "退汇", "退回", "贷")


class State(StrEnum):
    NO_MATCH = "no_match"  #: none of our references in it
    VALID = "valid"
    DUPLICATE = "duplicate"  #: the same line was imported before; not a row of its own
    ERROR = "error"  #: about a transfer of ours, and does not fit
    DISCARDED = "discarded"  #: about a test key's transfer, for which no money moves


@dataclass(frozen=True)
class Layout:
    """Headings of the statement. ``returned`` are words in the kind's column that mark money coming back."""

    reference: str = "reference"
    amount: str = "amount"
    kind: str = "kind"
    returned: Sequence[str] = RETURNED

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Layout":
        """Raises TypeError for a heading it does not know."""
        return cls(**dict(options))


@dataclass(frozen=True)
class Line:
    """What became of one line. ``number`` counts from 1 without the heading; ``difference`` is a code."""

    number: int
    state: State
    difference: str | None = None
    transfer_id: UUID | None = None


@dataclass
class Report:
    """``unseen``: transfers said to be sent that no statement has shown yet."""

    lines: list[Line] = field(default_factory=list)
    unseen: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        return Counter(line.state.value for line in self.lines)

    @property
    def differences(self) -> list[Line]:
        return [line for line in self.lines if line.state is State.ERROR]


def reconcile(lines: Iterable[Mapping[str, str]], layout: Layout, services: Services) -> Report:
    """Take a statement in. Importing it again changes nothing."""
    report = Report()
    for number, (line, fingerprint) in enumerate(_fingerprinted(lines, services), 1):
        with services.write() as session:
            report.lines.append(_import(session, number, line, fingerprint, layout, services))
    with services.read() as session:
        report.unseen = session.scalar(_unseen()) or 0
    return report


def _fingerprinted(lines: Iterable[Mapping[str, str]], services: Services) -> Iterator[tuple[Mapping[str, str], bytes]]:
    """Equal lines of one statement are told apart by their order: each may be a payment."""
    pepper = services.keyring.primary("pepper")
    seen: Counter[bytes] = Counter()
    for line in lines:
        parts = [part for name in sorted(line) for part in (name.encode(), (line[name] or "").strip().encode())]
        digest = request_digest(pepper, b"statement", *parts)
        seen[digest] += 1
        yield line, request_digest(pepper, b"statement line", digest, str(seen[digest]).encode())


def _import(
    session: Session, number: int, line: Mapping[str, str], fingerprint: bytes, layout: Layout, services: Services
) -> Line:
    row = {
        "id": uuid7(),
        "fingerprint": fingerprint,
        "kind": "",
        "state": State.NO_MATCH,
        "imported_at": services.clock(),
    }
    new = insert_for(session, StatementLine).values(row).on_conflict_do_nothing().returning(StatementLine.id)
    if session.execute(new).first() is None:
        return Line(number, State.DUPLICATE)
    news = News.RETURNED if _is_return(line, layout) else News.SENT
    found = _found(session, line, layout)
    if found is None:
        state, difference = State.NO_MATCH, None
    else:
        verification, transfer = locked(session, found.verification_id, found.id)
        state, difference = _apply(session, verification, transfer, _fen(line, layout), news, services)
    kept = session.get_one(StatementLine, row["id"])
    kept.state, kept.difference, kept.kind = state, difference, news
    kept.transfer_id = found.id if found is not None else None
    return Line(number, state, difference, kept.transfer_id)


def _apply(
    session: Session,
    verification: Verification,
    transfer: Transfer,
    fen: int | None,
    news: News,
    services: Services,
) -> tuple[State, str | None]:
    """Settle a transfer by its line, or say what does not fit."""
    if not transfer.livemode:
        return State.DISCARDED, "test_key"
    difference = _difference(session, transfer, fen, news, services)
    if difference is not None:
        return State.ERROR, difference
    if _is_late_debit(transfer, news):
        return State.VALID, None
    contradicts = following(Stage(transfer.status), news) is Verdict.CONTRADICTS
    take_in(session, verification, transfer, Told(news), services)
    return (State.ERROR, "contradicts") if contradicts else (State.VALID, None)


def _difference(session: Session, transfer: Transfer, fen: int | None, news: News, services: Services) -> str | None:
    if fen is None:
        return "amount_unreadable"
    if not transfer.calls:
        return "never_ordered"
    if fen != amount_of(session, transfer, services):
        return "amount_differs"
    if _was_seen(session, transfer, news):
        return "paid_twice" if news is News.SENT else "returned_twice"
    return None


def _is_late_debit(transfer: Transfer, news: News) -> bool:
    """A statement shows the payment of what has come back since."""
    return news is News.SENT and transfer.status == Stage.RETURNED


def _was_seen(session: Session, transfer: Transfer, news: News) -> bool:
    seen = select(func.count()).where(
        StatementLine.transfer_id == transfer.id, StatementLine.kind == news, StatementLine.state == State.VALID
    )
    return bool(session.scalar(seen))


def _unseen() -> Any:
    shown = select(StatementLine.transfer_id).where(
        StatementLine.kind == News.SENT, StatementLine.state == State.VALID, StatementLine.transfer_id.is_not(None)
    )
    return select(func.count()).where(
        Transfer.livemode.is_(True), Transfer.status == Stage.SENT, Transfer.id.not_in(shown)
    )


def _is_return(line: Mapping[str, str], layout: Layout) -> bool:
    kind = (line.get(layout.kind) or "").casefold()
    return any(word.casefold() in kind for word in layout.returned)


def _found(session: Session, line: Mapping[str, str], layout: Layout) -> Transfer | None:
    reference = REFERENCE.search(line.get(layout.reference) or "")
    return session.get(Transfer, UUID(hex=reference[0])) if reference else None


def _fen(line: Mapping[str, str], layout: Layout) -> int | None:
    """Yuan, with or without sign and thousands separators, as fen; None for anything else."""
    text = (line.get(layout.amount) or "").replace(",", "").replace("¥", "").strip()
    try:
        fen = abs(Decimal(text)) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == int(fen) else None
