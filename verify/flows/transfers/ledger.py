"""The ledger: every fen in one of five accounts, booked in the transaction that moves the transfer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.flows.sealing import open_value
from verify.flows.transfers.states import Stage
from verify.models import LedgerEntry, Transfer
from verify.models.vault import Keys
from verify.services import Services

#: owner and verification of the ledger's own data key, which no erasure destroys: amounts are about nobody
SYSTEM = UUID(int=0)
RETENTION_CLASS = "transfer_record"
CONTEXT = "ledger_entry.amount"


class Book(StrEnum):
    WALLET = "wallet"  #: ours, to be spent
    IN_FLIGHT = "in_flight"  #: ordered, and not known to have arrived
    PAID = "paid"
    RETURNED = "returned"  #: came back
    DIFFERENCES = "differences"  #: left or came back beside what was ordered; people have to claim it


@dataclass(frozen=True)
class Posting:
    """One movement between two accounts."""

    source: Book
    target: Book


ORDERED = Posting(Book.WALLET, Book.IN_FLIGHT)
ARRIVED = Posting(Book.IN_FLIGHT, Book.PAID)
GIVEN_BACK = Posting(Book.IN_FLIGHT, Book.WALLET)
CAME_BACK = Posting(Book.PAID, Book.RETURNED)

#: a payment of what was paid already, and the return of what had come back already
PAID_TWICE = Posting(Book.WALLET, Book.DIFFERENCES)
RETURNED_TWICE = Posting(Book.DIFFERENCES, Book.WALLET)

#: where a transfer's money is by its stage
PLACE: Mapping[Stage, Book] = {
    Stage.CREATED: Book.WALLET,
    Stage.REQUESTED: Book.IN_FLIGHT,
    Stage.UNKNOWN: Book.IN_FLIGHT,
    Stage.SENT: Book.PAID,
    Stage.FAILED: Book.WALLET,
    Stage.RETURNED: Book.RETURNED,
}

#: how money gets from one place to another
WAYS: Mapping[tuple[Book, Book], Sequence[Posting]] = {
    (Book.WALLET, Book.IN_FLIGHT): (ORDERED,),
    (Book.WALLET, Book.PAID): (ORDERED, ARRIVED),
    (Book.WALLET, Book.RETURNED): (ORDERED, ARRIVED, CAME_BACK),
    (Book.IN_FLIGHT, Book.PAID): (ARRIVED,),
    (Book.IN_FLIGHT, Book.WALLET): (GIVEN_BACK,),
    (Book.IN_FLIGHT, Book.RETURNED): (ARRIVED, CAME_BACK),
    (Book.PAID, Book.RETURNED): (CAME_BACK,),
}


def way(before: Stage, after: Stage) -> Sequence[Posting]:
    """The postings of a change of stage; none where the money stays where it is."""
    source, target = PLACE[before], PLACE[after]
    return () if source is target else WAYS[source, target]


def ledger_keys(services: Services) -> Keys:
    """The ledger's data key, made at its first use."""
    keys = services.vault.keys(SYSTEM)
    return keys if keys.has(RETENTION_CLASS) else services.vault.create(SYSTEM, SYSTEM, [RETENTION_CLASS])


def book(
    session: Session, transfer: Transfer, postings: Sequence[Posting], amount_fen: int, services: Services
) -> None:
    """Write both legs of each posting."""
    keys = ledger_keys(services)
    now = services.clock()
    for posting in postings:
        posting_id = uuid7()
        for account, signed in ((posting.source, -amount_fen), (posting.target, amount_fen)):
            session.add(_entry(transfer, posting_id, account, signed, keys, now))


def _entry(transfer: Transfer, posting_id: UUID, account: Book, signed: int, keys: Keys, now: datetime) -> LedgerEntry:
    entry_id = uuid7()
    return LedgerEntry(
        id=entry_id,
        posting_id=posting_id,
        transfer_id=transfer.id,
        livemode=transfer.livemode,
        account=account,
        amount_ct=keys.seal(RETENTION_CLASS, CONTEXT, entry_id, str(signed).encode()),
        booked_at=now,
    )


def amount_of(entry: LedgerEntry, keys: Keys) -> int:
    """Signed fen."""
    return int(open_value(keys, CONTEXT, entry.id, entry.amount_ct))


def booked_amount(session: Session, transfer: Transfer, services: Services) -> int | None:
    """The amount of a transfer that was ordered once, in fen; it outlives the sealed order."""
    first = select(LedgerEntry).where(LedgerEntry.transfer_id == transfer.id).order_by(LedgerEntry.id).limit(1)
    entry = session.scalars(first).one_or_none()
    return None if entry is None else abs(amount_of(entry, ledger_keys(services)))


@dataclass(frozen=True)
class Balance:
    """Sums by account in fen, and what does not add up: transfers whose postings say otherwise than their stage."""

    accounts: Mapping[Book, int]
    unbalanced: Sequence[UUID]
    misplaced: Sequence[UUID]

    @property
    def difference(self) -> int:
        """Zero, unless a leg is missing."""
        return sum(self.accounts.values())


def balance(session: Session, services: Services, *, livemode: bool) -> Balance:
    """Add the whole ledger up and hold it against the transfers."""
    keys = ledger_keys(services)
    accounts = dict.fromkeys(Book, 0)
    postings: dict[UUID, int] = {}
    places: dict[UUID, dict[str, int]] = {}
    for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.livemode == livemode)):
        amount = amount_of(entry, keys)
        accounts[Book(entry.account)] += amount
        postings[entry.posting_id] = postings.get(entry.posting_id, 0) + amount
        held = places.setdefault(entry.transfer_id, {})
        held[entry.account] = held.get(entry.account, 0) + amount
    misplaced = [
        row.id
        for row in session.execute(select(Transfer.id, Transfer.status).where(Transfer.livemode == livemode))
        if not _is_at(places.get(row.id, {}), PLACE[Stage(row.status)])
    ]
    return Balance(accounts, [posting for posting, total in postings.items() if total], misplaced)


def _is_at(held: Mapping[str, int], place: Book) -> bool:
    """True when all the money of a transfer is where its stage says; what statements show beside it counts apart."""
    beside = held.get(Book.DIFFERENCES, 0)
    own = {account: amount for account, amount in held.items() if account != Book.DIFFERENCES}
    own[Book.WALLET] = own.get(Book.WALLET, 0) + beside
    if place is Book.WALLET:
        return not any(own.values())
    return {account for account, amount in own.items() if amount > 0} == {place.value}
