"""Creating, cancelling and switching verifications, and sending a code again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Row, inspect, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.errors import FieldError, Problem, invalid
from verify.flows import assessments, binding, checks, consent, events, idempotency, progress, troubles, unserved
from verify.flows.case import Ref, load_locked, load_open, refuse_overdue
from verify.flows.decisions import expire
from verify.flows.effects import Verb
from verify.flows.enterprise import holder
from verify.flows.idempotency import Ticket
from verify.flows.methods import STEPS, lifetime, offered
from verify.flows.routing import is_unassessed, needed, routed
from verify.flows.sealing import seal_step
from verify.flows.states import Action, InvalidTransition, Status, advance
from verify.flows.step import Standing, ask
from verify.flows.steps import sms_code
from verify.flows.withdrawal import refuse_nagging, still_refused
from verify.models import Account, Application, Event, Origin, Verification
from verify.models.base import insert_now, made_once
from verify.services import Services

#: one segment of a path, so that every account can be asked for by GET /v1/accounts/{account_ref}
ACCOUNT_REF = re.compile(r"(?!\.{1,2}$)[^/\s](?:[^/]*[^/\s])?")

#: seconds after which it is worth asking whether a halt was lifted
HALTED_FOR = 3600


@dataclass(frozen=True, repr=False)
class Wanted:
    """What a caller asks to have verified."""

    type: str
    method: str
    account_ref: str
    #: the account's owner asks for it, whatever they withdrew before
    asked_by_user: bool = False
    locale: str = "zh-CN"
    return_url: str | None = None
    contact: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)


def create(
    application: Application, wanted: Wanted, services: Services, *, livemode: bool, ticket: Ticket | None = None
) -> Verification:
    """A new verification of an account. Raises Problem; a second open one of a type is verification_open."""
    _check(wanted)
    if services.board().is_halted:
        raise Problem("not_ready", "No new verification is taken at present.", retry_after=HALTED_FOR)
    now = services.clock()
    verification_id = uuid7()
    with services.write() as session:
        idempotency.claim(session, ticket, verification_id, now, status=201)
        if wanted.return_url is not None:
            check_return_url(session, application, wanted.return_url)
        account = _account(session, application.id, wanted.account_ref, services, livemode=livemode)
        if account.closed_at is not None:
            raise Problem("account_closed")
        if wanted.type == "enterprise" and application.setting("enterprise_requires_personal"):
            holder.verified_person(session, account.id)
        verification = drafted(verification_id, application, account.id, wanted, now, livemode=livemode)
        if account.refusals and not wanted.asked_by_user:
            needed = consent.render(verification, services).ids(required=True)
            refuse_nagging(application, still_refused(session, account.id, account.refusals, needed), needed, now)
        progress.offer(verification, servable(verification, services))
        progress.note_contact(verification, wanted.contact)
        _refuse_unready(verification, services)
        event = events.created(verification, now)
        enter(session, verification, event, services)
        if wanted.contact:
            keys = services.vault.create(account.id, verification_id, ["contact"])
            seal_step(session, keys, verification, "contact", {"contact": checked_contact(wanted.contact)}, now)
    return verification


def drafted(
    verification_id: UUID,
    application: Application,
    account_id: UUID,
    wanted: Wanted,
    now: datetime,
    *,
    livemode: bool,
) -> Verification:
    verification = Verification(
        id=verification_id,
        application_id=application.id,
        account_id=account_id,
        account_ref=wanted.account_ref,
        ref_salt=binding.salt(),
        livemode=livemode,
        type=wanted.type,
        method=wanted.method,
        status=Status.PENDING,
        progress={},
        locale=wanted.locale,
        return_url=wanted.return_url,
        labels=dict(wanted.labels),
        tokens_issued=1,
        event_seq=0,
        sequence=0,
        created_at=now,
        updated_at=now,
        expires_at=now + lifetime(wanted.type, wanted.method),
    )
    verification.application = application
    return verification


def enter(session: Session, verification: Verification, event: Event, services: Services) -> None:
    """With the first event of its chain. Raises Problem verification_open with the id of the one in the way."""
    if not _inserted(session, verification):
        _make_room(session, verification, services)
        _inserted(session, verification)
    insert_now(session, event)


def _inserted(session: Session, verification: Verification) -> bool:
    """False where the account has an open one of this type; asking first would leave a gap."""
    given = vars(verification)
    row = {column: given[name] for name, column in _columns().items() if given.get(name) is not None}
    return session.execute(_if_alone(session), row).first() is not None


@cache
def _columns() -> Mapping[str, str]:
    """Columns by attribute."""
    return {attribute.key: attribute.columns[0].name for attribute in inspect(Verification).column_attrs}


@made_once
def _if_alone(insert: Any) -> Any:
    table = Verification.__table__
    return insert(table).on_conflict_do_nothing().returning(table.c.id)


def _make_room(session: Session, verification: Verification, services: Services) -> None:
    """Expire the one in the way if it was overdue. Raises Problem verification_open with its id."""
    found = session.scalars(
        select(Verification)
        .where(
            Verification.account_id == verification.account_id,
            Verification.type == verification.type,
            Verification.status.in_([Status.PENDING, Status.PROCESSING, Status.REVIEW]),
        )
        .with_for_update()
    ).one()
    if found.expires_at > services.clock() or not expire(session, found, services):
        raise Problem("verification_open", verification=f"ver_{found.id}")
    session.flush()


def _check(wanted: Wanted) -> None:
    errors = []
    if wanted.method not in offered(wanted.type):
        errors.append(FieldError("method", "method_unavailable"))
    if not ACCOUNT_REF.fullmatch(wanted.account_ref):
        errors.append(FieldError("account_ref", "invalid_characters"))
    if checks.looks_personal(wanted.account_ref):
        errors.append(FieldError("account_ref", "looks_personal"))
    if any(checks.looks_personal(str(part)) for item in wanted.labels.items() for part in item):
        errors.append(FieldError("metadata", "looks_personal"))
    if errors:
        raise Problem("invalid_input", errors=errors)


def checked_contact(contact: Mapping[str, str]) -> dict[str, str]:
    """Where the result is told. Raises Problem naming what is not an address."""
    kept = dict(contact)
    if "mobile" in kept:
        try:
            kept["mobile"] = checks.mobile(kept["mobile"])
        except checks.InvalidValue as error:
            raise invalid("contact.mobile", error.code) from None
    if "email" in kept and not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", kept["email"]):
        raise invalid("contact.email", "invalid_email")
    return kept


def check_return_url(session: Session, application: Application, return_url: str) -> None:
    """Raises Problem where it is on no registered origin."""
    parts = urlsplit(return_url)
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    registered = select(Origin.origin).where(Origin.application_id == application.id, Origin.origin == origin)
    if session.execute(registered).first() is None:
        raise invalid("return_url", "origin_not_registered")


def _account(
    session: Session, application_id: UUID, account_ref: str, services: Services, *, livemode: bool
) -> Row[UUID, datetime | None, dict[str, Any]]:
    """The account: id, closed_at and refusals; made at its first verification."""
    row = {
        "id": uuid7(),
        "application_id": application_id,
        "livemode": livemode,
        "account_ref": account_ref,
        "created_at": services.clock(),
    }
    found: Row[UUID, datetime | None, dict[str, Any]] = session.execute(_known_account(session), row).one()
    return found


@made_once
def _known_account(insert: Any) -> Any:
    made = insert(Account.__table__)
    kept = made.on_conflict_do_update(
        index_elements=["application_id", "livemode", "account_ref"],
        set_={"created_at": Account.created_at},  # as it is; naming a column of its key would lock more than the row
    )
    return kept.returning(Account.id, Account.closed_at, Account.refusals)


def servable(verification: Verification, services: Services) -> list[str]:
    """Methods whose every capability has a provider in this mode; no other is offered as a way out."""
    return [
        method
        for method in offered(verification.type)
        if all(routed(verification, capability, services) for capability in needed(verification, method))
    ]


def _refuse_unready(verification: Verification, services: Services) -> None:
    """Raises Problem not_ready where a capability of the method has no provider in this mode."""
    for capability in needed(verification):
        if routed(verification, capability, services):
            continue
        if is_unassessed(verification, capability, services):
            raise Problem("not_ready", assessments.MISSING)
        raise Problem("not_ready", "No provider is configured for this method in this mode.")


def cancel(ref: Ref, services: Services, ticket: Ticket | None = None) -> Verification:
    """The user or the application gives up."""
    with refuse_overdue(ref, services), services.write() as session:
        now = services.clock()
        idempotency.claim(session, ticket, ref.verification_id, now, status=200)
        verification = load_open(session, ref, services)
        advance(verification, Action.CANCEL, now)
        events.append(session, verification, "verification.canceled", now)
    return verification


def switch_method(ref: Ref, method: str, services: Services, ticket: Ticket | None = None) -> Verification:
    """Move to another method, keeping the passed steps both share; consent reopens where it must."""
    with refuse_overdue(ref, services), services.write() as session:
        now = services.clock()
        idempotency.claim(session, ticket, ref.verification_id, now, status=200)
        verification = load_open(session, ref, services)
        if method not in progress.alternatives(verification):
            raise Problem("method_unavailable", alternatives=progress.alternatives(verification))
        try:
            advance(verification, Action.SWITCH, now)
        except InvalidTransition:
            raise Problem("step_not_expected") from None
        before = verification.method
        verification.method = method
        verification.expires_at = max(
            verification.expires_at, verification.created_at + lifetime(verification.type, method)
        )
        _refuse_unready(verification, services)
        names = {step.name for step in progress.steps_of(verification)}
        progress.keep(verification, [name for name in progress.passed(verification) if name in names])
        consent.settle_after_switch(verification, services)
        troubles.clear(verification)
        events.append(session, verification, "verification.method_switched", now, before=before, method=method)
    return verification


def resend_code(ref: Ref, services: Services, ticket: Ticket | None = None) -> Standing:
    """Send the next code. Raises Problem saying why, since no code changed, when it did not go out."""
    standing = ask(ref, STEPS["sms_code"], sms_code.resend, None, services, ticket)
    if standing.effect is not None and standing.effect.verb is Verb.FAIL:
        with services.write() as session:
            idempotency.forget(session, ticket)
        raise unserved.problem(standing.effect, standing.verification)
    return standing


def new_client_token(ref: Ref, services: Services, ticket: Ticket | None = None) -> Verification:
    """Count one more client token; it is derived from the count. Raises Problem where there is nothing left to see."""
    with services.write() as session:
        now = services.clock()
        idempotency.claim(session, ticket, ref.verification_id, now, status=201)
        verification = load_locked(session, ref)
        if session.scalar(select(Account.closed_at).where(Account.id == verification.account_id)) is not None:
            raise Problem("account_closed")
        if verification.redacted_at is not None:
            raise Problem("verification_final", "It was erased: there is nothing left to see.")
        verification.tokens_issued += 1
    return verification
