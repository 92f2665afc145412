"""Where each class lies in the main store, and whose it is: what the sweep, its dry run and every answer read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, union_all

from verify.flows.periods import anchored_before
from verify.flows.retention import CLASSES, Anchor, End
from verify.flows.rights import rules
from verify.flows.states import FINAL, UNVERIFIED
from verify.flows.transfers.states import Stage
from verify.models import (
    AccessEntry,
    Account,
    Addressee,
    Attempt,
    AuthorityRequest,
    Bulletin,
    Consent,
    Document,
    Event,
    Hold,
    Idempotency,
    Proposal,
    ReviewClaim,
    ReviewNote,
    ReviewReason,
    RightsRequest,
    SealedStep,
    Transfer,
    Verification,
)
from verify.models.due import is_free


@dataclass(frozen=True)
class Kept:
    """A class as it lies in the main store. ``owner`` is whose clock runs: a verification, an account, or the row
    itself; ``has_some`` is true of owners that still have something of it. ``over`` says of which it must go where
    that is not all whose anchor is older than the period: they are taken from an index of what is left, since all that
    ever ended is no place to look for it."""

    class_name: str
    owner: Any
    has_some: ColumnElement[bool]
    over: Callable[[datetime], ColumnElement[bool]] | None = None

    @property
    def key(self) -> Any:
        return Idempotency.scope if self.owner is Idempotency else self.owner.id

    @property
    def anchor(self) -> Any:
        return CLOCKS[self.owner] if self.owner in CLOCKS else ANCHORS[CLASSES[self.class_name].anchor]


ANCHORS: Mapping[Anchor, Any] = {
    Anchor.ENDED: Verification.ended_at,
    Anchor.ACCOUNT_CLOSED: Account.closed_at,
    Anchor.ANSWERED: Verification.ended_at,
}

#: rows with a clock of their own
CLOCKS: Mapping[Any, Any] = {
    AccessEntry: AccessEntry.at,
    RightsRequest: RightsRequest.answered_at,
    AuthorityRequest: AuthorityRequest.answered_at,
    Bulletin: Bulletin.closed_at,
    Document: Document.created_at,
    Idempotency: Idempotency.created_at,
}


#: values on the verification's own row that go with a class: they are sealed under its key
COLUMNS: Mapping[str, str] = {"identity": "display_ct", "review": "words_ct"}

#: classes of which a part has a shorter period of its own
PARTLY_UNVERIFIED = frozenset(name for row in CLASSES.values() for name in row.sealed_as)

#: classes whose keys go another way than by their steps
BY_THEMSELVES = frozenset({"transfer", "document"})


def _sealed(class_name: str) -> Kept:
    parts = CLASSES[class_name].sealed_as
    has_some = or_(*(_has(name) for name in parts or (class_name,)))
    if parts:
        has_some = and_(has_some, is_unverified(), ~is_contested())
    elif class_name in PARTLY_UNVERIFIED:
        has_some = and_(has_some, ~is_unverified())
    return Kept(class_name, Verification, has_some, OVER.get(class_name))


def _has(class_name: str) -> ColumnElement[bool]:
    its_own = SealedStep.verification_id == Verification.id
    has_some: ColumnElement[bool] = exists().where(its_own, of_class(class_name))
    if class_name in COLUMNS:
        has_some = or_(has_some, getattr(Verification, COLUMNS[class_name]).is_not(None))
    return has_some


def of_class(class_name: str, sealed: Any = SealedStep) -> ColumnElement[bool]:
    """True of a verification's blobs of a class, found by whose they are: by their class, SQLite would look through
    some thousand others for each."""
    found: ColumnElement[bool] = sealed.retention_class.concat("") == class_name
    return found


def is_unverified() -> ColumnElement[bool]:
    """True of verifications that ended without anybody being verified. In the words of their index, or none uses it."""
    return Verification.status.in_(bindparam("unverified", sorted(UNVERIFIED), expanding=True, literal_execute=True))


def is_contested() -> ColumnElement[bool]:
    """True while an answer is owed to the owner of the account, for which it may be needed."""
    return exists().where(
        RightsRequest.account_id == Verification.account_id,
        RightsRequest.kind.in_(rules.CONTESTING),
        RightsRequest.answered_at.is_(None),
    )


def is_held() -> ColumnElement[bool]:
    """True of accounts under a legal hold."""
    return _stands(Hold.account_id == Account.id)


def _stands(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*conditions, Hold.lifted_at.is_(None))


#: rows that no account is joined to → true of those that a legal hold keeps
HELD: Mapping[Any, ColumnElement[bool]] = {
    AccessEntry: or_(
        _stands(Hold.account_id == Verification.account_id, AccessEntry.verification_id == Verification.id),
        _stands(Hold.account_id == AccessEntry.account_id),
    ),
    AuthorityRequest: _stands(Hold.account_id == AuthorityRequest.account_id),
    Bulletin: _stands(Hold.account_id == Addressee.account_id, Addressee.bulletin_id == Bulletin.id),
}


def _documents_over(now: datetime) -> ColumnElement[bool]:
    """Replaced, let go or never taken up, of which ``due_at`` tells; or past their time or their data's erasure."""
    began = anchored_before("document", now)
    ended = (
        select(Document.id)
        .join(Verification, Verification.id == Document.verification_id)
        .where(
            Document.purged_at.is_(None),
            Document.due_at.is_(None),
            or_(Verification.ended_at < began, Verification.redacted_at.is_not(None)),
        )
    )
    return Document.id.in_(union_all(ended, select(Document.id).where(is_free(Document, now))))


def _words_over(now: datetime) -> ColumnElement[bool]:
    """Staff may write after the end, so their words tell nothing of it."""
    began = anchored_before("review", now)
    sealed = select(SealedStep.verification_id).where(SealedStep.retention_class == "review")
    beside = select(Verification.id).where(Verification.words_ct.is_not(None), Verification.ended_at < began)
    return and_(Verification.ended_at < began, Verification.id.in_(union_all(sealed, beside)))


#: sealed classes → what is over of them
OVER: Mapping[str, Callable[[datetime], ColumnElement[bool]]] = {"review": _words_over}


def _amounts_over(_now: datetime) -> ColumnElement[bool]:
    """No secret to be guessed any more; what was never ordered is seen to first."""
    done = or_(Transfer.closed_at.is_not(None), Verification.status.in_(FINAL))
    never_ordered = and_(Transfer.status == Stage.CREATED, Transfer.due_at.is_not(None))
    left = select(Transfer.verification_id).join(Verification, Verification.id == Transfer.verification_id)
    return Verification.id.in_(left.where(Transfer.content_ct.is_not(None), done, ~never_ordered))


def _amounts() -> ColumnElement[bool]:
    return and_(Transfer.verification_id == Verification.id, Transfer.content_ct.is_not(None))


def _accounts_over(now: datetime) -> ColumnElement[bool]:
    """The cases of its owner last longer where they were answered later."""
    answered = RightsRequest.answered_at < anchored_before("rights_request", now)
    lasting = exists().where(
        RightsRequest.account_id == Account.id, or_(RightsRequest.answered_at.is_(None), ~answered)
    )
    closed = select(Account.id).where(Account.closed_at < anchored_before("account", now), ~lasting)
    return Account.id.in_(closed)


#: what reviews leave beside their words
REVIEW = (ReviewNote, ReviewClaim, ReviewReason, Proposal)


def _rows_of(table: Any) -> ColumnElement[bool]:
    return exists().where(table.verification_id == Verification.id)


#: in the order in which they are deleted: what is sealed, then rows, then the account that all hangs on
KEPT: Mapping[str, Kept] = {
    kept.class_name: kept
    for kept in (
        *(
            _sealed(row.name)
            for row in CLASSES.values()
            if row.end is End.KEY_DESTROYED and row.name not in BY_THEMSELVES
        ),
        Kept("document", Document, Document.purged_at.is_(None), _documents_over),
        Kept("transfer", Verification, exists().where(_amounts()), _amounts_over),
        Kept("transfer_record", Verification, _rows_of(Transfer)),
        Kept("attempt", Verification, _rows_of(Attempt)),
        Kept("consent", Verification, _rows_of(Consent)),
        Kept("event", Verification, _rows_of(Event)),
        Kept("review_record", Verification, or_(*(_rows_of(table) for table in REVIEW))),
        Kept("access_log", AccessEntry, ~HELD[AccessEntry]),
        Kept("rights_request", RightsRequest, RightsRequest.id.is_not(None)),
        Kept("authority_request", AuthorityRequest, ~HELD[AuthorityRequest]),
        Kept("bulletin", Bulletin, ~HELD[Bulletin]),
        Kept("idempotency", Idempotency, Idempotency.scope.is_not(None)),
        Kept("account", Account, Account.id.is_not(None), _accounts_over),
    )
}
