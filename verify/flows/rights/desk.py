"""What staff do with requests: each act needs its permission, and is on the record with who did it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.errors import Problem, invalid
from verify.flows import accounts, events, sealing
from verify.flows.review.cases import checked_text
from verify.flows.rights import outstanding, requests, rules
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.models import Account, RightsNote, RightsRequest
from verify.services import Services

Change = Callable[[Session, RightsRequest], None]

#: action → what is written into the account's chain; applications are told of those in flows.events.PUBLIC
EVENTS = {
    "take": "rights_request.taken",
    "release": "rights_request.released",
    "note": "rights_request.noted",
    "ask_proof": "rights_request.proof_wanted",
    "extend": "rights_request.extended",
    "approve": "rights_request.approved",
    "carry_out": "rights_request.carried_out",
    "answer": "rights_request.answered",
    "refuse": "rights_request.answered",
    "reveal": "rights_request.revealed",
}

#: characters
LONGEST_ANSWER = 4000

#: how long a copy may be fetched once an access request is approved
FETCHED_WITHIN = timedelta(days=30)


def take(staff: Staff, request_id: UUID, services: Services) -> RightsRequest:
    """Raises Problem case_claimed where a colleague works on it."""

    def change(_: Session, request: RightsRequest) -> None:
        if request.operator_id not in {None, staff.id}:
            raise Problem("case_claimed")
        request.operator_id = staff.id

    return act(staff, request_id, "take", services, change)


def release(staff: Staff, request_id: UUID, services: Services) -> RightsRequest:
    """One's own, or with the permission to steer anybody's."""

    def change(_: Session, request: RightsRequest) -> None:
        if request.operator_id != staff.id:
            staff.need(Permission.STEER)
        request.operator_id = None

    return act(staff, request_id, "release", services, change)


def ask_proof(staff: Staff, request_id: UUID, services: Services) -> RightsRequest:
    """Have the application find out who asks; the due date stays."""
    return act(staff, request_id, "ask_proof", services)


def extend(staff: Staff, request_id: UUID, reason: str, services: Services) -> RightsRequest:
    """Once, within the first period, with a listed reason that the person is told (policy 6)."""

    def change(_: Session, request: RightsRequest) -> None:
        if reason not in rules.EXTENSIONS:
            raise invalid("reason", "not_allowed")
        if request.extension is not None or services.clock() >= request.due_at:
            raise Problem("rights_request_final", "It was extended before, or its time is over.")
        request.extension = reason
        request.due_at = rules.due(request.due_at - timedelta(seconds=1), rules.EXTENDED_BY)

    return act(staff, request_id, "extend", services, change, reason=reason)


def approve(staff: Staff, request_id: UUID, services: Services) -> RightsRequest:
    """Open the export of an access request for a while. Of an erased account there is none."""

    def change(session: Session, request: RightsRequest) -> None:
        if request.kind != "access":
            raise Problem("rights_request_final", "Only a request for access is approved; answer this one.")
        require_proof(request)
        if session.get_one(Account, request.account_id).erased_at is not None:
            raise Problem("nothing_to_do", "The account was erased: answer with what is only stored still.")
        request.open_until = services.clock() + FETCHED_WITHIN

    return act(staff, request_id, "approve", services, change)


def refuse(staff: Staff, request_id: UUID, ground: str, words: str, services: Services) -> RightsRequest:
    """On a listed ground only. Raises Problem."""

    def change(_: Session, request: RightsRequest) -> None:
        if ground not in rules.GROUNDS:
            raise invalid("ground", "not_allowed")
        request.refusal = ground
        _finish(request, words, services)

    return act(staff, request_id, "refuse", services, change, ground=ground)


def answer(staff: Staff, request_id: UUID, words: str, services: Services) -> RightsRequest:
    """Close the case with words for the person. Raises Problem not_carried_out while what is asked for is not done."""

    def change(session: Session, request: RightsRequest) -> None:
        outstanding.require_done(session, request, session.get_one(Account, request.account_id))
        _finish(request, words, services)

    return act(staff, request_id, "answer", services, change)


def note(staff: Staff, request_id: UUID, text: str, services: Services) -> RightsRequest:
    """Leave words for colleagues."""

    def change(session: Session, request: RightsRequest) -> None:
        _write(session, request, "note", text, staff, services)

    return act(staff, request_id, "note", services, change, needs=Permission.NOTE)


def reveal(staff: Staff, request_id: UUID, why: str, services: Services) -> dict[str, str | None]:
    """Every word of it, for a reason that is kept; of a minor only to who may be a second person (policy 7)."""

    def change(session: Session, request: RightsRequest) -> None:
        if request.is_minors or request.requester == "guardian":
            staff.need(Permission.CONFIRM)
        _write(session, request, "reveal", why, staff, services)

    return requests.words_of(act(staff, request_id, "reveal", services, change, needs=Permission.REVEAL), services)


def require_proof(request: RightsRequest) -> None:
    """Raises Problem proof_required where somebody asks for another and nothing shows that they may."""
    if request.requester != "self" and request.proof_ct is None:
        raise Problem("proof_required")


def act(
    staff: Staff,
    request_id: UUID,
    action: str,
    services: Services,
    change: Change = lambda *_: None,
    needs: Permission = Permission.DECIDE,
    **data: str,
) -> RightsRequest:
    """One act: permission, lock, table, change, record. Raises Problem."""
    with acting(staff, needs, f"rights.{action}", services, request=str(request_id)) as session:
        request, account = locked(session, staff, request_id)
        after = request.status if action == "reveal" else rules.TRANSITIONS.get((request.status, action))
        if after is None:
            raise Problem("rights_request_final")
        change(session, request)
        request.status = after
        log(session, account, request, action, staff, services, **data)
    return request


def log(
    session: Session,
    account: Account,
    request: RightsRequest,
    action: str,
    staff: Staff,
    services: Services,
    **data: str,
) -> None:
    kind = EVENTS[action]
    about = ("rights_request", request)
    events.append_to_account(session, account, kind, services.clock(), about=about, operator=str(staff.id), **data)


def locked(session: Session, staff: Staff, request_id: UUID) -> tuple[RightsRequest, Account]:
    """The account first, as everywhere. Raises Problem not_found, of other applications' too."""
    owner = select(RightsRequest.account_id).where(RightsRequest.id == request_id).scalar_subquery()
    account = session.scalars(accounts.locked(select(Account).where(Account.id == owner))).one_or_none()
    if account is None or not (staff.applications is None or account.application_id in staff.applications):
        raise Problem("not_found")
    return session.get_one(RightsRequest, request_id, with_for_update=True, populate_existing=True), account


def _finish(request: RightsRequest, words: str, services: Services) -> None:
    keys = services.vault.create(request.account_id, request.id, [requests.CLASS])
    request.answer_ct = sealing.seal_rights(keys, request.id, "answer", checked_text(words, LONGEST_ANSWER))
    request.answered_at = services.clock()


def _write(session: Session, request: RightsRequest, kind: str, text: str, staff: Staff, services: Services) -> None:
    keys = services.vault.create(request.account_id, request.id, [requests.CLASS])
    found = RightsNote(id=uuid7(), request_id=request.id, operator_id=staff.id, kind=kind, created_at=services.clock())
    found.text_ct = sealing.seal_rights(keys, request.id, f"note.{found.id}", checked_text(text))
    session.add(found)


def notes_of(session: Session, request: RightsRequest, services: Services) -> list[tuple[RightsNote, str | None]]:
    """Each with its words, None once erased; the latest last."""
    keys = services.vault.keys(request.id)
    found: list[tuple[RightsNote, Any]] = [
        (note_, sealing.open_rights(keys, request.id, f"note.{note_.id}", note_.text_ct))
        for note_ in session.scalars(
            select(RightsNote).where(RightsNote.request_id == request.id).order_by(RightsNote.id)
        )
    ]
    return found
