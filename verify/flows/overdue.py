"""Whose time is over, class by class: what the sweep deletes and its dry run counts, in both stores."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from verify.flows import holds
from verify.flows.keeping import KEPT, Kept, is_held, of_class
from verify.flows.periods import anchored_before
from verify.flows.retention import CLASSES, Anchor, End
from verify.models import Account, Document, RightsRequest, SealedStep, Verification
from verify.services import Services

#: classes of the key store's tags that time alone ends
TAGS = ("face_tag", "daily_count", "wrong_amounts")

#: tags that end with their account
OF_ACCOUNTS = "blind_index"

#: those that go at once where their account is erased
TAGS_OF_OWNERS = tuple(name for name in (*TAGS, OF_ACCOUNTS) if not CLASSES[name].stays)

ORDERS = "erasure_order"

#: classes that lie in a store of ours
STORED = frozenset({*KEPT, *TAGS, OF_ACCOUNTS, ORDERS})

#: classes that go by the end of the verification whose steps sealed them: found in the order of sealing, so that a
#: batch reads no more than a batch, however much is kept or due
BY_SEAL = frozenset(
    name
    for name, kept in KEPT.items()
    if kept.owner is Verification and kept.over is None
    if CLASSES[name].anchor is Anchor.ENDED and CLASSES[name].end is End.KEY_DESTROYED and not CLASSES[name].sealed_as
)

#: accounts whose tags are counted at once
BATCH = 500

#: owner → what leads from it to its account
PATHS: Mapping[Any, Sequence[tuple[Any, Any]]] = {
    Account: (),
    Verification: ((Account, Account.id == Verification.account_id),),
    RightsRequest: ((Account, Account.id == RightsRequest.account_id),),
    Document: (
        (Verification, Verification.id == Document.verification_id),
        (Account, Account.id == Verification.account_id),
    ),
}


def due(kept: Kept, now: datetime) -> Select[Any]:
    """Keys of owners of which this class must go now, the longest over first."""
    query: Select[Any] = select(kept.key)
    if kept.owner in PATHS:
        for table, condition in PATHS[kept.owner]:
            query = query.join(table, condition)
        query = query.where(~is_held())
    if kept.over is not None:
        return query.where(kept.over(now), kept.has_some).order_by(kept.key)
    began = anchored_before(kept.class_name, now)
    query = query.where(kept.anchor < began)
    if kept.class_name in BY_SEAL:
        first = _first_seals(kept.class_name, began)
        return query.join(first, first.verification_id == kept.key).order_by(first.sealed_at)
    return query.where(kept.has_some).order_by(kept.anchor)


def _first_seals(class_name: str, began: datetime) -> Any:
    """The oldest blob of each verification. What a step takes in is sealed before its verification ends."""
    sealed, older = aliased(SealedStep), aliased(SealedStep)
    has_older = exists().where(
        older.verification_id == sealed.verification_id,
        of_class(class_name, older),
        tuple_(older.sealed_at, older.step) < tuple_(sealed.sealed_at, sealed.step),
    )
    firsts = select(sealed).where(sealed.retention_class == class_name, sealed.sealed_at < began, ~has_older)
    return aliased(SealedStep, firsts.subquery())


def counts(services: Services) -> dict[str, int]:
    """Of how many owners each class is due: what the next run deletes. Of every class that lies in a store of ours."""
    now = services.clock()
    with services.read() as session:
        found = {
            name: session.scalar(select(func.count()).select_from(due(kept, now).subquery())) or 0
            for name, kept in KEPT.items()
        }
        leaving = session.scalars(due(KEPT["account"], now)).all()
        spared = holds.accounts(session)
    over = services.vault.tags_over(now, spared)
    found |= {name: over.get(name, 0) for name in TAGS}
    found[OF_ACCOUNTS] = sum(tags_of(batch, services) for batch in _batches(leaving))
    found[ORDERS] = services.vault.orders_over(anchored_before(ORDERS, now), spared)
    return found


def tags_of(accounts: Sequence[UUID], services: Services) -> int:
    """How many go with these accounts."""
    number, _ = services.vault.tags_of(accounts).get(OF_ACCOUNTS, (0, None))
    return number


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[at : at + BATCH] for at in range(0, len(ids), BATCH))
