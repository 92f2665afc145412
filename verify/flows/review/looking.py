"""Papers that only a person can judge: whoever approves has had every page of them before their eyes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify.errors import Problem
from verify.flows import documents
from verify.flows.review.referrals import referrals
from verify.flows.staff.desk import Staff
from verify.models import AccessEntry, Document, Verification

#: why a step waits for a person that nothing answers but its paper
BY_PAPER = frozenset({"authorization_letter_review", "license_unreadable"})

#: the act that the access log holds for each page that was shown
SHOWN = "case.document"


def to_read(verification: Verification, papers: Sequence[Document]) -> list[Document]:
    """Of each step that waits for its paper to be read the newest one; ``papers`` come the newest first."""
    waiting = {step for step, code in referrals(verification).items() if code in BY_PAPER}
    newest: dict[str, Document] = {}
    for paper in papers:
        if paper.step in waiting:
            newest.setdefault(paper.step, paper)
    return [paper for paper in newest.values() if paper.purged_at is None]


def refuse_unread(session: Session, verification: Verification, staff: Staff) -> None:
    """Raises Problem documents_unopened naming the steps whose papers this operator has not seen whole.

    The look counts however long ago it was: a paper that another replaced is another document.
    """
    papers = to_read(verification, documents.of(session, verification.id))
    if not papers:
        return
    looks = session.scalars(
        select(AccessEntry.detail).where(
            AccessEntry.verification_id == verification.id,
            AccessEntry.operator_id == staff.id,
            AccessEntry.action == SHOWN,
            AccessEntry.refused.is_(None),
        )
    )
    seen = {(look.get("document"), look.get("page")) for look in looks}
    unread = [p.step for p in papers if not seen.issuperset((str(p.id), page) for page in range(p.pages))]
    if unread:
        raise Problem("documents_unopened", steps=unread)
