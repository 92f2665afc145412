"""What the sandbox "reads" from an ID card: the typed fields beside the image, bent as their name says."""

from collections.abc import Mapping
from datetime import date

from providers.base import IdCardReading, Outcome, Reading, Result, Side

#: validity of the sandbox's cards, and of one that has run out
VALID = (date(2020, 1, 1), date(2040, 1, 1))
EXPIRED = (date(2005, 1, 1), date(2025, 1, 1))

#: on a card that differs: the number of nobody
OTHER_NUMBER = "110101190001010009"


def read(request: IdCardReading, result: Result, reason: str | None) -> Outcome:
    """``result`` and ``reason`` are what the name asks for; the reading follows them."""
    hint: Mapping[str, str] = request.hint or {}
    if result is not Result.MATCH or not hint:
        return Outcome(Result.INCONCLUSIVE if not hint else result, reason or "id_card_unreadable", "sandbox.card")
    reading = _front(hint, reason) if request.side is Side.FRONT else _back(reason)
    return Outcome(Result.MATCH, vendor_code="sandbox.match", billed=False, reading=reading)


def _front(hint: Mapping[str, str], reason: str | None) -> Reading:
    number = OTHER_NUMBER if reason == "id_card_mismatch" else hint["id_number"]
    return Reading(name=hint["name"], id_number=number)


def _back(reason: str | None) -> Reading:
    valid_from, valid_until = EXPIRED if reason == "id_card_expired" else VALID
    return Reading(valid_from=valid_from, valid_until=valid_until)
