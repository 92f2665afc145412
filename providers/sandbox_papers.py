"""What the sandbox "reads" from an ID card or a licence: the typed fields beside the image, bent as their name says."""

from collections.abc import Mapping
from datetime import date

from providers.base import IdCardReading, LicenseReading, LicenseText, Outcome, Reading, Result, Side

#: validity of the sandbox's cards, and of one that has run out
VALID = (date(2020, 1, 1), date(2040, 1, 1))
EXPIRED = (date(2005, 1, 1), date(2025, 1, 1))

#: on a card that differs: the number of nobody
OTHER_NUMBER = "110101190001010009"

#: on a licence that differs
OTHER_ENTERPRISE = "另一家示例企业有限公司"


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


def read_license(request: LicenseReading, result: Result, reason: str | None) -> Outcome:
    """The same of a business licence; one in order is valid for good."""
    hint: Mapping[str, str] = request.hint or {}
    if result is not Result.MATCH or not hint:
        return Outcome(Result.INCONCLUSIVE, reason or "license_unreadable", "sandbox.license", billed=False)
    name = OTHER_ENTERPRISE if reason == "license_mismatch" else hint["enterprise_name"]
    valid_from, valid_until = EXPIRED if reason == "license_expired" else (VALID[0], None)
    text = LicenseText(name, hint["credit_code"], hint.get("legal_representative"), valid_from, valid_until)
    return Outcome(Result.MATCH, vendor_code="sandbox.match", billed=False, license=text)
