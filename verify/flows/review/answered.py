"""What nobody may approve: a step that was never answered. Overriding an answer is one thing, having none another."""

from collections.abc import Container

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from providers.base import Result
from verify.errors import Problem
from verify.flows import progress
from verify.models import Attempt, SealedStep, Verification


def refuse_unanswered(session: Session, verification: Verification) -> None:
    """Raises Problem step_unanswered naming the steps of which nothing is known."""
    steps = unanswered(session, verification)
    if steps:
        raise Problem("step_unanswered", steps=steps)


def unanswered(session: Session, verification: Verification) -> list[str]:
    """Steps that have not passed, of which nothing typed is kept and to which no provider gave an outcome."""
    if not unknown(verification, ()):
        return []
    kept = select(SealedStep.step).where(SealedStep.verification_id == verification.id)
    told = select(Attempt.step).where(Attempt.verification_id == verification.id, Attempt.outcome.in_(list(Result)))
    return unknown(verification, set(session.scalars(union(kept, told))))


def unknown(verification: Verification, known: Container[str]) -> list[str]:
    """The same where it is known already which steps something is kept of or was told about."""
    return [
        step.name
        for step in progress.steps_of(verification)
        if progress.state(verification, step.name)["status"] != progress.PASSED
        and step.name not in known
        and not (step.name == "consent" and verification.consents)
    ]
