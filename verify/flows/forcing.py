"""What would take days, at once: for test keys alone."""

import json

from providers.base import Capability, TransferWord
from verify.errors import Problem
from verify.flows import accounts, decisions, idempotency
from verify.flows.case import Ref, load_locked
from verify.flows.idempotency import Ticket
from verify.flows.review import deciding
from verify.flows.states import FINAL, Status
from verify.flows.transfers.opening import latest_round
from verify.flows.transfers.settling import Told, stage_of, take_in
from verify.flows.transfers.states import News, Stage, following
from verify.models import Transfer, Verification
from verify.services import Services

#: stage asked for → what is pretended to have been said
NEWS = {
    Stage.REQUESTED: News.ACCEPTED,
    Stage.SENT: News.SENT,
    Stage.FAILED: News.FAILED,
    Stage.RETURNED: News.RETURNED,
    Stage.UNKNOWN: News.LOSE,
}


#: a stage that a read-back would contradict → the word for it
TOLD = {Stage.FAILED: TransferWord.FAILED, Stage.RETURNED: TransferWord.RETURNED}


def refuse_live(ref: Ref) -> None:
    """Raises Problem forbidden for a live key."""
    if ref.livemode:
        raise Problem("forbidden", "Only a test key may force an outcome.")


def advance_transfer(ref: Ref, to: str, services: Services, ticket: Ticket | None = None) -> Verification:
    """As if the bank had said so of the current transfer. Raises Problem where it cannot come to that from here."""
    refuse_live(ref)
    with services.write() as session:
        idempotency.claim(session, ticket, ref.verification_id, services.clock(), status=200)
        news = NEWS[Stage(to)]
        if news is News.RETURNED:
            accounts.lock_of(session, ref.verification_id)
        verification = load_locked(session, ref)
        parts = latest_round(session, verification)
        movable = [part for part in parts if isinstance(following(stage_of(part), news), Stage)]
        if not movable:
            raise Problem("step_not_expected", "The transfer cannot come to that from where it is.")
        for part in movable:
            take_in(session, verification, part, Told(news), services)
            _stop_looking(part)
        forced = {part.id.hex: (part.provider, TOLD[Stage(part.status)]) for part in movable if part.status in TOLD}
    for reference, (provider, word) in forced.items():
        _tell_sandbox(provider, reference, word, services)
    return verification


def _stop_looking(part: Transfer) -> None:
    """Whoever asks the bank at this moment loses the lease, so that an answer from before does not contradict."""
    part.lease = part.lease_until = None
    if part.status in TOLD:
        part.due_at = None


def _tell_sandbox(provider: str | None, reference: str, word: TransferWord, services: Services) -> None:
    """Let a later read-back, after a callback say, find what was forced."""
    known = services.providers.get(provider or "")
    if known is not None and known.test_only and Capability.TRANSFER in known.capabilities:
        known.callback({}, json.dumps({"reference": reference, "word": word}).encode())


def review(
    ref: Ref, decision: str, services: Services, ticket: Ticket | None = None, *, step: str = "", code: str, words: str
) -> Verification:
    """Decide as staff would: ``approve``, ``reject`` or ``ask_again``. Raises Problem where it is not in review."""
    refuse_live(ref)
    with services.write() as session:
        idempotency.claim(session, ticket, ref.verification_id, services.clock(), status=200)
        verification = load_locked(session, ref)
        if verification.status in FINAL:
            raise Problem("verification_final")
        if verification.status != Status.REVIEW:
            raise Problem("not_in_review")
        if decision == "approve":
            deciding.approved(session, verification, None, services)
        elif decision == "reject":
            deciding.rejected(session, verification, code, words, None, services)
        else:
            deciding.asked_again(session, verification, step, words, None, services)
    return verification


def expire(ref: Ref, services: Services, ticket: Ticket | None = None) -> Verification:
    """End it as its time would. Raises Problem where a vendor or a person is waited for, which stops that clock."""
    refuse_live(ref)
    with services.write() as session:
        idempotency.claim(session, ticket, ref.verification_id, services.clock(), status=200)
        verification = load_locked(session, ref)
        if verification.status in FINAL:
            raise Problem("verification_final")
        if verification.status != Status.PENDING:
            raise Problem("step_not_expected", "Its clock stands still while somebody else owes something.")
        verification.expires_at = services.clock()
        decisions.expire(session, verification, services)
    return verification
