"""Both sides of the ID card, one by one. Pictures and readings live in one request's memory only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from providers.base import (
    Capability,
    IdCardPhoto,
    IdCardReading,
    Misconfigured,
    Outcome,
    ProviderFailure,
    Reading,
    Result,
    Side,
)
from verify.flows import checks, limits
from verify.flows.checks import SHANGHAI
from verify.flows.effects import Effect, Verb
from verify.flows.pictures import fitted
from verify.flows.sealing import open_steps
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.services import Services

#: steps in which the person's name and number were given
GIVEN_IN = ("bank_account", "representative", "identity")


@dataclass(frozen=True, repr=False)
class OneSide:
    side: Side
    photo: IdCardPhoto


def prepare(session: Session, verification: Verification, submitted: OneSide, services: Services) -> Prepared:
    """Opens name and number to compare them with what is read."""
    keys = services.vault.keys(verification.id)
    values = open_steps(session, keys, verification, GIVEN_IN)
    person = {"name": values["name"], "id_number": values["id_number"]}
    limits.note([limits.counter("cn.id_number", person["id_number"], verification)], services)
    hint = None if verification.livemode else person
    today = services.clock().astimezone(SHANGHAI).date()

    def judge(answer: Outcome | ProviderFailure | Misconfigured) -> Effect | None:
        if not isinstance(answer, Outcome) or answer.result is not Result.MATCH:
            return None
        reason = fault(submitted.side, answer.reading or Reading(), person, today)
        return Effect(Verb.FAIL, reason) if reason else Effect(Verb.PASS, part=submitted.side)

    return Prepared(request=IdCardReading(submitted.side, submitted.photo, hint), keys=keys, judge=judge)


def fault(side: Side, reading: Reading, person: Mapping[str, str], today: date) -> str | None:
    """Reason code of what is not right about a reading; None where nothing is."""
    if side is Side.FRONT:
        if reading.name is None or reading.id_number is None:
            return "id_card_unreadable"
        return None if _is_of(reading, person) else "id_card_mismatch"
    if reading.valid_from is None:
        return "id_card_unreadable"
    is_valid = reading.valid_from <= today and (reading.valid_until is None or today <= reading.valid_until)
    return None if is_valid else "id_card_expired"


def _is_of(reading: Reading, person: Mapping[str, str]) -> bool:
    """The same person, by the spelling that typed values are brought to."""
    try:
        read = {"name": checks.name(reading.name or ""), "id_number": checks.id_number(reading.id_number or "")}
    except checks.InvalidValue:
        return False
    return read == dict(person)


def photo(submitted: bytes, services: Services, *, livemode: bool) -> IdCardPhoto:
    """Fitted to what every configured reader takes. Raises Problem unsupported_image."""
    return IdCardPhoto(fitted(submitted, Capability.ID_CARD, services, livemode=livemode))
