"""The documents a decision rests on: what stays of them in it, and when nobody needs them any more."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from verify.flows import progress
from verify.models import Document, Verification
from verify.services import Services


def of(verification: Verification) -> dict[str, list[dict[str, str]]]:
    """A member of the decision: documents by id and keyed digest; empty where no step took one up."""
    states = {step.name: progress.state(verification, step.name) for step in progress.steps_of(verification)}
    found = [{"step": name, **state["document"]} for name, state in states.items() if "document" in state]
    return {"documents": found} if found else {}


def let_go(session: Session, verification: Verification, services: Services) -> None:
    """After an automatic pass the papers are purged at once."""
    if of(verification):
        session.execute(
            update(Document)
            .where(Document.verification_id == verification.id, Document.purged_at.is_(None))
            .values(due_at=services.clock())
            .execution_options(synchronize_session=False)
        )
