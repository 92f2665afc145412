"""Asking the verified again after a major change of the notice (policy 8.2, 8.3), once, and not again after a no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from providers.base import Capability
from verify import policies
from verify.errors import Problem, invalid
from verify.flows import accounts, consent, consent_notice, events, idempotency, withdrawal
from verify.flows.case import Reach, with_application
from verify.flows.checks import SHANGHAI
from verify.flows.consent import Granted
from verify.flows.consent_notice import Notice
from verify.flows.idempotency import Ticket
from verify.flows.states import Status
from verify.models import Account, Verification
from verify.services import Services

#: purposes that go on once somebody is verified, and whom their data still goes to
PURPOSES = frozenset({"identity", "enterprise", "legal_representative"})
SHARED = frozenset({Capability.REGISTRY})

#: how long before it takes effect a major change is announced
AHEAD = timedelta(days=30)

BATCH = 200


@dataclass(frozen=True)
class Whose:
    """The verified identity of an account that is asked about."""

    reach: Reach
    account_ref: str
    type: str


def notice_of(whose: Whose, services: Services, locale: str | None = None, *, asked_by_user: bool) -> dict[str, Any]:
    """The notice in force, with the items that go on. Raises Problem; consent_refused shortly after a no."""
    with services.read() as session:
        account = accounts.load(session, whose.reach, whose.account_ref)
        verification = _verified(session, account, whose.type)
    if not asked_by_user:
        _refuse_nagging(verification, account, services)
    notice = _lasting(verification, services)
    return notice.show(locale or verification.locale)


def grant(whose: Whose, granted: Granted, services: Services, ticket: Ticket | None = None) -> Account:
    """Keep the granted items in the ledger, beside those given before. Raises Problem."""
    now = services.clock()
    with services.write() as session:
        account = accounts.load_locked(session, whose.reach, whose.account_ref)
        idempotency.claim(session, ticket, account.id, now, status=200)
        verification = _verified(session, account, whose.type)
        notice = _lasting(verification, services)
        consent.check(notice, granted)
        kept = consent.keep(session, verification, notice, set(granted.items), services)
        account.refusals = {name: at for name, at in account.refusals.items() if name != _refusal(whose.type)}
        events.append_to_account(
            session,
            account,
            "consent.renewed",
            now,
            verification=str(verification.id),
            notice=notice.id,
            items=sorted(set(granted.items)),
            consents=kept,
        )
    consent_notice.is_kept(notice, services)
    return account


def decline(whose: Whose, services: Services, ticket: Ticket | None = None) -> Account:
    """Remember a no: what was consented to before stays as it is, and nobody asks again at once. Raises Problem."""
    now = services.clock()
    with services.write() as session:
        account = accounts.load_locked(session, whose.reach, whose.account_ref)
        idempotency.claim(session, ticket, account.id, now, status=200)
        verification = _verified(session, account, whose.type)
        account.refusals = {**account.refusals, _refusal(whose.type): now.isoformat()}
        version = policies.current(_today(services)).version
        events.append_to_account(
            session, account, "consent.declined", now, verification=str(verification.id), version=version
        )
    return account


def _refusal(type_: str) -> str:
    return f"renewal.{type_}"


def _refuse_nagging(verification: Verification, account: Account, services: Services) -> None:
    asked = {_refusal(verification.type)}
    withdrawal.refuse_nagging(verification.application, account.refusals, asked, services.clock())


def _verified(session: Session, account: Account, type_: str) -> Verification:
    """The newest, with its consents. Raises Problem not_found, account_closed."""
    if account.closed_at is not None:
        raise Problem("account_closed")
    if type_ not in {"personal", "enterprise"}:
        raise invalid("type", "not_allowed")
    own = (Verification.account_id == account.id, Verification.type == type_, Verification.status == Status.VERIFIED)
    query = with_application().where(*own).order_by(Verification.id.desc()).limit(1)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise Problem("not_found")
    session.refresh(found, ["consents"])
    return found


def _lasting(verification: Verification, services: Services) -> Notice:
    notice = consent.render(verification, services)
    return Notice(
        notice.policy,
        tuple(item for item in notice.purposes if item.id in PURPOSES),
        tuple(share for share in notice.shares if share.capability in SHARED),
        notice.application,
        services,
    )


def announce(services: Services) -> int:
    """Tell applications of a major change ahead, once for each account that it is about; how many were told."""
    version = upcoming(_today(services))
    if version is None:
        return 0
    now = services.clock()
    with services.write() as session:
        told = _untold(session, version)
        for account in told:
            account.announced = version
            events.append_to_account(session, account, "policy.announced", now, version=version)
    return len(told)


def upcoming(today: date) -> str | None:
    """The newest major version that takes effect within AHEAD."""
    near = [
        policy.version
        for policy in policies.POLICIES
        if policy.version in policies.MAJOR and today < policy.effective <= today + AHEAD
    ]
    return max(near, default=None)


def _untold(session: Session, version: str) -> Sequence[Account]:
    is_verified = exists().where(Verification.account_id == Account.id, Verification.status == Status.VERIFIED)
    query = (
        select(Account)
        .where(or_(Account.announced.is_(None), Account.announced < version), Account.closed_at.is_(None), is_verified)
        .order_by(Account.id)
        .limit(BATCH)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return session.scalars(query).all()


def _today(services: Services) -> date:
    today: date = services.clock().astimezone(SHANGHAI).date()
    return today
