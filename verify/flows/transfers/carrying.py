"""Carrying orders out: claimed, committed as requested, then sent with nothing held; or read back, never repeated
but as the contract of the provider allows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from providers.base import Capability, Misconfigured, NotReceived, Outcome, ProviderFailure, Throttled, TransferOrder
from verify.errors import Problem
from verify.flows import accounts, disclosure, events, idempotency, progress
from verify.flows.case import load_any
from verify.flows.disclosure import Answer
from verify.flows.idempotency import Ticket
from verify.flows.states import Status
from verify.flows.transfers import ledger
from verify.flows.transfers.opening import transfers_of
from verify.flows.transfers.orders import open_content, reference
from verify.flows.transfers.schedule import DAILY, HELD_AT_MOST, is_overdue, next_look
from verify.flows.transfers.settling import UNANSWERED, Told, is_awaited, refer, stage_of, take_in
from verify.flows.transfers.states import News, Stage, following, move, told_by_call, told_by_reading
from verify.models import Attempt, Consent, Transfer, Verification
from verify.models.due import LEASE, claim, release
from verify.services import Services


@dataclass(frozen=True)
class Held:
    """A transfer as it was claimed: whoever finds another lease on the row has lost it."""

    id: UUID
    verification_id: UUID
    lease: UUID | None
    hinted_at: datetime | None


@dataclass(frozen=True, repr=False)
class Ready:
    """An order committed as requested, about to be sent."""

    attempt: Attempt
    order: TransferOrder
    is_repeated: bool


def start(verification: Verification, services: Services, ticket: Ticket | None = None) -> Verification:
    """Carry out what a settled step has just created; the verification as it then stands."""
    with services.read() as session:
        created = [t.id for t in transfers_of(session, verification, progress.transfer(verification)["round"])]
    for transfer_id in created:
        carry_on(transfer_id, services)
    with services.write() as session:
        verification = load_any(session, verification.id)
        idempotency.settle(session, ticket, 202 if verification.status == Status.PROCESSING else 200)
    return verification


def carry_on(transfer_id: UUID, services: Services) -> None:
    """Do what is due for one transfer, unless somebody else does."""
    with services.write() as session:
        transfer = claim(session, Transfer, transfer_id, services.clock())
    if transfer is None:
        return
    held = Held(transfer.id, transfer.verification_id, transfer.lease, transfer.hinted_at)
    was_done_after_all = transfer.calls and transfer.hinted_at is not None
    if transfer.status == Stage.CREATED and not was_done_after_all:
        _order(held, News.ORDER, services)
    else:
        _read(transfer, held, services)


def _read(transfer: Transfer, held: Held, services: Services) -> None:
    """Ask what became of it. One that never got there is sent again where that is safe, or was not sent at all."""
    provider = transfer.provider or ""
    about = disclosure.About(transfer.verification_id, transfer.attempt_id, provider, Capability.TRANSFER)
    found = disclosure.reading(about, reference(transfer), services)
    news = told_by_reading(found)
    if news is News.NOT_RECEIVED and _may_order(transfer, services):
        again = News.ORDER if transfer.status == Stage.CREATED else News.REPEAT
        _order(held, again, services)
        return
    _settle(held, told(found, news), services)


def _may_order(transfer: Transfer, services: Services) -> bool:
    """The one rule for sending an order again: its reference makes the provider execute it once, and the provider
    has had time to notice the last one."""
    known = services.providers.get(transfer.provider or "")
    if known is None or stage_of(transfer) not in {Stage.UNKNOWN, Stage.CREATED}:
        return False
    is_idempotent = known.capabilities[Capability.TRANSFER].idempotent_reference
    return is_idempotent and services.clock() >= _believed_from(transfer, services)


def _believed_from(transfer: Transfer, services: Services) -> datetime:
    """When the provider has had time to notice an order, so that "not received" may be believed."""
    traits = services.providers[transfer.provider or ""].capabilities[Capability.TRANSFER]
    return (transfer.called_at or transfer.created_at) + timedelta(seconds=traits.settles_after)


def _order(held: Held, step: News, services: Services) -> None:
    with services.write() as session:
        ready = _prepare(session, held, step, services)
    if ready is None:
        return
    answer = disclosure.call(ready.attempt, ready.order, services, held.id.hex)
    news = told_by_call(answer.outcome, repeated=ready.is_repeated)
    _settle(held, told(answer.outcome, news), services, answer)


def _prepare(session: Session, held: Held, news: News, services: Services) -> Ready | None:
    """Write that it is requested, with the money in flight, before anything is sent."""
    verification, transfer = locked(session, held.verification_id, held.id, news)
    if transfer.lease != held.lease:
        return None
    now = services.clock()
    content = _content(transfer, services)
    if not is_awaited(verification, transfer) or content is None or _is_held_too_long(transfer, now):
        _give_up(session, verification, transfer, services)
        return None
    consent = _consent(verification, content, transfer, services)
    if consent is None:
        release(session, transfer, next_look(transfer, now), error="no_provider")
        return None
    attempt = disclosure.record(uuid7(), verification, progress.TRANSFER_STEP, content, consent, services)
    attempt.finished_at = now  # the transfer's own row is what is due
    session.add(attempt)
    session.flush()
    _requested(session, transfer, attempt, news, content.amount_fen, services)
    return Ready(attempt, content, news is News.REPEAT)


def _requested(
    session: Session, transfer: Transfer, attempt: Attempt, news: News, amount_fen: int, services: Services
) -> None:
    now = services.clock()
    before = stage_of(transfer)
    after = following(before, news)
    move(transfer, Stage(after), now)
    postings = ledger.way(before, Stage(after))
    if postings:
        ledger.book(session, transfer, postings, amount_fen, services)
    transfer.provider = attempt.provider
    transfer.attempt_id = attempt.id
    transfer.calls += 1
    transfer.called_at = now
    transfer.error = UNANSWERED
    # a lease outlives the call, so that nobody reads back what is still being asked
    transfer.lease_until = max(attempt.due_at, now + LEASE)


def _content(transfer: Transfer, services: Services) -> TransferOrder | None:
    """The sealed order; None once it was erased."""
    if transfer.content_ct is None:
        return None
    try:
        return open_content(services.vault.keys(transfer.verification_id), transfer)[0]
    except KeyShredded:
        return None


def _consent(
    verification: Verification, order: TransferOrder, transfer: Transfer, services: Services
) -> Consent | None:
    """The consent it rests on. An order that was sent before goes to the same provider or nowhere."""
    try:
        found = disclosure.recipient(verification, order, services)
        covering = disclosure.consent_for(verification, order, services)
    except Problem:
        return None
    if transfer.provider is None:
        return found
    return next((consent for consent in covering if consent.provider == transfer.provider), None)


def _is_held_too_long(transfer: Transfer, now: datetime) -> bool:
    return transfer.status == Stage.CREATED and now - transfer.created_at > HELD_AT_MOST


def _give_up(session: Session, verification: Verification, transfer: Transfer, services: Services) -> None:
    """Nobody wants it any more and no provider has it."""
    take_in(session, verification, transfer, Told(News.ABANDON, "transfer_unavailable"), services)
    session.flush()
    release(session, transfer, next_look(transfer, services.clock()), error=None)


def locked(session: Session, verification_id: UUID, transfer_id: UUID, news: News) -> tuple[Verification, Transfer]:
    """Both rows under lock and read afresh, always in this order, after the account where the news may suspend it."""
    if news is News.RETURNED:
        accounts.lock_of(session, verification_id)
    verification = load_any(session, verification_id)
    return verification, session.get_one(Transfer, transfer_id, with_for_update=True, populate_existing=True)


def told(answer: Outcome | ProviderFailure | Misconfigured, news: News) -> Told:
    if not isinstance(answer, Outcome):
        until = answer.until if isinstance(answer, Throttled) else None
        code = None if isinstance(answer, NotReceived | Misconfigured) else answer.vendor_code
        reason = "transfer_unavailable" if news is News.FAILED else None
        return Told(news, reason, details={"vendor_code": code}, until=until)
    details: dict[str, Any] = {"vendor_code": answer.vendor_code}
    details |= {"vendor_reference": answer.vendor_reference} if answer.vendor_reference else {}
    details |= {"arrives_by": answer.arrives_by} if answer.arrives_by else {}
    return Told(news, answer.reason, answer.amount_fen, details)


def _settle(held: Held, news: Told, services: Services, answer: Answer | None = None) -> None:
    """Take news in and give the row back. Whoever lost the lease changes nothing: another has read it by now."""
    with services.write() as session:
        verification, transfer = locked(session, held.verification_id, held.id, news.news)
        if transfer.lease != held.lease:
            return
        now = services.clock()
        hinted = transfer.hinted_at != held.hinted_at  # while it was being asked about: the answer may be older
        transfer.hinted_at = transfer.hinted_at if hinted else None
        if held.hinted_at is not None:  # a look out of turn leaves the turns as they were
            transfer.attempts = max(0, transfer.attempts - 1)
        if answer is not None:
            transfer.error = None
        if answer is not None:
            disclosure.answered(session, verification, transfer.attempt_id, answer)
        take_in(session, verification, transfer, _timed(news, transfer, services), services)
        if is_overdue(transfer, now):
            refer(session, verification, transfer, services)
        events.hold_carried(session, verification, now)
        due_at = now if hinted else _due(transfer, news, services)
        session.flush()
        release(session, transfer, due_at, error=None)
    if due_at is not None:
        services.nudge("transfers", transfer.id, (due_at - now).total_seconds())


def _timed(news: Told, transfer: Transfer, services: Services) -> Told:
    """An expected day of arrival, where the provider names none."""
    if news.news not in {News.ACCEPTED, News.SENT} or "arrives_by" in news.details or transfer.arrives_by:
        return news
    traits = services.providers[transfer.provider or ""].capabilities[Capability.TRANSFER]
    arrives_by = services.clock() + timedelta(seconds=traits.arrives_within)
    return Told(news.news, news.reason, news.amount_fen, {**news.details, "arrives_by": arrives_by})


def _due(transfer: Transfer, news: Told, services: Services) -> datetime | None:
    now = services.clock()
    stage = Stage(transfer.status)
    if stage is Stage.REQUESTED and _is_by_statement(transfer, services):
        return now + DAILY  # reading back tells nothing, but somebody has to notice that nobody pays
    if news.until is not None and stage is Stage.CREATED:
        return max(news.until, now)
    if news.news is News.NOT_RECEIVED and now < _believed_from(transfer, services):
        return _believed_from(transfer, services)
    return next_look(transfer, now, silent=news.news is News.SILENT)


def _is_by_statement(transfer: Transfer, services: Services) -> bool:
    known = services.providers.get(transfer.provider or "")
    return known is not None and known.capabilities[Capability.TRANSFER].by_statement
