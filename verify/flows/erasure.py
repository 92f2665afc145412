"""Erasing an account or one verification (policy 6.3, 6.5): what may go goes, the rest is only stored until its day.

Two steps, so that nothing is lost between them: the order is committed with everything closed and hidden, then keys,
tags and blobs are destroyed. The worker carries on where a process died in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.flows import accounts, certificate, closing, disposal, documents, events, idempotency, vendor_copies
from verify.flows.case import Reach, Ref, load, locked, with_application
from verify.flows.certificate import Gone
from verify.flows.holdings import Holding, holdings_of, is_under_hold
from verify.flows.idempotency import Ticket
from verify.flows.overdue import TAGS_OF_OWNERS
from verify.flows.retention import CLASSES, End
from verify.flows.states import FINAL, Status
from verify.flows.view import rfc3339
from verify.models import Account, Erasure, Transfer, VendorErasure, Verification
from verify.models.orders import Order
from verify.services import Services

#: ground → whether a law's period outweighs it
GROUNDS: Mapping[str, bool] = {
    "request": True,
    #: it should never have been here, such as a minor's without a guardian's consent (policy 7.3)
    "unlawful": False,
    #: the consent it rested on was withdrawn, such as a guardian's (PIPL 47)
    "withdrawn": True,
    #: the service ended (policy 6.9)
    "shutdown": True,
    #: its owner was verified anew with the right data (policy 6.2)
    "correction": True,
}

#: classes that are only kept of those who were customers: nobody else was sold anything
OF_CUSTOMERS = frozenset({"identity", "enterprise"})

#: for whoever carries it out at once; then the worker does
GRACE = timedelta(seconds=60)

#: under a hold, until it is looked at again
PAUSE = timedelta(days=1)


@dataclass(frozen=True, repr=False)
class Erased:
    """What became of an order: it, what is only stored now, and the copies at vendors."""

    erasure: Erasure
    account: Account
    restricted: tuple[Holding, ...]
    copies: tuple[VendorErasure, ...]


def erase_account(
    reach: Reach, account_ref: str, services: Services, ticket: Ticket | None = None, ground: str = "request"
) -> Erased:
    """Close the account and erase it. A second order answers what became of the first, or does what it could not.

    Raises Problem not_found.
    """
    with services.write() as session:
        account = accounts.load_locked(session, reach, account_ref)
        idempotency.claim(session, ticket, account.id, services.clock(), status=200)
        closing.end(session, account, services.clock())
        erasure = order(session, account, None, ground, services)
    return _answered(erasure.id, services)


def redact(ref: Ref, services: Services, ticket: Ticket | None = None, ground: str = "request") -> Erased:
    """The same for one verification, which ends where it has not; afterwards only ids, codes and times remain."""
    with services.read() as session:
        account_ref = load(session, ref).account_ref
    with services.write() as session:
        account = accounts.load_locked(session, Reach(ref.application_id, ref.livemode), account_ref)
        idempotency.claim(session, ticket, ref.verification_id, services.clock(), status=200)
        erasure = order(session, account, ref.verification_id, ground, services)
    return _answered(erasure.id, services)


def order(
    session: Session,
    account: Account,
    verification_id: UUID | None,
    ground: str,
    services: Services,
    again: Order | None = None,
) -> Erasure:
    """The standing order of this scope and ground, or a new one. The account is locked.

    ``again``: given before, as the key store remembers it; it keeps its id and its time.
    """
    now = services.clock()
    asked_at = again.asked_at if again else now
    query = select(Erasure).where(Erasure.account_id == account.id, Erasure.ground == ground)
    known = session.scalars(query.where(Erasure.verification_id == verification_id).order_by(Erasure.id.desc())).first()
    if known is not None:
        return known
    erasure = Erasure(
        id=again.id if again else uuid7(),
        account_id=account.id,
        verification_id=verification_id,
        ground=ground,
        asked_at=asked_at,
        attempts=0,
        due_at=now,
    )
    session.add(erasure)
    for verification in _locked(session, erasure):
        if verification.status not in FINAL:
            closing.cancel(session, verification, now, code="erased")
        _hide(session, verification, asked_at, now)
    if verification_id is None:
        account.restricted_at = account.restricted_at or asked_at
        account.erased_at = asked_at
        events.append_to_account(session, account, "account.erased", now, erasure=str(erasure.id), ground=ground)
    return erasure


def _locked(session: Session, erasure: Erasure) -> Sequence[Verification]:
    return session.scalars(locked(with_application().where(_scope(erasure)).order_by(Verification.id))).unique().all()


def _scope(erasure: Erasure) -> Any:
    if erasure.verification_id is not None:
        return Verification.id == erasure.verification_id
    return Verification.account_id == erasure.account_id


def _hide(session: Session, verification: Verification, asked_at: datetime, now: datetime) -> None:
    """From here on nothing of it is shown, opened or sent, whatever is still stored."""
    if verification.redacted_at is not None:
        return
    verification.redacted_at = asked_at
    verification.display_ct = None
    verification.labels = {}
    verification.return_url = None
    events.append(session, verification, "verification.redacted", now)


def _answered(erasure_id: UUID, services: Services) -> Erased:
    carry_out(erasure_id, services)
    with services.read() as session:
        return told(session, session.get_one(Erasure, erasure_id, populate_existing=True), services)


def standing(account_id: UUID, verification_id: UUID | None, services: Services) -> Erased:
    """The last order of this scope, as it stands now."""
    with services.read() as session:
        return last(session, account_id, services, verification_id)


def last(session: Session, account_id: UUID, services: Services, verification_id: UUID | None = None) -> Erased:
    query = select(Erasure).where(Erasure.account_id == account_id, Erasure.verification_id == verification_id)
    return told(session, session.scalars(query.order_by(Erasure.id.desc()).limit(1)).one(), services)


def told(session: Session, erasure: Erasure, services: Services) -> Erased:
    """What became of it until now."""
    account = session.get_one(Account, erasure.account_id)
    left = holdings_of(session, account, services)
    if erasure.verification_id is not None:
        left = [holding for holding in left if holding.of == f"ver_{erasure.verification_id}"]
    copies = select(VendorErasure).where(VendorErasure.erasure_id == erasure.id).order_by(VendorErasure.id)
    return Erased(erasure, account, tuple(left), tuple(session.scalars(copies)))


def carry_out(erasure_id: UUID, services: Services) -> bool:
    """Destroy what may go, unless it was done or a hold stands; false where nothing was done."""
    with services.read() as session:
        ordered = remembered(session, session.get_one(Erasure, erasure_id, populate_existing=True))
    if ordered.certificate is None:
        services.vault.keep_order(ordered)
    with services.write() as session:
        erasure = session.get_one(Erasure, erasure_id, populate_existing=True)
        if erasure.live_at is not None:
            return False
        if is_under_hold(session, erasure.account_id):
            erasure.due_at = services.clock() + PAUSE
            return False
        erasure.due_at = services.clock() + GRACE
        verifications = session.scalars(select(Verification.id).where(_scope(erasure)).order_by(Verification.id)).all()
        names = _classes(session, erasure)
        tagged = _tags(session, erasure)
    keys = {name: disposal.destroy(name, verifications, services) for name in names}
    keys[documents.RETENTION_CLASS] = documents.erase(verifications, services)
    tags = {name: services.vault.forget_tags(erasure.account_id, name) for name in tagged}
    _settle(erasure_id, Gone(verifications, keys, tags), services)
    disposal.clean_files(services)
    return True


def _classes(session: Session, erasure: Erasure) -> list[str]:
    """What may go now: everything no law keeps, and everything where it should never have been here."""
    laws_count = GROUNDS[erasure.ground]
    was_customer = session.scalar(
        select(Verification.id)
        .where(Verification.account_id == erasure.account_id, Verification.status == Status.VERIFIED)
        .limit(1)
    )
    return [
        row.name
        for row in CLASSES.values()
        if row.end is End.KEY_DESTROYED
        and not (row.stays and laws_count and (was_customer is not None or row.name not in OF_CUSTOMERS))
    ]


def _tags(session: Session, erasure: Erasure) -> Sequence[str]:
    """Classes of the account's tags that go. None says which verification it is of: they go with the last one."""
    others = (Verification.account_id == erasure.account_id, Verification.redacted_at.is_(None), ~_scope(erasure))
    return () if session.scalar(select(exists().where(*others))) else TAGS_OF_OWNERS


def _settle(erasure_id: UUID, gone: Gone, services: Services) -> None:
    """Write down that it is done, and what is asked of vendors."""
    now = services.clock()
    with services.write() as session:
        erasure = session.get_one(Erasure, erasure_id, with_for_update=True, populate_existing=True)
        if erasure.live_at is not None:
            return
        session.execute(
            update(Transfer).where(Transfer.verification_id.in_(gone.verifications)).values(content_ct=None),
            execution_options={"synchronize_session": False},
        )
        vendor_copies.ask(session, erasure, gone.verifications, services)
        session.flush()
        erasure.live_at, erasure.due_at, erasure.error = now, None, None
        found = told(session, erasure, services)
        certificate.certify(erasure, gone, found.restricted, found.copies, services)
        settled = remembered(session, erasure)
    services.vault.keep_order(settled)


def remembered(session: Session, erasure: Erasure) -> Order:
    """What the key store keeps of it."""
    account = session.get_one(Account, erasure.account_id)
    return Order(
        id=erasure.id,
        account_id=erasure.account_id,
        verification_id=erasure.verification_id,
        ground=erasure.ground,
        asked_at=erasure.asked_at,
        closed_at=account.closed_at,
        certificate=erasure.certificate,
        signed_by=erasure.signed_by,
    )


def show(erased: Erased) -> dict[str, Any]:
    """The object of the contract: both lists, the recipients, and the certificate to keep."""
    erasure = erased.erasure
    statement = certificate.statement_of(erasure)
    return {
        "id": f"era_{erasure.id}",
        "object": "erasure",
        "account_ref": erased.account.account_ref,
        "livemode": erased.account.livemode,
        "verification": f"ver_{erasure.verification_id}" if erasure.verification_id else None,
        "status": "done" if erasure.live_at else "on_hold",
        "ground": erasure.ground,
        "asked_at": rfc3339(erasure.asked_at),
        "erased": statement["erased"] if statement else [],
        "restricted": [holding.shown() for holding in erased.restricted],
        "recipients": [vendor_copies.show(copy) for copy in erased.copies],
        "certificate": certificate.show(erasure),
    }
