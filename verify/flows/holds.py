"""Placing and lifting legal holds, each on the account's record."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.flows import events
from verify.flows.accounts import get_locked
from verify.flows.view import rfc3339
from verify.models import Account, Hold
from verify.services import Services


def place(account_id: UUID, ground: str, by: str, services: Services) -> UUID:
    """Keep everything of the account until the hold is lifted; the hold's id, of the one that stands on this ground."""
    now = services.clock()
    with services.write() as session:
        account = get_locked(session, account_id)
        same = (Hold.account_id == account_id, Hold.ground == ground, Hold.lifted_at.is_(None))
        known = session.scalars(select(Hold.id).where(*same).limit(1)).one_or_none()
        if known is not None:
            return known
        hold = Hold(id=uuid7(), account_id=account_id, ground=ground, placed_by=by, placed_at=now)
        session.add(hold)
        events.append_to_account(session, account, "hold.placed", now, hold=str(hold.id))
    return hold.id


def every(session: Session, *, lifted: bool = False) -> list[tuple[Hold, Account]]:
    """Those that stand, and those that were ``lifted`` where they are wanted; the oldest first."""
    query = select(Hold, Account).join(Account, Account.id == Hold.account_id).order_by(Hold.id)
    if not lifted:
        query = query.where(Hold.lifted_at.is_(None))
    return [(hold, account) for hold, account in session.execute(query)]


def accounts(session: Session) -> Sequence[UUID]:
    """Those under a hold that stands."""
    return session.scalars(select(Hold.account_id).where(Hold.lifted_at.is_(None)).distinct()).all()


def show(hold: Hold, account: Account) -> dict[str, Any]:
    """A line of the list."""
    return {
        "id": str(hold.id),
        "account": f"acc_{account.id}",
        "account_ref": account.account_ref,
        "livemode": account.livemode,
        "ground": hold.ground,
        "placed_by": hold.placed_by,
        "placed_at": rfc3339(hold.placed_at),
        "lifted_by": hold.lifted_by,
        "lifted_at": rfc3339(hold.lifted_at),
    }


def lift(hold_id: UUID, by: str, services: Services) -> bool:
    """False where no such hold stands."""
    now = services.clock()
    with services.write() as session:
        hold = session.get(Hold, hold_id)
        if hold is None:
            return False
        account = get_locked(session, hold.account_id)
        session.refresh(hold)
        if hold.lifted_at is not None:
            return False
        hold.lifted_at, hold.lifted_by = now, by
        events.append_to_account(session, account, "hold.lifted", now, hold=str(hold.id))
    return True
