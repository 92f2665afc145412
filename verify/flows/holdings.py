"""Why something of an account is still here: each class that is kept, its law or purpose, and its last day."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, exists, func, select, union_all
from sqlalchemy.orm import Session

from verify.flows.keeping import KEPT, Kept
from verify.flows.overdue import OF_ACCOUNTS, ORDERS
from verify.flows.periods import keep_until
from verify.flows.retention import CLASSES, Anchor
from verify.flows.view import rfc3339
from verify.models import (
    AccessEntry,
    Account,
    Addressee,
    AuthorityRequest,
    Bulletin,
    Document,
    Hold,
    Idempotency,
    RightsRequest,
    Verification,
)
from verify.services import Services

#: why it is kept: its period runs, or has not begun, or stands still
PERIOD, OPEN, ACTIVE, HELD = "period", "verification_open", "account_open", "legal_hold"
UNANSWERED, UNFINISHED = "request_open", "matter_open"

#: what a period waits for that has not begun
REASONS: Mapping[Anchor, str] = {
    Anchor.ENDED: OPEN,
    Anchor.ACCOUNT_CLOSED: ACTIVE,
    Anchor.ANSWERED: UNANSWERED,
    Anchor.CLOSED: UNFINISHED,
    Anchor.CREATED: ACTIVE,
}

#: what goes on its day under a legal hold too, since it holds nothing of the person
BEYOND_HOLDS = frozenset({"idempotency"})


@dataclass(frozen=True)
class Holding:
    """``until`` is null while the clock has not started or a hold stands; ``reason`` says which.

    ``only_stored``: since an erasure or a correction nothing else is done with it (policy 6.3).
    """

    of: str
    retention_class: str
    holds: str
    basis: str
    until: datetime | None
    reason: str
    only_stored: bool = False

    def shown(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "class": self.retention_class,
            "holds": self.holds,
            "basis": self.basis,
            "until": rfc3339(self.until),
            "reason": self.reason,
            "only_stored": self.only_stored,
        }


@dataclass(frozen=True)
class Part:
    """Some of a class: whose it is, from when its period is counted, or else its own last day."""

    class_name: str
    of: str
    started: datetime | None = None
    until: datetime | None = None
    only_stored: bool = False
    #: instead of what its class waits for
    waits_for: str | None = None

    def held(self, *, on_hold: bool) -> Holding:
        row, on_hold = CLASSES[self.class_name], on_hold and self.class_name not in BEYOND_HOLDS
        until = self.until if self.started is None else keep_until(self.class_name, self.started)
        until = None if on_hold else until
        reason = HELD if on_hold else PERIOD if until else self.waits_for or REASONS[row.anchor]
        return Holding(self.of, row.name, row.holds, row.basis, until, reason, self.only_stored)


def is_under_hold(session: Session, account_id: UUID) -> bool:
    return bool(session.scalar(select(exists().where(Hold.account_id == account_id, Hold.lifted_at.is_(None)))))


def holdings_of(session: Session, account: Account, services: Services, *, silent: bool = False) -> list[Holding]:
    """Everything of the account in both stores, oldest verification first.

    ``silent``: among it what an authority forbade to tell the account's owner.
    """
    on_hold = is_under_hold(session, account.id)
    parts = [part for kept in KEPT.values() for part in OWN[kept.owner](session, account, kept)]
    if silent:
        parts += _authority_requests(session, account, AuthorityRequest.told_at.is_(None))
    parts += [*_in_the_key_store(account, services), *_in_logs(account, services)]
    return sorted((part.held(on_hold=on_hold) for part in parts), key=lambda holding: holding.of)


def _of_verifications(session: Session, account: Account, kept: Kept) -> Iterator[Part]:
    by_account = CLASSES[kept.class_name].anchor is Anchor.ACCOUNT_CLOSED
    own = select(Verification).where(Verification.account_id == account.id, kept.has_some)
    for verification in session.scalars(own.order_by(Verification.id)):
        started = account.closed_at if by_account else verification.ended_at
        yield _of(verification, kept, started)


def _of_documents(session: Session, account: Account, kept: Kept) -> Iterator[Part]:
    """One line for all of a verification."""
    some = exists().where(Document.verification_id == Verification.id, kept.has_some)
    for verification in session.scalars(select(Verification).where(Verification.account_id == account.id, some)):
        yield _of(verification, kept, verification.ended_at)


def _of_access(session: Session, account: Account, kept: Kept) -> Iterator[Part]:
    """By the last line of each verification, and of the account's requests."""
    last = (
        select(Verification, func.max(AccessEntry.at))
        .join(AccessEntry, AccessEntry.verification_id == Verification.id)
        .where(Verification.account_id == account.id)
        .group_by(Verification.id)
    )
    for verification, at in session.execute(last):
        yield _of(verification, kept, at)
    asked = session.scalar(select(func.max(AccessEntry.at)).where(AccessEntry.account_id == account.id))
    if asked is not None:
        yield Part(kept.class_name, f"acc_{account.id}", asked)


def _of(verification: Verification, kept: Kept, started: datetime | None) -> Part:
    only_stored = verification.redacted_at is not None
    waits_for = None if CLASSES[kept.class_name].anchor is Anchor.ACCOUNT_CLOSED else OPEN
    return Part(kept.class_name, f"ver_{verification.id}", started, only_stored=only_stored, waits_for=waits_for)


def _of_requests(session: Session, account: Account, kept: Kept) -> Iterator[Part]:
    own = select(RightsRequest).where(RightsRequest.account_id == account.id)
    for request in session.scalars(own.order_by(RightsRequest.id)):
        yield Part(kept.class_name, f"req_{request.id}", request.answered_at)


def _of_authorities(session: Session, account: Account, _kept: Kept) -> Iterator[Part]:
    return _authority_requests(session, account, AuthorityRequest.told_at.is_not(None))


def _authority_requests(session: Session, account: Account, which: ColumnElement[bool]) -> Iterator[Part]:
    asked = select(AuthorityRequest.answered_at).where(AuthorityRequest.account_id == account.id, which)
    for answered_at in session.scalars(asked):
        yield Part("authority_request", f"acc_{account.id}", answered_at)


def _of_bulletins(session: Session, account: Account, kept: Kept) -> Iterator[Part]:
    about = select(Bulletin.closed_at).join(Addressee, Addressee.bulletin_id == Bulletin.id)
    for closed_at in session.scalars(about.where(Addressee.account_id == account.id)):
        yield Part(kept.class_name, f"acc_{account.id}", closed_at)


def _of_repeats(session: Session, account: Account, kept: Kept) -> Iterator[Part]:
    last = session.scalar(
        select(func.max(Idempotency.created_at)).where(Idempotency.resource.in_(_resources(account.id)))
    )
    if last is not None:
        yield Part(kept.class_name, f"acc_{account.id}", last)


def _resources(account_id: UUID) -> CompoundSelect[UUID]:
    """Ids that requests about the account were answered with."""
    return union_all(
        select(Account.id).where(Account.id == account_id),
        select(Verification.id).where(Verification.account_id == account_id),
        select(RightsRequest.id).where(RightsRequest.account_id == account_id),
    )


def _of_account(_session: Session, account: Account, kept: Kept) -> Iterator[Part]:
    yield Part(kept.class_name, f"acc_{account.id}", account.closed_at)


#: owner of a class → what an account has of it
OWN: Mapping[Any, Callable[[Session, Account, Kept], Iterator[Part]]] = {
    Verification: _of_verifications,
    Document: _of_documents,
    AccessEntry: _of_access,
    RightsRequest: _of_requests,
    AuthorityRequest: _of_authorities,
    Bulletin: _of_bulletins,
    Idempotency: _of_repeats,
    Account: _of_account,
}


def _in_the_key_store(account: Account, services: Services) -> Iterator[Part]:
    """Tags that it was the first to use, and orders of its erasure."""
    of = f"acc_{account.id}"
    for name, (_, last) in services.vault.tags_of([account.id]).items():
        yield Part(name, of, account.closed_at) if name == OF_ACCOUNTS else Part(name, of, until=last)
    for order in services.vault.orders_of(account.id):
        about = f"ver_{order.verification_id}" if order.verification_id else of
        yield Part(ORDERS, about, order.asked_at)


def _in_logs(account: Account, services: Services) -> Iterator[Part]:
    """Of a closed account nothing new is written."""
    closed_at = account.closed_at
    if closed_at is None or keep_until("network_log", closed_at) > services.clock():
        yield Part("network_log", f"acc_{account.id}", closed_at)
