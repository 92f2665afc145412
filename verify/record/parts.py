"""The files of the evidence pack, each as lines that are read from the store row by row.

Ids, kinds, codes, times and hashes; nothing of any user.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from verify.flows.registers import authorities, processors
from verify.flows.retention import CLASSES
from verify.models import (
    AccessEntry,
    Account,
    Addressee,
    Assessment,
    Attempt,
    AuthorityRequest,
    Bulletin,
    Consent,
    Disposal,
    Erasure,
    Hold,
    NoticeText,
    Operator,
    RightsRequest,
    VendorErasure,
    Verification,
)
from verify.policies import MAJOR, POLICIES
from verify.record import export
from verify.services import Services

BATCH = 500


@dataclass(frozen=True)
class Span:
    """From when until when (excluded), and of which application; the record is always whole."""

    begins: datetime
    ends: datetime
    application: UUID | None = None


Pieces = Iterable[str | bytes]
Part = Callable[[Session, Services, Span], Pieces]


def pretty(value: Any) -> str:
    """A JSON file of its own."""
    return json.dumps(value, default=str, ensure_ascii=False, indent=1) + "\n"


def _lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, default=_text, ensure_ascii=False) + "\n"


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[str]:
    """Each row by the names of its columns."""
    found = session.execute(query.execution_options(yield_per=BATCH))
    return _lines(dict(row._mapping) for row in found)  # noqa: SLF001 - SQLAlchemy's public name


def _within(query: Select[*tuple[Any, ...]], at: Any, span: Span, owner: Any) -> Select[*tuple[Any, ...]]:
    """Of the span's time, and of its application; ``owner`` is the column that says whose a row is."""
    found = query.where(at >= span.begins, at < span.ends)
    return found if span.application is None else found.where(owner == span.application)


def _policies(_session: Session, _services: Services, _span: Span) -> Pieces:
    shown = [
        {
            "version": p.version,
            "effective": p.effective,
            "major": list(MAJOR.get(p.version, ())),
            "sha256": {f"{locale}.md": hashlib.sha256(text.encode()).hexdigest() for locale, text in p.texts.items()},
            "digest": p.digest,
        }
        for p in POLICIES
    ]
    return [pretty(shown)]


def _retention(_session: Session, _services: Services, _span: Span) -> Pieces:
    return [pretty([row.described() for row in CLASSES.values()])]


def _consents_by_version(session: Session, _services: Services, span: Span) -> Pieces:
    query = (
        select(
            Consent.policy_version,
            Consent.item,
            func.count().label("granted"),
            func.count(Consent.withdrawn_at).label("withdrawn"),
            func.count(Consent.notice_id.distinct()).label("notices"),
        )
        .join(Verification, Verification.id == Consent.verification_id)
        .group_by(Consent.policy_version, Consent.item)
        .order_by(Consent.policy_version, Consent.item)
    )
    return _rows(session, _within(query, Consent.granted_at, span, Verification.application_id))


def _consents(session: Session, _services: Services, span: Span) -> Pieces:
    query = (
        select(*Consent.__table__.columns, Verification.account_id, Verification.application_id, Verification.livemode)
        .join(Verification, Verification.id == Consent.verification_id)
        .order_by(Consent.id)
    )
    return _rows(session, _within(query, Consent.granted_at, span, Verification.application_id))


def notices(session: Session, span: Span) -> Iterator[tuple[str, bytes]]:
    """Name and text of each notice that consents of the span were given under."""
    named = select(Consent.notice_id).join(Verification, Verification.id == Consent.verification_id)
    wanted = NoticeText.id.in_(_within(named, Consent.granted_at, span, Verification.application_id))
    query = select(NoticeText.id, NoticeText.content).where(wanted).order_by(NoticeText.id)
    for row in session.execute(query.execution_options(yield_per=1)):
        yield row.id, row.content


#: of a disclosure; what a vendor calls its answer is left out, since only the vendor knows what that says
DISCLOSED = (
    Attempt.id,
    Attempt.started_at.label("at"),
    Attempt.verification_id,
    Verification.account_id,
    Verification.application_id,
    Verification.livemode,
    Attempt.provider.label("recipient"),
    Attempt.capability.label("purpose"),
    Attempt.step,
    Attempt.kinds,
    Attempt.consent_item,
    Attempt.outcome,
    Attempt.reason_code,
)


def _disclosures(session: Session, _services: Services, span: Span) -> Pieces:
    query = select(*DISCLOSED).join(Verification, Verification.id == Attempt.verification_id).order_by(Attempt.id)
    return _rows(session, _within(query, Attempt.started_at, span, Verification.application_id))


def _authorities(session: Session, _services: Services, span: Span) -> Pieces:
    query = (
        select(AuthorityRequest)
        .outerjoin(Account, Account.id == AuthorityRequest.account_id)
        .order_by(AuthorityRequest.id)
        .execution_options(yield_per=BATCH)
    )
    found = _within(query, AuthorityRequest.answered_at, span, Account.application_id)
    return _lines(map(authorities.show, session.scalars(found)))


def _processors(session: Session, services: Services, _span: Span) -> Pieces:
    return _lines(processors.register(session, services))


def _assessments(session: Session, _services: Services, _span: Span) -> Pieces:
    return _rows(session, select(*Assessment.__table__.columns).order_by(Assessment.id))


def _bulletins(session: Session, _services: Services, span: Span) -> Pieces:
    told = select(func.count()).where(Addressee.bulletin_id == Bulletin.id)
    query = select(
        *Bulletin.__table__.columns,
        told.scalar_subquery().label("addressees"),
        told.where(Addressee.told_at.is_not(None)).scalar_subquery().label("told"),
    ).where(or_(Bulletin.closed_at.is_(None), Bulletin.closed_at >= span.begins), Bulletin.opened_at < span.ends)
    return _rows(session, query.order_by(Bulletin.id))


def _record(session: Session, services: Services, span: Span) -> Pieces:
    return (f"{line}\n" for line in export.lines(session, services, min(span.ends, services.clock())))


def _access(session: Session, _services: Services, span: Span) -> Pieces:
    query = (
        select(
            AccessEntry.id,
            AccessEntry.at,
            Operator.login.label("operator"),
            AccessEntry.action,
            AccessEntry.refused,
            AccessEntry.verification_id,
            AccessEntry.detail,
        )
        .outerjoin(Operator, Operator.id == AccessEntry.operator_id)
        .outerjoin(Verification, Verification.id == AccessEntry.verification_id)
        .order_by(AccessEntry.id)
    )
    return _rows(session, _within(query, AccessEntry.at, span, Verification.application_id))


def _staff(session: Session, _services: Services, _span: Span) -> Pieces:
    shown = (Operator.id, Operator.login, Operator.roles, Operator.acknowledged_at, Operator.created_at)
    return _rows(session, select(*shown, Operator.disabled_at).order_by(Operator.id))


def _erasures(session: Session, _services: Services, span: Span) -> Pieces:
    query = (
        select(*Erasure.__table__.columns)
        .join(Account, Account.id == Erasure.account_id)
        .order_by(Erasure.id)
        .with_only_columns(
            Erasure.id,
            Erasure.account_id,
            Erasure.verification_id,
            Erasure.ground,
            Erasure.asked_at,
            Erasure.live_at,
            Erasure.certificate,
            Erasure.signed_by,
        )
    )
    return _rows(session, _within(query, Erasure.asked_at, span, Account.application_id))


def _vendor_copies(session: Session, _services: Services, span: Span) -> Pieces:
    asked = (VendorErasure.erasure_id, VendorErasure.provider, VendorErasure.capability, VendorErasure.status)
    query = (
        select(VendorErasure.attempt_id, *asked, VendorErasure.receipt, VendorErasure.confirmed_at)
        .join(Erasure, Erasure.id == VendorErasure.erasure_id)
        .join(Account, Account.id == Erasure.account_id)
        .order_by(VendorErasure.id)
    )
    return _rows(session, _within(query, Erasure.asked_at, span, Account.application_id))


def _disposals(session: Session, _services: Services, span: Span) -> Pieces:
    query = (
        select(Disposal.id.label("attempt_id"), Attempt.provider, Attempt.capability, Disposal.receipt)
        .add_columns(Disposal.erased_at)
        .join(Attempt, Attempt.id == Disposal.id)
        .join(Verification, Verification.id == Attempt.verification_id)
        .order_by(Disposal.id)
    )
    return _rows(session, _within(query, Attempt.started_at, span, Verification.application_id))


def _rights(session: Session, _services: Services, span: Span) -> Pieces:
    query = (
        select(RightsRequest.id, RightsRequest.account_id, RightsRequest.kind, RightsRequest.status)
        .add_columns(RightsRequest.received_at, RightsRequest.due_at, RightsRequest.extension, RightsRequest.refusal)
        .add_columns(RightsRequest.answered_at, RightsRequest.exports)
        .join(Account, Account.id == RightsRequest.account_id)
        .order_by(RightsRequest.id)
    )
    return _rows(session, _within(query, RightsRequest.received_at, span, Account.application_id))


def _holds(session: Session, _services: Services, span: Span) -> Pieces:
    query = select(*Hold.__table__.columns).join(Account, Account.id == Hold.account_id).order_by(Hold.id)
    return _rows(session, _within(query, Hold.placed_at, span, Account.application_id))


#: file → what writes it, in the order of the archive
PARTS: Mapping[str, Part] = {
    "policies/index.json": _policies,
    "retention.json": _retention,
    "consents/by_version.jsonl": _consents_by_version,
    "consents/consents.jsonl": _consents,
    "disclosures.jsonl": _disclosures,
    "registers/authorities.jsonl": _authorities,
    "registers/processors.jsonl": _processors,
    "registers/assessments.jsonl": _assessments,
    "registers/incidents.jsonl": _bulletins,
    "registers/holds.jsonl": _holds,
    "rights_requests.jsonl": _rights,
    "access/log.jsonl": _access,
    "access/staff.jsonl": _staff,
    "erasures/certificates.jsonl": _erasures,
    "erasures/vendor_copies.jsonl": _vendor_copies,
    "erasures/disposals.jsonl": _disposals,
    "audit/record.jsonl": _record,
}
