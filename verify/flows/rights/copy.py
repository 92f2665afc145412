"""The copy of all that is held of an account's owner, in clear (policy 6.1, 6.6): only with an approved request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from verify.errors import Problem
from verify.flows import accounts, events, sealing
from verify.flows.case import Reach, with_application
from verify.flows.holdings import holdings_of
from verify.flows.registers import authorities
from verify.flows.rights import rules
from verify.flows.sealing import open_step
from verify.flows.view import rfc3339
from verify.models import Account, Attempt, Consent, Event, RightsRequest, SealedStep, Verification
from verify.services import Services

#: fetches one approval is good for
FETCHES = 10

#: entries of the chains that are somebody looking at what is held in clear
ACCESSES = (
    "review.revealed",
    "review.document_viewed",
    "rights_request.revealed",
    "account.exported",
)


@dataclass(frozen=True, repr=False)
class Copy:
    """``verifications`` are read and opened one after the other, as they are taken."""

    account: dict[str, Any]
    third_party: str | None
    verifications: Iterator[dict[str, Any]]
    authorities: Sequence[dict[str, Any]]
    accesses: Sequence[dict[str, Any]]
    kept: Sequence[dict[str, Any]]
    made_at: str | None

    def whole(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "account": self.account,
            "third_party": self.third_party,
            "verifications": list(self.verifications),
            "authorities": self.authorities,
            "accesses": self.accesses,
            "kept": self.kept,
            "made_at": self.made_at,
        }


def export(reach: Reach, account_ref: str, services: Services) -> Copy:
    """Everything, with purposes, recipients and last days; the fetch goes on record. Raises Problem."""
    with services.write() as session:
        account = accounts.load_locked(session, reach, account_ref)
        request = _approved(session, account, services)
        request.exports += 1
        about = ("rights_request", request)
        for_another = {"for": "third_party"} if request.third_party_ct else {}
        events.append_to_account(session, account, "account.exported", services.clock(), about=about, **for_another)
    with services.read() as session:
        account = accounts.load(session, reach, account_ref)
        own = select(Verification.id).where(Verification.account_id == account.id).order_by(Verification.id)
        keys = services.vault.keys(request.id)
        return Copy(
            accounts.show(account),
            sealing.open_rights(keys, request.id, "third_party", request.third_party_ct),
            _each(session.scalars(own).all(), services),
            authorities.of_account(session, account.id),
            _accesses(session, account),
            [holding.shown() for holding in holdings_of(session, account, services)],
            rfc3339(services.clock()),
        )


def _each(verifications: Sequence[UUID], services: Services) -> Iterator[dict[str, Any]]:
    for verification_id in verifications:
        with services.read() as session:
            found = session.scalars(with_application().where(Verification.id == verification_id)).one_or_none()
            shown = _verification(session, found, services) if found else None
        if shown is not None:
            yield shown


def _accesses(session: Session, account: Account) -> list[dict[str, Any]]:
    """When somebody saw something in clear, the first one first."""
    own = select(Verification.id).where(Verification.account_id == account.id)
    mine = or_(Event.account_id == account.id, Event.verification_id.in_(own))
    query = select(Event.type, Event.created_at).where(mine, Event.type.in_(ACCESSES)).order_by(Event.created_at)
    return [{"what": row.type, "at": rfc3339(row.created_at)} for row in session.execute(query)]


def _approved(session: Session, account: Account, services: Services) -> RightsRequest:
    """One whose copy may be fetched still, be it answered or not. Raises Problem."""
    query = (
        select(RightsRequest)
        .where(
            RightsRequest.account_id == account.id,
            RightsRequest.kind == "access",
            RightsRequest.status.in_((rules.APPROVED, rules.ANSWERED)),
            RightsRequest.open_until > services.clock(),
        )
        .order_by(RightsRequest.id.desc())
        .limit(1)
        .with_for_update()
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise Problem("forbidden", "A copy needs an approved request for access.")
    if found.exports >= FETCHES:
        raise Problem("too_many_attempts", "This approval was used up; ask again.", retry_after=86400)
    return found


def _verification(session: Session, verification: Verification, services: Services) -> dict[str, Any]:
    consents = session.scalars(select(Consent).where(Consent.verification_id == verification.id).order_by(Consent.id))
    attempts = session.scalars(select(Attempt).where(Attempt.verification_id == verification.id).order_by(Attempt.id))
    return {
        "id": f"ver_{verification.id}",
        "type": verification.type,
        "method": verification.method,
        "status": str(verification.status),
        "decided_at": rfc3339(verification.decided_at),
        "reason_codes": (verification.decision or {}).get("reason_codes", []),
        "data": _values(session, verification, services),
        "consents": [
            {
                "item": consent.item,
                "recipient": consent.provider,
                "data": consent.kinds,
                "policy_version": consent.policy_version,
                "granted_at": rfc3339(consent.granted_at),
                "withdrawn_at": rfc3339(consent.withdrawn_at),
            }
            for consent in consents
        ],
        "disclosures": [
            {
                "recipient": _recipient(attempt, verification.locale, services),
                "purpose": attempt.capability,
                "data": attempt.kinds,
                "at": rfc3339(attempt.started_at),
            }
            for attempt in attempts
        ],
    }


def _values(session: Session, verification: Verification, services: Services) -> dict[str, dict[str, str]]:
    """What each step took in, in clear; nothing of what was erased or is only stored."""
    if verification.redacted_at is not None:
        return {}
    keys = services.vault.keys(verification.id)
    values: dict[str, dict[str, str]] = {}
    for row in session.scalars(select(SealedStep).where(SealedStep.verification_id == verification.id)):
        try:
            values[row.step] = {**values.get(row.step, {}), **open_step(keys, row)}
        except KeyShredded:
            continue
    return values


def _recipient(attempt: Attempt, locale: str, services: Services) -> str:
    known = services.providers.get(attempt.provider)
    return known.recipient.name.get(locale, attempt.provider) if known else attempt.provider
