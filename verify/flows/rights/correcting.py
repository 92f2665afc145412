"""What was wrong, once its owner was verified with the right data (policy 5.4, 6.2, 6.3; 个人信息保护法 19, 46, 47).

It goes as after an erasure: at once where no law keeps it. The identity somebody was verified with is who was sold
something until then (反电信网络诈骗法 21; 民法典 188): of it nothing remains but storage until the account's day.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from verify.flows import accounts, erasure, events
from verify.flows.case import Ref, locked, with_application
from verify.flows.keeping import is_contested
from verify.flows.rights import rules
from verify.flows.states import Status
from verify.models import RightsRequest, Verification
from verify.services import Services

GROUND = "correction"


def put_in_place(account_id: UUID, wrong_id: UUID, made_id: UUID, services: Services) -> None:
    """The open one supersedes the wrong one. Nothing to do for one that is open itself, or done before."""
    with services.write() as session:
        accounts.get_locked(session, account_id)
        both = with_application().where(Verification.id.in_((wrong_id, made_id))).order_by(Verification.id)
        found = {one.id: one for one in session.scalars(locked(both)).unique()}
        if wrong_id == made_id or found[made_id].supersedes_id is not None:
            return
        found[made_id].supersedes_id = wrong_id
        events.append(session, found[wrong_id], "verification.superseded", services.clock(), by=str(made_id))


def replaced(session: Session, limit: int) -> Sequence[Ref]:
    """What was corrected, with the request answered, no other that contests a decision open, and not redacted yet."""
    right, asked = aliased(Verification), aliased(RightsRequest)
    query = (
        select(Verification.id, Verification.application_id, Verification.livemode)
        .join(right, right.supersedes_id == Verification.id)
        .join(asked, asked.recheck_id == right.id)
        .where(
            asked.recheck_id.is_not(None),
            asked.kind == "correction",
            asked.status == rules.ANSWERED,
            right.status == Status.VERIFIED,
            Verification.redacted_at.is_(None),
            ~is_contested(),
        )
    )
    return [Ref(*row) for row in session.execute(query.distinct().order_by(Verification.id).limit(limit))]


def let_go(ref: Ref, services: Services) -> None:
    """Redacted at once, and erased as far as no law keeps it; under a legal hold only once that is lifted."""
    erasure.redact(ref, services, ground=GROUND)
