"""Taking news of a transfer in: its stage, the ledger, and what it means for the verification, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from verify.flows import decisions, events, progress, troubles
from verify.flows.effects import Effect, Verb
from verify.flows.enterprise.suspending import suspend
from verify.flows.methods import STEPS
from verify.flows.review import referring
from verify.flows.states import FINAL as ENDED
from verify.flows.states import Action, Status, advance
from verify.flows.transfers import ledger
from verify.flows.transfers.opening import transfers_of
from verify.flows.transfers.orders import open_content
from verify.flows.transfers.states import OPEN, News, Stage, Verdict, following, move
from verify.models import Transfer, Verification
from verify.services import Services

log = structlog.get_logger()

METHOD = "micro_transfer"

#: how long the user has from when the money was sent (api.md)
ANSWER_WITHIN = timedelta(days=7)

#: ``Transfer.error`` from before an order is sent until its answer is taken in
UNANSWERED = "unanswered"

#: what callers read of several parts once nobody waits for them
SHOWN_FIRST = (Stage.RETURNED, Stage.FAILED, Stage.UNKNOWN, Stage.CREATED, Stage.REQUESTED, Stage.SENT)

#: reason codes where the provider gives none
REASONS = {
    Stage.FAILED: "account_invalid",
    Stage.RETURNED: "transfer_returned",
}


@dataclass(frozen=True, repr=False)
class Told:
    """News of a transfer and what came with it. ``amount_fen`` is what the teller knows it by, if anything;
    before ``until`` it takes no order."""

    news: News
    reason: str | None = None
    amount_fen: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None


def stage_of(transfer: Transfer) -> Stage:
    """Its stage; an order whose answer never came is unknown, though nobody has written that yet."""
    unanswered = transfer.status == Stage.REQUESTED and transfer.error == UNANSWERED
    return Stage.UNKNOWN if unanswered else Stage(transfer.status)


def is_awaited(verification: Verification, transfer: Transfer) -> bool:
    """True while the verification's outcome hangs on this transfer."""
    current: bool = progress.transfer(verification).get("round") == transfer.round
    return transfer.closed_at is None and verification.status not in ENDED and current


def take_in(session: Session, verification: Verification, transfer: Transfer, told: Told, services: Services) -> bool:
    """Move a transfer (both rows locked) as the table says; false where the news changes nothing."""
    now = services.clock()
    before = stage_of(transfer)
    after = following(before, told.news)
    if after is Verdict.CONTRADICTS or _is_other_amount(session, transfer, told, services):
        _contradict(session, verification, transfer, told, services)
        return False
    if before != transfer.status:
        move(transfer, before, now)
    if isinstance(after, Verdict):
        _show(session, verification, transfer, services)
        return False
    move(transfer, after, now)
    if told.news not in {News.LOSE, News.NOT_DONE}:  # what is lost or refused time and again is tried ever more seldom
        transfer.attempts = 0
    transfer.reason_code = told.reason or REASONS.get(after)
    for name, value in told.details.items():
        setattr(transfer, name, value)
    postings = ledger.way(before, after)
    if postings:
        ledger.book(session, transfer, postings, amount_of(session, transfer, services), services)
    _REACT[after](session, verification, transfer, services)
    return True


def _is_other_amount(session: Session, transfer: Transfer, told: Told, services: Services) -> bool:
    return told.amount_fen is not None and told.amount_fen != amount_of(session, transfer, services)


def amount_of(session: Session, transfer: Transfer, services: Services) -> int:
    """In fen. Raises KeyShredded for one that was erased before it was ever ordered."""
    booked = ledger.booked_amount(session, transfer, services)
    if booked is not None:
        return booked
    if transfer.content_ct is None:
        raise KeyShredded(None)
    return open_content(services.vault.keys(transfer.verification_id), transfer)[0].amount_fen


def _contradict(
    session: Session, verification: Verification, transfer: Transfer, told: Told, services: Services
) -> None:
    """Keep what is known and make it show: money may be somewhere else than the ledger says."""
    if transfer.contradiction is None:
        transfer.contradiction = told.news
        _tell(session, verification, transfer, "transfer.contradicted", services)
        log.error("transfer contradicted", transfer=str(transfer.id), stage=transfer.status, news=told.news)


def _tell(session: Session, verification: Verification, transfer: Transfer, kind: str, services: Services) -> None:
    data = {"transfer": str(transfer.id), "stage": str(transfer.status)}
    if transfer.reason_code:
        data["code"] = transfer.reason_code
    events.append(session, verification, kind, services.clock(), **data)


def _show(session: Session, verification: Verification, transfer: Transfer, services: Services) -> None:  # noqa: ARG001 - as its siblings
    """Let callers read how far it has come."""
    if is_awaited(verification, transfer):
        arrives_by = transfer.arrives_by.isoformat() if transfer.arrives_by else None
        progress.put_transfer(verification, {"status": transfer.status, "arrives_by": arrives_by})
    elif progress.transfer(verification).get("round") == transfer.round:
        _follow(session, verification, transfer)


def _follow(session: Session, verification: Verification, transfer: Transfer) -> None:
    """Once nobody waits for it the money still has a story; nothing else of the verification changes by it."""
    session.flush()
    stages = {part.status for part in transfers_of(session, verification, transfer.round)}
    shown = next(stage for stage in SHOWN_FIRST if stage in stages)
    idle = verification.status in ENDED and shown not in OPEN
    is_held = progress.state(verification, progress.TRANSFER_STEP)["status"] == progress.PROCESSING
    progress.put_transfer(verification, {"status": shown}, progress.PENDING if idle and is_held else None)


def _sent(session: Session, verification: Verification, transfer: Transfer, services: Services) -> None:
    """When every part of the round is sent, the user owes the answer."""
    now = services.clock()
    transfer.sent_at = now
    transfer.answer_by = now + ANSWER_WITHIN
    _tell(session, verification, transfer, "transfer.sent", services)
    if not is_awaited(verification, transfer):
        transfer.closed_at = transfer.closed_at or now
        _show(session, verification, transfer, services)
        return
    session.flush()
    parts = transfers_of(session, verification, transfer.round)
    if any(part.status != Stage.SENT for part in parts):
        return
    _resume(verification, services)
    answer_by = min(transfer.answer_by, verification.expires_at)
    for part in parts:
        part.answer_by = answer_by
    shown = {"status": Stage.SENT, "answer_by": answer_by.isoformat(), "arrives_by": _latest_arrival(parts)}
    progress.put_transfer(verification, shown, progress.PENDING)
    progress.put(verification, progress.TRANSFER_STEP, progress.PENDING, expires_at=answer_by.isoformat())
    troubles.clear(verification)


def _latest_arrival(parts: Sequence[Transfer]) -> str | None:
    known = [part.arrives_by for part in parts if part.arrives_by is not None]
    return max(known).isoformat() if known else None


def _resume(verification: Verification, services: Services) -> None:
    """The user is owed nothing more: it is their turn again, out of processing or of review."""
    action = Action.ASK_AGAIN if verification.status == Status.REVIEW else Action.ADVANCE
    advance(verification, action, services.clock())


def _failed(session: Session, verification: Verification, transfer: Transfer, services: Services) -> None:
    _tell(session, verification, transfer, "transfer.failed", services)
    _end(session, verification, transfer, services)


def _returned(session: Session, verification: Verification, transfer: Transfer, services: Services) -> None:
    """Before the answer the challenge dies; after it was verified by this transfer, the account is suspended."""
    _tell(session, verification, transfer, "transfer.returned", services)
    proved = progress.transfer(verification).get("round") == transfer.round
    if verification.status == Status.VERIFIED and verification.method == METHOD and proved:
        _show(session, verification, transfer, services)
        suspend(session, verification, "transfer_returned", services)
    else:
        _end(session, verification, transfer, services)


def _end(session: Session, verification: Verification, transfer: Transfer, services: Services) -> None:
    """The challenge is over; where it was awaited the user starts again with the account."""
    awaited = is_awaited(verification, transfer)
    _show(session, verification, transfer, services)
    close(session, verification, transfer.round, services)
    if awaited:
        fail(session, verification, transfer.reason_code or "account_invalid", services)


def close(session: Session, verification: Verification, round_: int, services: Services) -> None:
    """No part of this round is awaited any more; its amounts are no secret from now on."""
    session.flush()
    for part in transfers_of(session, verification, round_):
        part.closed_at = part.closed_at or services.clock()


def fail(session: Session, verification: Verification, code: str, services: Services) -> None:
    """Tell the user, and let the step be done again that the reason names."""
    if verification.status == Status.REVIEW:
        advance(verification, Action.ASK_AGAIN, services.clock())
    step = STEPS[progress.TRANSFER_STEP]
    decisions.settle(session, verification, step, Effect(Verb.FAIL, code), services)
    progress.put(
        verification, progress.TRANSFER_STEP, progress.state(verification, step.name)["status"], expires_at=None
    )


def refer(session: Session, verification: Verification, transfer: Transfer, services: Services) -> None:
    """Nobody could be made to tell: a person has to find out. The transfer stays as it is."""
    if is_awaited(verification, transfer) and verification.status == Status.PROCESSING:
        troubles.note(verification, progress.TRANSFER_STEP, "transfer_unconfirmed", services.clock())
        referring.refer(session, verification, services.clock())
        events.append(session, verification, "verification.review", services.clock(), code="transfer_unconfirmed")


React = Callable[[Session, Verification, Transfer, Services], None]

_REACT: Mapping[Stage, React] = {
    Stage.CREATED: _show,
    Stage.REQUESTED: _show,
    Stage.UNKNOWN: _show,
    Stage.SENT: _sent,
    Stage.FAILED: _failed,
    Stage.RETURNED: _returned,
}
