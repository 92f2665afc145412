"""Late facts about an enterprise: they block the gate with a reason and never rewrite the verification (api.md)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from verify.flows import events
from verify.flows.case import locked, with_application
from verify.flows.enterprise.parking import Kind, next_check, of
from verify.flows.states import Status
from verify.models import Account, Verification
from verify.services import Services

LETTER_EXPIRED = "authorization_letter_expired"


def is_in_force(session: Session, verification: Verification) -> bool:
    """True of the account's newest verified enterprise verification: a later one answers for itself."""
    return _newest(session, verification.account_id, "enterprise") == verification.id


def _newest(session: Session, account_id: UUID, type_: str) -> UUID | None:
    newest: UUID | None = session.scalars(
        select(Verification.id)
        .where(
            Verification.account_id == account_id,
            Verification.type == type_,
            Verification.status == Status.VERIFIED,
        )
        .order_by(Verification.id.desc())
        .limit(1)
    ).first()
    return newest


def suspend(session: Session, verification: Verification, reason: str, services: Services) -> None:
    """A late fact blocks the gate, with a reason and a way to appeal, which the application hears of (反诈法 32).

    It never rewrites the verification (api.md); an earlier reason stays. The account is locked, before the
    verification was (``accounts.lock_of``).
    """
    now = services.clock()
    account = session.scalars(
        update(Account)
        .where(Account.id == verification.account_id, Account.suspended_at.is_(None))
        .values(suspended_at=now, suspended_reason=reason)
        .returning(Account)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).first()
    if account is not None:
        events.append_to_account(
            session, account, "account.suspended", now, reason=reason, verification=str(verification.id)
        )


def in_force(session: Session, account: Account, type_: str) -> Verification | None:
    """What a locked account stands on in one type, locked."""
    newest = _newest(session, account.id, type_)
    if newest is None:
        return None
    return session.scalars(locked(with_application().where(Verification.id == newest))).unique().one()


def has_dead_letter(session: Session, verification: Verification, now: datetime) -> bool:
    """True where its letter has run out, be it seen to already (never due again) or not yet."""
    row = of(session, verification, Kind.LETTER)
    return row is not None and (row.due_at is None or row.due_at <= now)


def watch_again(session: Session, verification: Verification, now: datetime) -> None:
    """The register is not asked any more after it spoke against an enterprise; lifted, it has to be again."""
    row = of(session, verification, Kind.STANDING)
    if row is not None and row.due_at is None:
        row.due_at, row.checks = next_check(now), 0
