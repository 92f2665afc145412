"""Deleting what its retention class is over for (policy 5.4), in small batches, read from the schedule."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from verify.flows import disposal, documents, events, overdue, records
from verify.flows.accounts import locked
from verify.flows.keeping import KEPT, REVIEW, Kept
from verify.flows.overdue import due
from verify.flows.retention import CLASSES, End
from verify.jobs import erasures, expiry, transfers
from verify.models import (
    AccessEntry,
    Account,
    Attempt,
    AuthorityRequest,
    Bulletin,
    Consent,
    Event,
    RightsRequest,
    Transfer,
    Verification,
)
from verify.services import Services

log = structlog.get_logger()

BATCH = 200

#: class → tables whose rows, and all that refers to them, go by their verification
ROWS: Mapping[str, Sequence[Any]] = {
    "transfer_record": (Transfer,),
    "attempt": (Attempt,),
    "consent": (Consent,),
    "event": (Event,),
    "review_record": REVIEW,
}

#: rows that go with what refers to them and nothing else
ALONE = frozenset({AccessEntry, AuthorityRequest, Bulletin})

#: classes that end in a way of their own
ENDS: Mapping[str, Callable[[Sequence[Any], Services], None]] = {
    "document": documents.purge_due,
    "transfer": transfers.forget_amounts,
    "idempotency": expiry.forget_requests,
}

#: classes of the key store → what deletes a batch and tells how many
APART: Mapping[str, Callable[[Services], int]] = {
    **{name: partial(expiry.purge_tags, class_name=name) for name in overdue.TAGS},
    overdue.ORDERS: erasures.forget_orders,
}

#: classes looked for every minute
SOON = tuple(name for name in KEPT if name in overdue.BY_SEAL)


def sweep(services: Services) -> int:
    """Destroy a batch of keys that a verification's end made due; the number of verifications taken up."""
    return _logged(run_once(services, SOON))


def sweep_records(services: Services) -> int:
    """Delete a batch of every class; the number of verifications and accounts taken up."""
    return _logged(run_once(services))


def _logged(done: Counter[str]) -> int:
    for name, owners in (+done).items():
        log.info("retention over", retention_class=name, owners=owners)
    return done.total()


def run(services: Services) -> Counter[str]:
    """Delete until nothing is left, class by class; of how many owners each went, as the dry run counted them."""
    total: Counter[str] = Counter()
    for name in (*APART, *KEPT):
        while batch := +run_once(services, [name]):
            total += batch
    return total


def run_once(services: Services, names: Iterable[str] = (*APART, *KEPT)) -> Counter[str]:
    """One batch of each class."""
    done: Counter[str] = Counter()
    for name in names:
        if name in APART:
            done[name] = APART[name](services)
            continue
        with services.read() as session:
            ids = session.scalars(due(KEPT[name], services.clock()).limit(BATCH)).all()
        if ids and KEPT[name].owner is Account:
            done[overdue.OF_ACCOUNTS] = sum(forget_account(account_id, services) for account_id in ids)
        elif ids:
            _end(KEPT[name], ids, services)
        done[name] = len(ids)
    return done


def _end(kept: Kept, ids: Sequence[Any], services: Services) -> None:
    name = kept.class_name
    if name in ENDS:
        ENDS[name](ids, services)
    elif CLASSES[name].end is End.KEY_DESTROYED:
        disposal.destroy(name, ids, services)
    elif kept.owner is RightsRequest:
        _forget_requests(ids, services)
    elif kept.owner in ALONE:
        with services.write() as session:
            for statement in records.deletion(_table(kept.owner), kept.owner.id.in_(ids)):
                session.execute(statement)
    else:
        with services.write() as session:
            _delete_rows(session, name, ids, services.clock())


def _delete_rows(session: Session, class_name: str, verifications: Sequence[UUID], now: datetime) -> None:
    if class_name == "event":
        _note_deleted(session, verifications, now)
    for table in ROWS[class_name]:
        own = table.verification_id.in_(verifications)
        for statement in records.deletion(_table(table), own):
            session.execute(statement)


def _note_deleted(session: Session, verifications: Sequence[UUID], now: datetime) -> None:
    """The account's chain takes down where a chain ended, so that its absence is no gap."""
    own = Verification.id.in_(verifications)
    owners = select(Account).where(Account.id.in_(select(Verification.account_id).where(own))).order_by(Account.id)
    accounts = {account.id: account for account in session.scalars(locked(owners))}
    heads = session.scalars(select(Verification).where(own).order_by(Verification.id).with_for_update()).all()
    for head in heads:
        digest = head.event_hash.hex() if head.event_hash else ""
        events.append_to_account(
            session,
            accounts[head.account_id],
            "record.deleted",
            now,
            verification=str(head.id),
            last=head.event_seq,
            hash=digest,
        )
    session.flush()
    _change(session, verifications, events_deleted_at=now)


def _forget_requests(ids: Sequence[UUID], services: Services) -> None:
    """Their words' keys first. The account's chain keeps that they were asked and answered."""
    for request_id in ids:
        services.vault.shred(request_id)
    with services.write() as session:
        for statement in records.deletion(_table(RightsRequest), RightsRequest.id.in_(ids)):
            session.execute(statement)


def forget_account(account_id: UUID, services: Services) -> int:
    """Everything of an account, its keys and tags first; the number of tags that no shorter period ends."""
    tags = overdue.tags_of([account_id], services)
    services.vault.shred_owner(account_id)
    with services.write() as session:
        for statement in records.deletion(_table(Account), Account.id == account_id):
            session.execute(statement)
    return tags


def _change(session: Session, verifications: Sequence[UUID], **values: object) -> None:
    session.execute(
        update(Verification)
        .where(Verification.id.in_(verifications))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _table(model: type) -> Table:
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found
