"""What an application does to an account: suspend and reinstate it, and close it, which starts the retention clock."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from verify.errors import Problem, invalid
from verify.flows import accounts, events, idempotency
from verify.flows.case import Reach, locked, with_application
from verify.flows.enterprise import suspending
from verify.flows.idempotency import Ticket
from verify.flows.methods import TYPES
from verify.flows.minors import answers
from verify.flows.states import FINAL, Action, advance
from verify.models import Account, Verification
from verify.services import Services

#: a code, not words: it is shown at the gate and stays in the record
REASON = re.compile(r"[a-z][a-z_]{1,39}")

#: late facts that no lifting ends, only a newer verification: type that stands on them, reason, and whether it holds
LATE_FACTS: Sequence[tuple[str, str, Callable[[Session, Verification, datetime], bool]]] = (
    ("enterprise", suspending.LETTER_EXPIRED, suspending.has_dead_letter),
    ("personal", answers.WITHDREW, answers.is_withdrawn),
)


def suspend(reach: Reach, account_ref: str, reason: str, services: Services, ticket: Ticket | None = None) -> Account:
    """Block the gate with a reason, which the account's owner may appeal against. Raises Problem."""
    if not REASON.fullmatch(reason):
        raise invalid("reason", "invalid_characters")
    with services.write() as session:
        account = _claimed(session, reach, account_ref, services, ticket)
        _refuse_closed(account)
        if account.suspended_reason != reason:
            account.suspended_at, account.suspended_reason = services.clock(), reason
            events.append_to_account(session, account, "account.suspended", services.clock(), reason=reason)
    return account


def reinstate(reach: Reach, account_ref: str, services: Services, ticket: Ticket | None = None) -> Account:
    """Lift a suspension, unless a late fact keeps it. Raises Problem."""
    with services.write() as session:
        account = _claimed(session, reach, account_ref, services, ticket)
        _refuse_closed(account)
        lift(session, account, services)
    return account


def lift(session: Session, account: Account, services: Services) -> bool:
    """End the suspension of a locked account; false where there is none, or a late fact keeps it suspended."""
    if account.suspended_at is None:
        return False
    now, before = services.clock(), account.suspended_reason
    stands_on = {type_: suspending.in_force(session, account, type_) for type_ in TYPES}
    kept_by = [
        (verification, reason)
        for type_, reason, holds in LATE_FACTS
        if (verification := stands_on[type_]) is not None and holds(session, verification, now)
    ]
    if before in {reason for _, reason in kept_by}:
        return False
    account.suspended_at = account.suspended_reason = None
    events.append_to_account(session, account, "account.reinstated", now, reason=before or "")
    if (enterprise := stands_on["enterprise"]) is not None:
        suspending.watch_again(session, enterprise, now)
    session.flush()
    for verification, reason in kept_by[:1]:
        suspending.suspend(session, verification, reason, services)
        session.refresh(account)
    return not kept_by


def close(reach: Reach, account_ref: str, services: Services, ticket: Ticket | None = None) -> Account:
    """End the account (policy 6.5): what runs is canceled, nothing new starts, and periods begin. Not to be undone."""
    with services.write() as session:
        account = _claimed(session, reach, account_ref, services, ticket)
        end(session, account, services.clock())
    return account


def end(session: Session, account: Account, now: datetime) -> None:
    """Close a locked account; nothing happens to one that is closed."""
    if account.closed_at is not None:
        return
    for verification in open_of(session, account):
        cancel(session, verification, now, code="account_closed")
    account.closed_at = now
    events.append_to_account(session, account, "account.closed", now)


def open_of(session: Session, account: Account) -> Sequence[Verification]:
    """Those of the account that have not ended, locked in the order of their ids."""
    query = with_application().where(Verification.account_id == account.id, Verification.status.not_in(FINAL))
    return session.scalars(locked(query.order_by(Verification.id))).unique().all()


def cancel(session: Session, verification: Verification, now: datetime, code: str) -> None:
    """End a locked open verification for a reason that is not its user's cancelling."""
    advance(verification, Action.CANCEL, now)
    events.append(session, verification, "verification.canceled", now, code=code)


def _claimed(session: Session, reach: Reach, account_ref: str, services: Services, ticket: Ticket | None) -> Account:
    account = accounts.load_locked(session, reach, account_ref)
    idempotency.claim(session, ticket, account.id, services.clock(), status=200)
    return account


def _refuse_closed(account: Account) -> None:
    if account.closed_at is not None:
        raise Problem("account_closed")
