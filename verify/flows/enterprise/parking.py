"""What is asked again on working days to come, and when."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.flows import working_days
from verify.flows.checks import SHANGHAI
from verify.models import Recheck, Verification
from verify.services import Services


class Kind(StrEnum):
    RECORD = "record"  #: the register has none yet; asked again until it has
    STANDING = "standing"  #: a verified enterprise: is it still in operation
    LETTER = "letter"  #: a letter of authorization runs out


def park(session: Session, verification: Verification, services: Services) -> datetime | None:
    """Have the register asked again on the next working day; None when that was done as often as it may be."""
    now = services.clock()
    row = of(session, verification, Kind.RECORD) or put(session, verification, Kind.RECORD, None, now)
    row.lease = row.lease_until = None
    row.attempts = 0
    if row.checks >= services.settings.registry_rechecks:
        row.due_at, row.checks = None, 0
        return None
    row.checks += 1
    row.due_at = next_check(now)
    return row.due_at


def next_check(now: datetime) -> datetime:
    """The same time of the next working day in China."""
    local = now.astimezone(SHANGHAI)
    return now + timedelta(days=(working_days.after(local.date(), 1) - local.date()).days)


def of(session: Session, verification: Verification, kind: Kind) -> Recheck | None:
    """The row, read afresh."""
    return session.scalars(
        select(Recheck)
        .where(Recheck.verification_id == verification.id, Recheck.kind == kind)
        .execution_options(populate_existing=True)
    ).one_or_none()


def put(session: Session, verification: Verification, kind: Kind, due_at: datetime | None, now: datetime) -> Recheck:
    """A row of this kind, due then; the former one's time is replaced."""
    row = of(session, verification, kind)
    if row is None:
        row = Recheck(id=uuid7(), verification_id=verification.id, kind=kind, checks=0, attempts=0, created_at=now)
        session.add(row)
    row.due_at = due_at
    return row
