"""What would take days, at once: for test keys alone."""

from verify.errors import Problem
from verify.flows import decisions, idempotency
from verify.flows.case import Ref, load_locked
from verify.flows.idempotency import Ticket
from verify.flows.states import FINAL, Status
from verify.flows.transfers.opening import latest_round
from verify.flows.transfers.settling import Told, stage_of, take_in
from verify.flows.transfers.states import News, Stage, following
from verify.models import Verification
from verify.services import Services

#: stage asked for → what is pretended to have been said
NEWS = {
    Stage.REQUESTED: News.ACCEPTED,
    Stage.SENT: News.SENT,
    Stage.FAILED: News.FAILED,
    Stage.RETURNED: News.RETURNED,
    Stage.UNKNOWN: News.LOSE,
}


def refuse_live(ref: Ref) -> None:
    """Raises Problem forbidden for a live key."""
    if ref.livemode:
        raise Problem("forbidden", "Only a test key may force an outcome.")


def advance_transfer(ref: Ref, to: str, services: Services, ticket: Ticket | None = None) -> Verification:
    """As if the bank had said so of the current transfer. Raises Problem where it cannot come to that from here."""
    refuse_live(ref)
    with services.write() as session:
        idempotency.claim(session, ticket, ref.verification_id, services.clock(), status=200)
        verification = load_locked(session, ref)
        parts = latest_round(session, verification)
        news = NEWS[Stage(to)]
        movable = [part for part in parts if isinstance(following(stage_of(part), news), Stage)]
        if not movable:
            raise Problem("step_not_expected", "The transfer cannot come to that from where it is.")
        for part in movable:
            take_in(session, verification, part, Told(news), services)
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
