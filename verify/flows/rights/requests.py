"""Receiving requests, the proof of who asks, and reading them, as applications do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.errors import Problem, invalid
from verify.flows import accounts, checks, events, idempotency, sealing
from verify.flows.case import Reach
from verify.flows.checks import SHANGHAI
from verify.flows.idempotency import Ticket
from verify.flows.minors.rules import ADULT
from verify.flows.rights import rules
from verify.flows.view import rfc3339
from verify.models import Account, RightsRequest, Verification
from verify.services import Services

#: retention class of the words
CLASS = "rights_request"

#: what is kept sealed of a request, by the column of it
PARTS = ("details", "proof", "third_party", "answer")


def receive(
    reach: Reach,
    account_ref: str,
    kind: str,
    words: Mapping[str, str],
    services: Services,
    ticket: Ticket | None = None,
    requester: str = "self",
) -> RightsRequest:
    """A new case of these ``words`` (of PARTS); a closed or erased account's owner may ask as well. Raises Problem."""
    if "third_party" in words and kind != "access":
        raise invalid("third_party", "not_allowed")
    now = services.clock()
    request_id = uuid7()
    with services.write() as session:
        account = accounts.load_locked(session, reach, account_ref)
        idempotency.claim(session, ticket, request_id, now, status=201)
        keys = services.vault.create(account.id, request_id, [CLASS])
        request = RightsRequest(
            id=request_id,
            account_id=account.id,
            kind=kind,
            status=rules.OPEN,
            requester=requester,
            is_minors=_is_minors(session, account, services),
            received_at=now,
            due_at=rules.due(now, rules.KINDS[kind]),
            exports=0,
            sequence=0,
            **{f"{part}_ct": sealing.seal_rights(keys, request_id, part, said) for part, said in words.items()},
        )
        session.add(request)
        events.append_to_account(
            session, account, "rights_request.received", now, about=("rights_request", request), asked=kind
        )
    return request


def prove(
    reach: Reach, account_ref: str, request_id: UUID, proof: str, services: Services, ticket: Ticket | None = None
) -> RightsRequest:
    """How who asks was identified, in place of what was said before. Raises Problem rights_request_final."""
    with services.write() as session:
        account = accounts.load_locked(session, reach, account_ref)
        idempotency.claim(session, ticket, request_id, services.clock(), status=200)
        request = load(session, reach, account_ref, request_id)
        after = rules.TRANSITIONS.get((request.status, "prove"))
        if after is None:
            raise Problem("rights_request_final")
        keys = services.vault.create(account.id, request.id, [CLASS])
        request.status, request.proof_ct = after, sealing.seal_rights(keys, request.id, "proof", proof)
        events.append_to_account(
            session, account, "rights_request.proof_given", services.clock(), about=("rights_request", request)
        )
    return request


def _is_minors(session: Session, account: Account, services: Services) -> bool:
    """True where somebody of the account's verifications is under 18 today, as far as what may be opened tells."""
    own = select(Verification).where(Verification.account_id == account.id, Verification.redacted_at.is_(None))
    today = services.clock().astimezone(SHANGHAI).date()
    for verification in session.scalars(own.order_by(Verification.id)).all():
        opened = sealing.open_each(session, services.vault.keys(verification.id), verification)
        numbers = [values["id_number"] for values in opened.values() if values and "id_number" in values]
        if any(checks.age_on(checks.birth_date(number), today) < ADULT for number in numbers):
            return True
    return False


def load(session: Session, reach: Reach, account_ref: str, request_id: UUID) -> RightsRequest:
    """Raises Problem not_found."""
    account = accounts.load(session, reach, account_ref)
    found = session.get(RightsRequest, request_id)
    if found is None or found.account_id != account.id:
        raise Problem("not_found")
    return found


def thin(request: RightsRequest, account: Account) -> dict[str, Any]:
    """The object of the contract without words, as events carry it."""
    return {
        "id": f"req_{request.id}",
        "object": "rights_request",
        "livemode": account.livemode,
        "account_ref": account.account_ref,
        "kind": request.kind,
        "status": request.status,
        "requester": request.requester,
        "received_at": rfc3339(request.received_at),
        "due_at": rfc3339(request.due_at),
        "extension": request.extension,
        "refusal": request.refusal,
        "export_until": rfc3339(request.open_until),
        "verification": f"ver_{request.recheck_id}" if request.recheck_id else None,
        "carried_out_at": rfc3339(request.carried_out_at),
        "answered_at": rfc3339(request.answered_at),
    }


def show(request: RightsRequest, account: Account, services: Services) -> dict[str, Any]:
    """The same with what was asked and answered; null once erased."""
    return {**thin(request, account), **words_of(request, services)}


def words_of(request: RightsRequest, services: Services) -> dict[str, str | None]:
    keys = services.vault.keys(request.id)
    return {part: sealing.open_rights(keys, request.id, part, getattr(request, f"{part}_ct")) for part in PARTS}


def is_late(request: RightsRequest, now: datetime) -> bool:
    return request.answered_at is None and request.due_at <= now
