"""What a request asks to be done and nobody has done yet: such a request is not answered as if it were (policy 6)."""

from collections.abc import Callable, Mapping

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from verify.errors import Problem
from verify.flows.states import Status
from verify.models import Account, Consent, Erasure, RightsRequest, Verification
from verify.policies.minors import PREFIX


def require_done(session: Session, request: RightsRequest, account: Account) -> None:
    """Raises Problem not_carried_out."""
    if is_outstanding(session, request, account):
        raise Problem("not_carried_out")


def is_outstanding(session: Session, request: RightsRequest, account: Account) -> bool:
    """False where there is nothing to do, and where it was done at the desk or, since the receipt, elsewhere."""
    left = LEFT.get(request.kind)
    return left is not None and request.carried_out_at is None and left(session, request, account)


def live_items(session: Session, account: Account) -> list[str]:
    """What the account's owner has consented to and not withdrawn; a guardian withdraws theirs as a whole."""
    own = select(Verification.id).where(Verification.account_id == account.id)
    query = select(Consent.item).where(Consent.verification_id.in_(own), Consent.withdrawn_at.is_(None))
    return sorted({item for item in session.scalars(query) if not item.startswith(PREFIX)})


def _is_wrong_still(session: Session, request: RightsRequest, account: Account) -> bool:
    """Where values can be wrong, and nobody was verified with others since."""
    own = select(Verification.id).where(Verification.account_id == account.id)
    shown = own.where(Verification.redacted_at.is_(None))
    anew = own.where(Verification.status == Status.VERIFIED, Verification.created_at > request.received_at)
    return bool(session.scalar(select(exists(shown)))) and not session.scalar(select(exists(anew)))


def _nothing_erased(session: Session, request: RightsRequest, account: Account) -> bool:
    """Of one verification too: who asks may mean no more than that."""
    since = select(Erasure.id).where(Erasure.account_id == account.id, Erasure.asked_at >= request.received_at)
    return account.erased_at is None and not session.scalar(select(exists(since)))


def _consents_stand(session: Session, request: RightsRequest, account: Account) -> bool:
    own = select(Verification.id).where(Verification.account_id == account.id)
    since = select(Consent.id).where(Consent.verification_id.in_(own), Consent.withdrawn_at >= request.received_at)
    return bool(live_items(session, account)) and not session.scalar(select(exists(since)))


#: kind → whether it is left to do; an appeal may be answered with no, which is the person's review
LEFT: Mapping[str, Callable[[Session, RightsRequest, Account], bool]] = {
    "correction": _is_wrong_still,
    "deletion": _nothing_erased,
    "withdrawal": _consents_stand,
    "closure": lambda _session, _request, account: account.closed_at is None,
}
