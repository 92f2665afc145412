"""Comparing what accounts are (suspended, closed, erased) with what the events of their chains say.

The gate (反电信网络诈骗法 21) and the retention clock rest on these columns.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify.audit import BATCH, NIL
from verify.models import Account, Event
from verify.record.tables import SKEW

SUSPENDED, REINSTATED, CLOSED, ERASED = (f"account.{word}" for word in ("suspended", "reinstated", "closed", "erased"))


@dataclass
class Standing:
    """What the events of an account come to."""

    reason: str | None = None
    closed_at: datetime | None = None
    is_erased: bool = False

    def take(self, type_: str, payload: dict[str, Any]) -> None:
        if type_ == SUSPENDED:
            self.reason = payload["reason"]
        elif type_ == REINSTATED:
            self.reason = None
        elif type_ == CLOSED:
            self.closed_at = datetime.fromisoformat(payload["created_at"])
        else:
            self.is_erased = True


def odd_account(session: Session) -> str | None:
    """The first account that is not what its events say, in order of accounts, or None."""
    for batch in _batches(session):
        said = {account.id: Standing() for account in batch}
        which = Event.account_id.in_(said), Event.type.in_((SUSPENDED, REINSTATED, CLOSED, ERASED))
        columns = (Event.account_id, Event.type, Event.payload)
        for row in session.execute(select(*columns).where(*which).order_by(Event.account_id, Event.seq)):
            said[row.account_id].take(row.type, json.loads(row.payload))
        for account in batch:
            column = _odd(account, said[account.id])
            if column is not None:
                return f"acc_{account.id}: its {column} is not what its events say"
        session.expunge_all()
    return None


def _odd(account: Account, said: Standing) -> str | None:
    if account.suspended_reason != said.reason or (account.suspended_at is None) != (said.reason is None):
        return "suspension"
    if (account.erased_at is not None) != said.is_erased:
        return "erased_at"
    return None if _is_closed_as_said(account, said) else "closed_at"


def _is_closed_as_said(account: Account, said: Standing) -> bool:
    if account.closed_at is None or said.closed_at is None:
        return account.closed_at is said.closed_at
    # an erasure that is repeated after a restore keeps the day on which it closed the account first
    is_earlier = account.closed_at < said.closed_at - SKEW
    return said.is_erased if is_earlier else account.closed_at <= said.closed_at + SKEW


def _batches(session: Session) -> Iterator[Sequence[Account]]:
    last = NIL
    while batch := session.scalars(select(Account).where(Account.id > last).order_by(Account.id).limit(BATCH)).all():
        last = batch[-1].id
        yield batch
