"""Bank statements, line by line: each is remembered once, settles its transfer, or is a difference to look at."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.flows.transfers import ledger
from verify.flows.transfers.carrying import locked
from verify.flows.transfers.settling import Told, amount_of, take_in
from verify.flows.transfers.statement_lines import Layout, Reading, fingerprinted, read_line
from verify.flows.transfers.states import News, Stage, Verdict, following
from verify.models import StatementLine, Transfer, Verification
from verify.models.base import insert_for
from verify.services import Services


class State(StrEnum):
    NO_MATCH = "no_match"  #: none of our references in it
    VALID = "valid"
    DUPLICATE = "duplicate"  #: the same line was imported before; not a row of its own
    ERROR = "error"  #: about a transfer of ours, and does not fit
    DISCARDED = "discarded"  #: about a test key's transfer, for which no money moves


#: difference → the money that moved beside what was ordered
BESIDE = {"paid_twice": ledger.PAID_TWICE, "returned_twice": ledger.RETURNED_TWICE}


@dataclass(frozen=True)
class Line:
    """What became of one line. ``number`` is its place in the file; ``difference`` is a code."""

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
        """Lines that do not fit, those among them that were imported before."""
        return [line for line in self.lines if line.difference and line.state is not State.DISCARDED]


def reconcile(lines: Iterable[tuple[int, Mapping[str, str]]], layout: Layout, services: Services) -> Report:
    """Take a statement in, each line with its number. Importing it again, or the same payments in another export,
    changes nothing and tells the same differences."""
    report = Report()
    readings = (read_line(number, line, layout) for number, line in lines)
    for reading, fingerprints in fingerprinted(readings, services):
        with services.write() as session:
            report.lines.append(_import(session, reading, fingerprints, services))
    with services.read() as session:
        report.unseen = session.scalar(_unseen()) or 0
    return report


def _import(session: Session, reading: Reading, fingerprints: list[bytes], services: Services) -> Line:
    primary, *former = fingerprints
    if former and (known := _known(session, former)) is not None:
        return _again(reading.number, known)
    row = {
        "id": uuid7(),
        "fingerprint": primary,
        "kind": reading.news,
        "state": State.NO_MATCH,
        "imported_at": services.clock(),
    }
    new = insert_for(session, StatementLine).values(row).on_conflict_do_nothing().returning(StatementLine.id)
    if session.execute(new).first() is None:
        return _again(reading.number, _known(session, [primary]))
    found = session.get(Transfer, UUID(hex=reading.reference)) if reading.reference else None
    state, difference = _judge(session, found, reading, services)
    kept = session.get_one(StatementLine, row["id"])
    kept.state, kept.difference = state, difference
    kept.transfer_id = found.id if found is not None else None
    return Line(reading.number, state, difference, kept.transfer_id)


def _judge(session: Session, found: Transfer | None, reading: Reading, services: Services) -> tuple[State, str | None]:
    if reading.is_damaged:
        return State.ERROR, "reference_unreadable"
    if found is None:
        return State.NO_MATCH, None
    verification, transfer = locked(session, found.verification_id, found.id, reading.news)
    return _apply(session, verification, transfer, reading.fen, reading.news, services)


def _known(session: Session, fingerprints: Sequence[bytes]) -> StatementLine | None:
    return session.scalars(select(StatementLine).where(StatementLine.fingerprint.in_(fingerprints)).limit(1)).first()


def _again(number: int, known: StatementLine | None) -> Line:
    """A line that was imported before, with the difference it was then."""
    if known is None or known.state != State.ERROR:
        return Line(number, State.DUPLICATE)
    return Line(number, State.DUPLICATE, known.difference, known.transfer_id)


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
    _book_beside(session, transfer, difference, fen, news, services)
    if difference is not None:
        return State.ERROR, difference
    if _is_late_debit(transfer, news):
        return State.VALID, None
    contradicts = following(Stage(transfer.status), news) is Verdict.CONTRADICTS
    take_in(session, verification, transfer, Told(news), services)
    return (State.ERROR, "contradicts") if contradicts else (State.VALID, None)


def _book_beside(
    session: Session, transfer: Transfer, difference: str | None, fen: int | None, news: News, services: Services
) -> None:
    """Book the money that a line shows beside what was ordered; the ordered part is booked when it is settled."""
    ordered = amount_of(session, transfer, services)
    if difference in BESIDE:
        ledger.book(session, transfer, (BESIDE[difference],), ordered, services)
    elif difference == "amount_differs" and fen is not None:
        more = fen - ordered if news is News.SENT else ordered - fen
        posting = ledger.PAID_TWICE if more > 0 else ledger.RETURNED_TWICE
        ledger.book(session, transfer, (posting,), abs(more), services)


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
