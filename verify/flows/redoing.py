"""Repeating orders of erasure that a restored main store does not know, as the key store remembers (policy 5.4)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from verify.flows import accounts, certificate, closing, erasure, holds
from verify.flows.holdings import is_under_hold
from verify.flows.view import rfc3339
from verify.models import Account, Erasure, Verification
from verify.models.orders import Order
from verify.services import Services

#: what becomes of one order: it is known here, was repeated, waits as under a hold, or concerns nothing that is here
KNOWN, REPEATED, HELD, ABSENT = "known", "repeated", "held", "absent"

#: ground of the hold that keeps what was under one when the order was given
HOLD = "an order of erasure that was not carried out before the main store was restored"


def redo(orders: Sequence[Order], by: str, services: Services) -> Counter[str]:
    """Repeat these, the oldest first; how many of each kind. Done again, it finds all of them known."""
    return Counter(_redo(order, by, services) for order in orders)


def _redo(order: Order, by: str, services: Services) -> str:
    with services.read() as session:
        if session.scalar(select(exists(_same(order)))):
            return KNOWN
        if session.get(Account, order.account_id) is None or not _is_here(session, order.verification_id):
            return ABSENT
        held = is_under_hold(session, order.account_id)
    if order.certificate is None and not held:
        holds.place(order.account_id, HOLD, by, services)
    with services.write() as session:
        account = accounts.get_locked(session, order.account_id)
        if order.verification_id is None:
            _close(session, account, order, services.clock())
        erasure_id = erasure.order(session, account, order.verification_id, order.ground, services, again=order).id
    if not erasure.carry_out(erasure_id, services):
        return HELD
    _certify_as_then(erasure_id, order, services)
    return REPEATED


def _same(order: Order) -> Select[Any]:
    """It, or one that was given in its place since the main store came back."""
    alike = (Erasure.account_id == order.account_id, Erasure.ground == order.ground)
    return select(Erasure.id).where(*alike, Erasure.verification_id == order.verification_id)


def _is_here(session: Session, verification_id: UUID | None) -> bool:
    return verification_id is None or session.get(Verification, verification_id) is not None


def _close(session: Session, account: Account, order: Order, now: datetime) -> None:
    """Periods run from the day it was closed, not from the day it was restored."""
    closing.end(session, account, now)
    if account.closed_at is not None:
        account.closed_at = min(account.closed_at, order.closed_at or order.asked_at)


def _certify_as_then(erasure_id: UUID, order: Order, services: Services) -> None:
    """The certificate that was handed out stands: its keys went on its day."""
    with services.write() as session:
        found = session.get_one(Erasure, erasure_id, with_for_update=True, populate_existing=True)
        if order.certificate is None:
            return
        found.certificate, found.signed_by = order.certificate, order.signed_by
        statement = certificate.statement_of(found)
        if statement is not None:
            found.live_at = datetime.fromisoformat(statement["live_at"])


def shown(order: Order) -> dict[str, Any]:
    """A line of ``erasure orders``."""
    return {
        "id": f"era_{order.id}",
        "account": f"acc_{order.account_id}",
        "verification": f"ver_{order.verification_id}" if order.verification_id else None,
        "ground": order.ground,
        "asked_at": rfc3339(order.asked_at),
        "closed_at": rfc3339(order.closed_at),
        "certificate": order.certificate,
        "signed_by": order.signed_by,
    }


def read(line: Mapping[str, Any]) -> Order:
    """The order of such a line. Raises KeyError, TypeError, ValueError for what is none."""
    if line["ground"] not in erasure.GROUNDS:
        msg = "unknown ground"
        raise ValueError(msg)
    return Order(
        id=_id(line["id"], "era_"),
        account_id=_id(line["account"], "acc_"),
        verification_id=_id(line["verification"], "ver_") if line["verification"] else None,
        ground=line["ground"],
        asked_at=_time(line["asked_at"]),
        closed_at=_time(line["closed_at"]) if line["closed_at"] else None,
        certificate=line["certificate"],
        signed_by=line["signed_by"],
    )


def _id(text: str, prefix: str) -> UUID:
    return UUID(text.removeprefix(prefix))


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        msg = "naive time"
        raise ValueError(msg)
    return found
