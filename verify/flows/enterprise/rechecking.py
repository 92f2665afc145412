"""Asking the register again: until it has a record, and after the end, whether the enterprise still operates."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from providers.base import Outcome, Request, Result
from verify.errors import Problem
from verify.flows import accounts, disclosure, events, progress, step
from verify.flows.case import load_any
from verify.flows.disclosure import Answer
from verify.flows.effects import REJECTING
from verify.flows.enterprise.parking import Kind, next_check
from verify.flows.enterprise.suspending import LETTER_EXPIRED, is_in_force, suspend
from verify.flows.states import FINAL, Status
from verify.flows.steps import representative
from verify.models import Attempt, Recheck, Verification
from verify.models.due import claim, release
from verify.services import Services

log = structlog.get_logger()

#: while nobody can be asked, or an end is not reached yet
SOON, LATER = timedelta(hours=1), timedelta(days=1)

#: registers are refreshed weekly and wrong now and then: no answer against an enterprise counts alone
AGAINST_IT = 2

#: codes of registers' answers → reason of a suspension, where it is another one
SUSPENDING = dict.fromkeys(("registry_mismatch", "legal_representative_mismatch"), "registry_changed")


def recheck(row_id: UUID, services: Services) -> None:
    """Do what is due for one row, unless another does."""
    with services.write() as session:
        row = claim(session, Recheck, row_id, services.clock())
    if row is not None:
        _DO[Kind(row.kind)](row, services)


def _record(row: Recheck, services: Services) -> None:
    """An answer moves the verification on; none leaves it parked."""
    lease = row.lease
    asked = _promise(row, services, lambda _, verification: _is_parked(verification))
    if asked is None:
        return
    answer = disclosure.call(*asked, services)
    if isinstance(answer.outcome, Outcome):
        step.finish(asked[0], answer, services)
        _give_back(row.id, lease, services)
    else:
        _close(row, asked[0], answer, services.clock() + SOON, services)


def _is_parked(verification: Verification) -> bool:
    return verification.status == Status.PROCESSING and progress.next_check(verification) is not None


def _standing(row: Recheck, services: Services) -> None:
    """Suspends the account where the register says so twice."""
    asked = _promise(row, services, _is_verified)
    if asked is None:
        return
    answer = disclosure.call(*asked, services)
    outcome, now = answer.outcome, services.clock()
    if not isinstance(outcome, Outcome):
        _close(row, asked[0], answer, now + LATER, services)
    elif outcome.result is Result.MISMATCH:
        _against(row, asked[0], answer, outcome.reason or "registry_mismatch", services)
    else:
        _close(row, asked[0], answer, now + watch_every(services), services, checks=0)


def _against(row: Recheck, attempt: Attempt, answer: Answer, code: str, services: Services) -> None:
    if row.checks + 1 < AGAINST_IT:
        _close(row, attempt, answer, next_check(services.clock()), services, checks=row.checks + 1)
        return
    reason = code if code in REJECTING else SUSPENDING.get(code, "registry_changed")
    with services.write() as session:
        accounts.lock_of(session, row.verification_id)
        verification = load_any(session, row.verification_id)
        if is_in_force(session, verification):
            suspend(session, verification, reason, services)
            log.info("account suspended", verification=str(verification.id), reason=reason)
    _close(row, attempt, answer, None, services)


def _letter(row: Recheck, services: Services) -> None:
    """The letter's last day is over."""
    with services.write() as session:
        accounts.lock_of(session, row.verification_id)
        verification = load_any(session, row.verification_id)
        if verification.status not in FINAL:
            release(session, row, services.clock() + LATER)
            return
        if _is_verified(session, verification):
            suspend(session, verification, LETTER_EXPIRED, services)
        release(session, row, None)


def _is_verified(session: Session, verification: Verification) -> bool:
    return verification.status == Status.VERIFIED and is_in_force(session, verification)


def _promise(
    row: Recheck, services: Services, is_wanted: Callable[[Session, Verification], bool]
) -> tuple[Attempt, Request] | None:
    """One call, committed before it is made; None where it is not wanted (yet) or nobody can be asked."""
    now = services.clock()
    with services.write() as session:
        verification = load_any(session, row.verification_id)
        if not is_wanted(session, verification):
            early = row.kind == Kind.STANDING and verification.status not in FINAL
            release(session, row, now + LATER if early else None)
            return None
        try:
            request = representative.registry(session, verification, None, services).request
            consent = None if request is None else disclosure.recipient(verification, request, services)
        except (KeyShredded, Problem) as refused:  # erased, or withdrawn: nothing may be asked any more
            release(session, row, None, error=type(refused).__name__)
            return None
        if request is None or consent is None:
            release(session, row, now + SOON, error="no_provider")
            return None
        attempt = disclosure.record(uuid7(), verification, representative.STEP, request, consent, services)
        session.add(attempt)
    return attempt, request


def _close(
    row: Recheck, attempt: Attempt, answer: Answer, due_at: datetime | None, services: Services, **values: int
) -> None:
    """The attempt is done with, whatever came of it; the row is due again then."""
    now = services.clock()
    with services.write() as session:
        verification = load_any(session, row.verification_id)
        disclosure.answered(session, verification, attempt.id, answer, finished_at=now)
        events.hold_carried(session, verification, now)
        release(session, row, due_at, attempts=0, **values)


def _give_back(row_id: UUID, lease: UUID | None, services: Services) -> None:
    """Unless it was parked anew meanwhile, which ends the lease."""
    with services.write() as session:
        session.execute(
            update(Recheck)
            .where(Recheck.id == row_id, Recheck.lease == lease)
            .values(due_at=None, lease=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def watch_every(services: Services) -> timedelta:
    return timedelta(days=services.settings.registry_watch_days)


_DO: Mapping[Kind, Callable[[Recheck, Services], None]] = {
    Kind.RECORD: _record,
    Kind.STANDING: _standing,
    Kind.LETTER: _letter,
}
