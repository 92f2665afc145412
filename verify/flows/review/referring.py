"""Bringing a verification before a person, with the reasons the queue is filtered by."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from verify.flows import troubles
from verify.flows.review.stuck import waits_for
from verify.flows.states import Action, advance
from verify.models import ReviewReason, Verification


def refer(session: Session, verification: Verification, now: datetime) -> None:
    """Move the (locked) verification to review. Raises InvalidTransition; nothing happens after the end."""
    if not advance(verification, Action.REFER, now):
        return
    troubles.refer(verification)
    session.execute(delete(ReviewReason).where(ReviewReason.verification_id == verification.id))
    rows = [{"verification_id": verification.id, "code": code} for code in waits_for(verification)]
    session.execute(insert(ReviewReason), rows)
