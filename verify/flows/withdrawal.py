"""Withdrawing consent, item by item (policy 6.4; PIPL 15, 16): what runs and rests on it stops, what was done stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.orm import Session

from providers.base import Capability
from verify.errors import Problem, invalid
from verify.flows import accounts, binding, closing, consent, events, idempotency, progress, routing, troubles
from verify.flows.case import Reach
from verify.flows.idempotency import Ticket
from verify.flows.states import Action, Status, advance
from verify.models import Account, Application, Attempt, Consent, Transfer, Verification
from verify.policies.items import ITEMS
from verify.services import Services

PURPOSES = {item.id: item for item in ITEMS}

REASON = "consent_withdrawn"

#: how a verification that waits for somebody else comes back to its user
BACK: Mapping[str, Action] = {Status.PROCESSING: Action.RETURN, Status.REVIEW: Action.ASK_AGAIN}


@dataclass(frozen=True, repr=False)
class Withdrawal:
    """``items`` were live until now; ``stopped`` are the verifications that wait for a new consent."""

    account: Account
    items: tuple[str, ...]
    stopped: tuple[Verification, ...] = ()


def withdraw(
    reach: Reach, account_ref: str, items: Sequence[str], services: Services, ticket: Ticket | None = None
) -> Withdrawal:
    """Withdraw these items of all the account's verifications. Raises Problem for an item that cannot exist."""
    wanted = set(items)
    if not all(_is_item(item) for item in wanted):
        raise invalid("items", "unknown_item")
    now = services.clock()
    with services.write() as session:
        account = accounts.load_locked(session, reach, account_ref)
        idempotency.claim(session, ticket, account.id, now, status=200)
        running = closing.open_of(session, account)
        rows = mark(
            session,
            Consent.verification_id.in_(select(Verification.id).where(Verification.account_id == account.id)),
            Consent.item.in_(wanted),
            now=now,
        )
        withdrawn = {row.item for row in rows}
        stopped = [verification for verification in running if _rests(verification, withdrawn)]
        for verification in stopped:
            _stop(session, verification, withdrawn, services)
        if withdrawn:
            account.refusals = {**account.refusals, **dict.fromkeys(withdrawn, now.isoformat())}
            ids = [f"ver_{verification.id}" for verification in stopped]
            said: dict[str, Any] = {
                "items": sorted(withdrawn),
                "stopped": sorted(ids),
                "rows": sorted(str(row.id) for row in rows),
            }
            events.append_to_account(session, account, "consent.withdrawn", now, **said)
    return Withdrawal(account, tuple(sorted(withdrawn)), tuple(stopped))


def _is_item(item: str) -> bool:
    kind, _, rest = item.partition(".")
    capability, _, provider = rest.partition(".")
    return item in PURPOSES or (kind == "share" and capability in set(Capability) and bool(provider))


def mark(session: Session, *which: ColumnElement[bool], now: datetime) -> Sequence[Row[UUID, str]]:
    """Close the live ones of these consents; id and item of each, which the event of it is to hold."""
    return session.execute(
        update(Consent)
        .where(*which, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .returning(Consent.id, Consent.item)
        .execution_options(synchronize_session="fetch")
    ).all()


def _rests(verification: Verification, items: set[str]) -> bool:
    return any(consent_.item in items for consent_ in verification.consents)


def _stop(session: Session, verification: Verification, items: set[str], services: Services) -> None:
    """Give an open verification back to its user, who owes a consent before anything goes on."""
    now = services.clock()
    resting = _steps_resting_on(verification, items)
    running = [
        step.name
        for step in progress.steps_of(verification)
        if progress.state(verification, step.name)["status"] == progress.PROCESSING
    ]
    if set(running) & resting or verification.status == Status.REVIEW:
        _call_off(session, verification, now)
        if verification.status in BACK:
            advance(verification, BACK[verification.status], now)
    if progress.TRANSFER_STEP in resting and progress.transfer(verification):
        _abandon_transfers(session, verification, now)
    consent.reopen_where_missing(verification, services)
    troubles.note(verification, "consent", REASON, now)
    events.append(session, verification, "verification.step_returned", now, step="consent", code=REASON)


def _steps_resting_on(verification: Verification, items: set[str]) -> set[str]:
    steps = progress.steps_of(verification)
    by_purpose = {step for item in items & PURPOSES.keys() for step in PURPOSES[item].applies_to}
    shared = {item.split(".")[1] for item in items if item.startswith("share.")}
    by_share = {step.name for step in steps if shared & set(routing.capabilities_of(verification, step))}
    own = {step.name for step in steps}
    # the account and the money sent to it are one purpose
    money = {progress.TRANSFER_STEP} if "bank_account" in by_purpose else set()
    return (by_purpose | by_share | money) & own


def _call_off(session: Session, verification: Verification, now: datetime) -> None:
    """Whatever is still answered of what runs changes nothing any more."""
    closed = session.scalars(
        update(Attempt)
        .where(Attempt.verification_id == verification.id, Attempt.finished_at.is_(None))
        .values(finished_at=now, reason_code=REASON, lease=None, lease_until=None)
        .returning(Attempt)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    for attempt in closed:
        events.carry(session, verification, binding.of_attempt(attempt))
    progress.release(verification)


def _abandon_transfers(session: Session, verification: Verification, now: datetime) -> None:
    """Money that is under way is followed to its end; the user is not asked for it."""
    session.execute(
        update(Transfer)
        .where(Transfer.verification_id == verification.id, Transfer.closed_at.is_(None))
        .values(closed_at=now)
        .execution_options(synchronize_session=False)
    )
    progress.put(verification, progress.TRANSFER_STEP, progress.PENDING, transfer=None, expires_at=None)
    progress.put(verification, "bank_account", progress.PENDING, check=None)


def still_refused(
    session: Session, account_id: UUID, refusals: Mapping[str, str], needed: set[str]
) -> Mapping[str, str]:
    """Of the needed items those that were not consented to since they were refused."""
    own = (Verification.account_id == account_id, Consent.item.in_(needed & refusals.keys()))
    since = (
        select(Consent.item, func.max(Consent.granted_at))
        .join(Verification, Verification.id == Consent.verification_id)
        .where(*own, Consent.withdrawn_at.is_(None))
        .group_by(Consent.item)
    )
    again = dict(session.execute(since).all())
    return {item: at for item, at in refusals.items() if item not in again or again[item] < datetime.fromisoformat(at)}


def refuse_nagging(application: Application, refusals: Mapping[str, str], needed: set[str], now: datetime) -> None:
    """Raises Problem consent_refused while the cool-down of a needed item lasts (``consent_cooldown_hours``)."""
    pause = timedelta(hours=application.setting("consent_cooldown_hours"))
    over = [datetime.fromisoformat(refusals[item]) + pause for item in needed & refusals.keys()]
    left = max((end - now for end in over), default=timedelta(0))
    if left > timedelta(0):
        raise Problem("consent_refused", retry_after=max(1, round(left.total_seconds())))
