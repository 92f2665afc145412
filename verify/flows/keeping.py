"""Whose time is over, class by class: the one set of questions that the sweep, its dry run and every answer ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from verify.flows.retention import CLASSES, Anchor, End, anchored_before
from verify.flows.rights import rules
from verify.flows.states import UNVERIFIED
from verify.models import (
    AccessEntry,
    Account,
    Addressee,
    Attempt,
    AuthorityRequest,
    Bulletin,
    Consent,
    Event,
    Hold,
    Proposal,
    ReviewClaim,
    ReviewNote,
    ReviewReason,
    RightsRequest,
    SealedStep,
    Transfer,
    Verification,
)


@dataclass(frozen=True)
class Kept:
    """A class as it lies in the main store. ``owner`` is whose clock runs: a verification, an account, or the row
    itself; ``has_some`` is true of owners that still have something of it."""

    class_name: str
    owner: Any
    has_some: ColumnElement[bool]

    @property
    def anchor(self) -> Any:
        return CLOCKS[self.owner] if self.owner in CLOCKS else ANCHORS[CLASSES[self.class_name].anchor]


ANCHORS: Mapping[Anchor, Any] = {
    Anchor.ENDED: Verification.ended_at,
    Anchor.ACCOUNT_CLOSED: Account.closed_at,
}

#: rows with a clock of their own
CLOCKS: Mapping[Any, Any] = {
    AccessEntry: AccessEntry.at,
    RightsRequest: RightsRequest.answered_at,
    AuthorityRequest: AuthorityRequest.answered_at,
    Bulletin: Bulletin.closed_at,
}

#: rows that belong to no account, or to many
OF_NOBODY = frozenset({AccessEntry, Bulletin})


#: values on the verification's own row that go with a class: they are sealed under its key
COLUMNS: Mapping[str, str] = {"identity": "display_ct", "review": "words_ct"}

#: classes of which a part has a shorter period of its own
PARTLY_UNVERIFIED = frozenset(name for row in CLASSES.values() for name in row.sealed_as)

#: shredded by those who know that it is answered, or where its bytes lie
ELSEWHERE = frozenset({"transfer", "document"})


def _sealed(class_name: str) -> Kept:
    parts = CLASSES[class_name].sealed_as
    has_some = or_(*(_has(name) for name in parts or (class_name,)))
    if parts:
        has_some = and_(has_some, is_unverified(), ~is_contested())
    elif class_name in PARTLY_UNVERIFIED:
        has_some = and_(has_some, ~is_unverified())
    return Kept(class_name, Verification, has_some)


def _has(class_name: str) -> ColumnElement[bool]:
    its_own = SealedStep.verification_id == Verification.id
    has_some: ColumnElement[bool] = exists().where(its_own, SealedStep.retention_class == class_name)
    if class_name in COLUMNS:
        has_some = or_(has_some, getattr(Verification, COLUMNS[class_name]).is_not(None))
    return has_some


def is_unverified() -> ColumnElement[bool]:
    """True of verifications that ended without anybody being verified."""
    return Verification.status.in_(UNVERIFIED)


def is_contested() -> ColumnElement[bool]:
    """True while an answer is owed to the owner of the account, for which it may be needed."""
    return exists().where(
        RightsRequest.account_id == Verification.account_id,
        RightsRequest.kind.in_(rules.CONTESTING),
        RightsRequest.answered_at.is_(None),
    )


def _concerns_held() -> ColumnElement[bool]:
    """True of bulletins with an addressee under a legal hold."""
    return exists().where(
        Addressee.bulletin_id == Bulletin.id, Hold.account_id == Addressee.account_id, Hold.lifted_at.is_(None)
    )


#: what reviews leave beside their words
REVIEW = (ReviewNote, ReviewClaim, ReviewReason, Proposal)


def _rows_of(table: Any) -> ColumnElement[bool]:
    return exists().where(table.verification_id == Verification.id)


#: in the order in which they are deleted: what is sealed, then rows, then the account that all hangs on
KEPT: Mapping[str, Kept] = {
    kept.class_name: kept
    for kept in (
        *(_sealed(row.name) for row in CLASSES.values() if row.end is End.KEY_DESTROYED and row.name not in ELSEWHERE),
        Kept("transfer_record", Verification, exists().where(Transfer.verification_id == Verification.id)),
        Kept("attempt", Verification, exists().where(Attempt.verification_id == Verification.id)),
        Kept("consent", Verification, exists().where(Consent.verification_id == Verification.id)),
        Kept("event", Verification, exists().where(Event.verification_id == Verification.id)),
        Kept("review_record", Verification, or_(*(_rows_of(table) for table in REVIEW))),
        Kept("access_log", AccessEntry, AccessEntry.id.is_not(None)),
        Kept("rights_request", RightsRequest, RightsRequest.id.is_not(None)),
        Kept("authority_request", AuthorityRequest, AuthorityRequest.id.is_not(None)),
        Kept("bulletin", Bulletin, ~_concerns_held()),
        # the cases of its owner last longer where they were answered later
        Kept("account", Account, ~exists().where(RightsRequest.account_id == Account.id)),
    )
}


def is_held() -> ColumnElement[bool]:
    """True of accounts under a legal hold."""
    return exists().where(Hold.account_id == Account.id, Hold.lifted_at.is_(None))


def _is_of_held() -> ColumnElement[bool]:
    return exists().where(Hold.account_id == AuthorityRequest.account_id, Hold.lifted_at.is_(None))


def due(kept: Kept, now: datetime) -> Select[UUID]:
    """Ids of owners of which this class must go now, the longest over first."""
    query: Select[Any] = select(kept.owner.id)
    if kept.owner is Verification:
        query = query.join(Account, Account.id == Verification.account_id)
    if kept.owner is RightsRequest:
        query = query.join(Account, Account.id == RightsRequest.account_id)
    if kept.owner is AuthorityRequest:  # the account may be gone
        query = query.where(~_is_of_held())
    elif kept.owner not in OF_NOBODY:
        query = query.where(~is_held())
    began = anchored_before(kept.class_name, now)
    row = CLASSES[kept.class_name]
    if kept.anchor is Verification.ended_at and row.end is End.KEY_DESTROYED and not row.sealed_as:
        query = query.where(Verification.id.in_(_still_sealed(kept.class_name, began)))
    return query.where(kept.anchor < began, kept.has_some).order_by(kept.anchor)


def _still_sealed(class_name: str, began: datetime) -> Any:
    """Verifications that may hold something of a class: what is looked through is what is kept, not all that ended.

    What goes with steps is sealed before its verification ends; words of staff may come later.
    """
    sealed = select(SealedStep.verification_id).where(SealedStep.retention_class == class_name)
    if class_name not in COLUMNS:
        return sealed.where(SealedStep.sealed_at < began)
    column = getattr(Verification, COLUMNS[class_name])
    beside = aliased(Verification)
    return union_all(sealed, select(beside.id).where(getattr(beside, column.key).is_not(None), beside.ended_at < began))


def counts(session: Session, now: datetime) -> dict[str, int]:
    """Of how many owners each class is due: what the next run deletes."""
    return {
        name: session.scalar(select(func.count()).select_from(due(kept, now).subquery())) or 0
        for name, kept in KEPT.items()
    }
