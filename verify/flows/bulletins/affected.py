"""Finding whom an incident concerns: by time, provider, kinds of data and staff, from the records of what happened."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, false, func, or_, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Kind
from verify.flows.staff.lines import FIELDS, LINES, UNNAMED
from verify.models import AccessEntry, Account, Addressee, Attempt, Bulletin, Operator, Verification
from verify.models.base import insert_for
from verify.services import Services

#: accounts of one transaction
BATCH = 1000

#: never in a store, so no leak of a store can hold one
NEVER_STORED = frozenset({Kind.FACE_IMAGE, Kind.ID_CARD_PHOTO})


@dataclass(frozen=True)
class Scope:
    """What happened, so far as the records can say it. Empty members leave nothing out.

    With ``provider``: its calls, as the record of disclosures has them. With ``operator`` (a login): what that member
    of staff did with cases and rights requests, as the access log has it; ``kinds`` are those shown in clear then.
    With neither: whoever was known to us until ``until`` and not erased before ``begins``.
    """

    begins: datetime
    until: datetime
    provider: str | None = None
    operator: str | None = None
    kinds: Sequence[str] = ()

    def shown(self) -> dict[str, Any]:
        return {name: str(value) for name, value in asdict(self).items() if value} | {"kinds": list(self.kinds)}


def accounts(scope: Scope, *, livemode: bool) -> Select[UUID]:
    """Ids of the accounts concerned."""
    asked = [_by_staff(scope)] if scope.operator else []
    if scope.provider or not scope.operator:
        asked.append(_by_calls(scope) if scope.provider else _by_store(scope))
    return select(Account.id).where(Account.livemode == livemode, *asked)


def _by_calls(scope: Scope) -> ColumnElement[bool]:
    within = (Attempt.started_at >= scope.begins, Attempt.started_at < scope.until)
    return _sent(*within, Attempt.provider == scope.provider, *_holds(Attempt.kinds, scope.kinds))


def _by_store(scope: Scope) -> ColumnElement[bool]:
    """Who had given such data by then; what was deleted since may have been here at the time."""
    kinds = [kind for kind in scope.kinds if kind not in NEVER_STORED]
    was_here = (Account.created_at < scope.until) & or_(Account.erased_at.is_(None), Account.erased_at >= scope.begins)
    if not scope.kinds:
        return was_here
    return was_here & _sent(Attempt.started_at < scope.until, or_(*_holds(Attempt.kinds, kinds), false()))


def _by_staff(scope: Scope) -> ColumnElement[bool]:
    """Of cases by their verification, of rights requests by their account."""
    seen = (*_lines(scope), *_shown(scope.kinds))
    of_case = (Verification.account_id == Account.id, AccessEntry.verification_id == Verification.id)
    return or_(exists().where(*of_case, *seen), exists().where(AccessEntry.account_id == Account.id, *seen))


def _lines(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Of that member of staff in that time, but for refusals."""
    return (
        AccessEntry.refused.is_(None),
        AccessEntry.at >= scope.begins,
        AccessEntry.at < scope.until,
        AccessEntry.operator_id == select(Operator.id).where(Operator.login == scope.operator).scalar_subquery(),
    )


def _shown(kinds: Sequence[str]) -> list[ColumnElement[bool]]:
    """True of lines that showed one of these in clear; no condition for none."""
    if not kinds:
        return []
    whole = [name for name, line in LINES.items() if line.shows.intersection(kinds)]
    parted = [name for name, line in LINES.items() if line.by_field]
    fields = [*kinds, *(FIELDS[kind] for kind in kinds if kind in FIELDS)]
    by_field = and_(AccessEntry.action.in_(parted), *_holds(AccessEntry.detail, fields))
    return [or_(AccessEntry.action.in_(whole), by_field)]


def unnamed(session: Session, scope: Scope) -> dict[str, int]:
    """Lists and searches of that member of staff, by kind of line: whom they showed is nowhere kept."""
    query = (
        select(AccessEntry.action, func.count())
        .where(*_lines(scope), *_shown(scope.kinds), AccessEntry.action.in_(UNNAMED))
        .group_by(AccessEntry.action)
        .order_by(AccessEntry.action)
    )
    return dict(session.execute(query).all())


def _sent(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        Verification.account_id == Account.id, Attempt.verification_id == Verification.id, *conditions
    )


def _holds(column: Any, kinds: Sequence[str]) -> list[ColumnElement[bool]]:
    """True where the JSON of the column names one of these; no condition for none."""
    text = cast(column, String)
    return [or_(*(text.contains(f'"{kind}"', autoescape=True) for kind in kinds))] if kinds else []


def count(session: Session, scope: Scope, *, livemode: bool) -> int:
    found = accounts(scope, livemode=livemode).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def note(bulletin: Bulletin, scope: Scope, services: Services, due_at: datetime | None = None) -> Iterator[int]:
    """Make them addressees, batch by batch; how many each time. Begun again it adds only those that are missing."""
    last = UUID(int=0)
    query = accounts(scope, livemode=bulletin.livemode).order_by(Account.id).limit(BATCH)
    while True:
        with services.write() as session:
            ids = session.scalars(query.where(Account.id > last)).all()
            if not ids:
                return
            rows = [
                {"id": uuid7(), "bulletin_id": bulletin.id, "account_id": account_id, "due_at": due_at}
                for account_id in ids
            ]
            session.execute(insert_for(session, Addressee).values(rows).on_conflict_do_nothing())
        last = ids[-1]
        yield len(ids)
