"""A bulletin from its opening to its end: who may do what when, and where it stands."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.flows.bulletins.affected import Scope
from verify.flows.bulletins.kinds import KINDS, unfinished
from verify.flows.checks import SHANGHAI
from verify.models import Addressee, Bulletin
from verify.services import Services

OPEN, RELEASED, CLOSED = "open", "released", "closed"


class NotNow(Exception):
    """This cannot be done to the bulletin as it stands; says why."""


def state(bulletin: Bulletin) -> str:
    return CLOSED if bulletin.closed_at else RELEASED if bulletin.released_at else OPEN


def begin(
    kind: str,
    title: str,
    by: str,
    services: Services,
    *,
    livemode: bool = True,
    known_at: datetime | None = None,
    effective_on: date | None = None,
) -> Bulletin:
    """Open a matter. ``kind`` is a key of KINDS; one that must be sent days before needs ``effective_on``."""
    now = services.clock()
    row = Bulletin(
        id=uuid7(),
        kind=kind,
        livemode=livemode,
        title=title,
        texts={},
        scopes={},
        opened_at=now,
        opened_by=by,
        known_at=known_at or now,
        effective_on=effective_on,
    )
    with services.write() as session:
        session.add(row)
    return row


def load(session: Session, bulletin_id: UUID) -> Bulletin:
    """Locked. Raises NotNow where there is none."""
    row = session.get(Bulletin, bulletin_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotNow("there is no such matter")
    return row


def widen(bulletin_id: UUID, scope: Scope, services: Services) -> Bulletin:
    """Note by which scope the affected are looked for. Raises NotNow once it was released."""
    with services.write() as session:
        row = load(session, bulletin_id)
        _need(row, OPEN)
        row.scopes = {**row.scopes, str(len(row.scopes) + 1): scope.shown()}
    return row


def clear(bulletin_id: UUID, services: Services) -> None:
    """Forget the affected that were found, to find them anew. Raises NotNow once it was released."""
    with services.write() as session:
        row = load(session, bulletin_id)
        _need(row, OPEN)
        row.scopes = {}
        session.execute(delete(Addressee).where(Addressee.bulletin_id == row.id))


def take_texts(bulletin_id: UUID, texts: Mapping[str, str], services: Services) -> None:
    """The finished texts. Raises NotNow."""
    why = unfinished(texts)
    if why is not None:
        raise NotNow(why)
    with services.write() as session:
        row = load(session, bulletin_id)
        _need(row, OPEN)
        row.texts = {locale: text.strip() for locale, text in texts.items()}


def release(bulletin_id: UUID, by: str, services: Services) -> int:
    """From now on its addressees are told, each once; their number. Raises NotNow."""
    now = services.clock()
    with services.write() as session:
        row = load(session, bulletin_id)
        _need(row, OPEN)
        if not row.texts:
            raise NotNow("no text was taken yet")
        _need_days(row, now)
        row.released_at, row.released_by = now, by
        told = session.execute(
            update(Addressee)
            .where(Addressee.bulletin_id == row.id)
            .values(due_at=now)
            .execution_options(synchronize_session=False)
        )
        count: int = told.rowcount  # type: ignore[attr-defined]
        if not count:
            raise NotNow("nobody is affected yet")
    return count


def send_by(row: Bulletin) -> date | None:
    """The last day on which it may still be sent; None where there is none."""
    days = KINDS[row.kind].days_before
    return row.effective_on - timedelta(days=days) if days and row.effective_on else None


def _need_days(row: Bulletin, now: datetime) -> None:
    days = KINDS[row.kind].days_before
    if not days:
        return
    today = now.astimezone(SHANGHAI).date()
    if row.effective_on is None or row.effective_on < today + timedelta(days=days):
        why = f"it must be sent at least {days} days before its day"
        raise NotNow(why)


def close(bulletin_id: UUID, by: str, services: Services, untold_because: str | None = None) -> None:
    """Put it away; it is kept for three years from now.

    Raises NotNow while receipts are awaited, and where addressees were not told and no reason for that is given.
    """
    with services.write() as session:
        row = load(session, bulletin_id)
        if row.closed_at is not None:
            return
        left = session.scalar(
            select(func.count()).where(Addressee.bulletin_id == row.id, Addressee.due_at.is_not(None))
        )
        if left:
            why = f"{left} addressees are not done with yet"
            raise NotNow(why)
        untold = _untold(session, row)
        if untold and not untold_because:
            why = f"{untold} addressees were not told: send it first, or say with --reason why they are not"
            raise NotNow(why)
        row.closed_at, row.closed_by = services.clock(), by
        row.untold_because = untold_because if untold else None


def _untold(session: Session, row: Bulletin) -> int:
    """Who came after a shutdown's notice and was erased with the others needs none any more."""
    never = (Addressee.told_at.is_(None), Addressee.erased_at.is_(None))
    return session.scalar(select(func.count()).where(Addressee.bulletin_id == row.id, *never)) or 0


def _need(row: Bulletin, wanted: str) -> None:
    if state(row) != wanted:
        why = f"it is {state(row)}, and this needs it to be {wanted}"
        raise NotNow(why)


def tally(session: Session, bulletin_id: UUID) -> dict[str, int]:
    """How far it came. ``unreached`` were told by no endpoint and no message: they need the announcement."""
    own = Addressee.bulletin_id == bulletin_id
    reached = (Addressee.webhook == "delivered") | (Addressee.message == "sent")
    counts: Mapping[str, Any] = {
        "affected": own,
        "told": own & Addressee.told_at.is_not(None),
        "settled": own & Addressee.settled_at.is_not(None),
        "by_webhook": own & (Addressee.webhook == "delivered"),
        "by_message": own & (Addressee.message == "sent"),
        "unknown": own & (Addressee.message == "unknown"),
        "unreached": own & Addressee.settled_at.is_not(None) & ~func.coalesce(reached, False),
        "erased": own & Addressee.erased_at.is_not(None),
    }
    return {name: session.scalar(select(func.count()).where(found)) or 0 for name, found in counts.items()}


def show(bulletin: Bulletin) -> dict[str, Any]:
    """The object of the contract: what applications and their users read."""
    return {
        "id": f"anc_{bulletin.id}",
        "object": "notice",
        "livemode": bulletin.livemode,
        "kind": bulletin.kind,
        "subjects": dict(KINDS[bulletin.kind].subjects),
        "texts": dict(bulletin.texts),
        "effective_on": bulletin.effective_on.isoformat() if bulletin.effective_on else None,
        "released_at": bulletin.released_at.isoformat().replace("+00:00", "Z") if bulletin.released_at else None,
    }
