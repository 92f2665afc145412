"""What somebody may do to a case now, for who has no page with buttons."""

from collections.abc import Sequence

from verify.flows.review import repeating
from verify.flows.review.dossier import Dossier
from verify.flows.review.four_eyes import Matter
from verify.flows.staff.desk import Staff
from verify.flows.staff.roles import Permission
from verify.flows.states import FINAL, Status


def actions(case: Dossier, staff: Staff) -> Sequence[str]:
    """Orders that would not be refused for role, status or a colleague's claim; what they rest on may still refuse."""
    verification, may = case.verification, staff.may
    override = next((p for p in case.proposals if p.kind == Matter.OVERRIDE and p.answered_at is None), None)
    is_free = case.claim is None or case.claim.operator_id == staff.id
    decides = Permission.DECIDE in may and verification.status == Status.REVIEW and is_free
    steers = Permission.STEER in may and verification.status not in FINAL
    owed = any(attempt.finished_at is None for attempt in case.attempts)
    possible = {
        "approve": decides and override is None and not case.unanswered,
        "reject": decides,
        "ask-again": decides,
        "confirm": Permission.CONFIRM in may and override is not None and override.proposed_by != staff.id,
        "retry": steers and bool(owed or case.recheck or case.transfer or repeating.owed(verification)),
        "extend": steers,
        "take-in": steers and verification.status == Status.PENDING,
        "note": Permission.NOTE in may,
    }
    return [name for name, can in possible.items() if can]
