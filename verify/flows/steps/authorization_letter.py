"""The letter by which an enterprise lets its representative act: kept sealed, always judged by a person."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from verify.errors import FieldError, Problem
from verify.flows import documents
from verify.flows.case import Ref
from verify.flows.checks import SHANGHAI
from verify.flows.documents import Stored
from verify.flows.effects import Effect, Verb
from verify.flows.enterprise import parking
from verify.flows.enterprise.parking import Kind
from verify.flows.papers import looked_through
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.services import Services

STEP = "authorization_letter"

#: nobody lets another act for longer without looking again
LONGEST_YEARS = 10


@dataclass(frozen=True, repr=False)
class Letter:
    stored: Stored
    valid_until: date


def take_in(ref: Ref, submitted: bytes, valid_until: date, services: Services) -> Letter:
    """As license.take_in. Raises Problem for a date that is over or too far."""
    _check_last_day(valid_until, services.clock().astimezone(SHANGHAI).date())
    return Letter(documents.store(ref, STEP, looked_through(submitted), services, valid_until), valid_until)


def _check_last_day(valid_until: date, today: date) -> None:
    """Raises Problem with the range in the detail."""
    latest = today.replace(year=today.year + LONGEST_YEARS, day=min(today.day, 28))
    if today <= valid_until <= latest:
        return
    code = "letter_over" if valid_until < today else "letter_too_long"
    raise Problem("invalid_input", f"valid_until: {today} to {latest}.", errors=[FieldError("valid_until", code)])


def prepare(session: Session, verification: Verification, submitted: Letter, services: Services) -> Prepared:
    """Passes for the user; that it runs out one day is noted now and looked at then."""
    documents.take_up(session, verification, STEP, submitted.stored, services)
    parking.put(session, verification, Kind.LETTER, end_of(submitted.valid_until), services.clock())
    return Prepared(effect=Effect(Verb.REFER, "authorization_letter_review"))


def end_of(day: date) -> datetime:
    """The day's last moment in China."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
