"""Tencent Cloud on papers and enterprises: ID card, business licence, register of enterprises."""

import json
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from providers.base import (
    Capability,
    IdCardReading,
    LicenseReading,
    LicenseText,
    Reading,
    RegistryCheck,
    Side,
    Traits,
)
from providers.codes import word
from providers.papers import text_of, validity
from providers.tencent import paper_codes
from providers.tencent.call import OCR, Call
from providers.verdict import Verdict

#: bytes before base64. The vendor takes 10 MB of an ID card and 7 MB of a licence in base64, 10 MB a request
MAX_PAPER = 5_000_000
MAX_SIDE = 4096

#: IDCardOCR warns of these; no part of the card is cut out, since a portrait would come back
CARD_WARNINGS = json.dumps(
    dict.fromkeys(("CopyWarn", "BorderCheckWarn", "ReshootWarn", "DetectPsWarn", "TempIdWarn", "InvalidDateWarn"), True)
)

SIDES: Mapping[Side, str] = {Side.FRONT: "FRONT", Side.BACK: "BACK"}

#: members of VerifyBizLicenseEnterprise4 → what they say agrees
FLAGS: Mapping[str, str] = {
    "IsCreditCodeConsistent": "CreditCode",
    "IsEntNameConsistent": "EntName",
    "IsLrNameConsistent": "LrName",
    "IsIdNumConsistent": "IdNum",
}


def _id_card(request: IdCardReading, _reference: str) -> dict[str, Any]:
    """As it is printed: rectifying would repair what was tampered with."""
    return {
        "ImageBase64": b64encode(request.image.data).decode(),
        "CardSide": SIDES[request.side],
        "Config": CARD_WARNINGS,
        "EnableRecognitionRectify": False,
    }


def _card_read(request: IdCardReading, response: Mapping[str, Any], _now: datetime) -> Verdict:
    warned = _warning(_warnings_of_card(response))
    if warned:
        return Verdict(warned)
    if request.side is Side.FRONT:
        reading = Reading(text_of(response, "Name"), text_of(response, "IdNum"))
        return Verdict("Read" if reading.name or reading.id_number else "Read.Nothing", reading=reading)
    valid_from, valid_until = validity(response.get("ValidDate"))
    code = "Read" if valid_from else "Read.Nothing"
    return Verdict(code, reading=Reading(valid_from=valid_from, valid_until=valid_until))


def _warnings_of_card(response: Mapping[str, Any]) -> object:
    """``AdvancedInfo`` is JSON in a string."""
    with suppress(ValueError, TypeError, RecursionError):
        found = json.loads(response.get("AdvancedInfo") or "{}")
        return found.get("WarnInfos") if isinstance(found, dict) else None
    return None


def _warning(warnings: object) -> str | None:
    first = next(iter(warnings), None) if isinstance(warnings, list) else None
    return f"Warn{first}" if isinstance(first, int) else None


def _license(request: LicenseReading, _reference: str) -> dict[str, Any]:
    return {
        "ImageBase64": b64encode(request.image.data).decode(),
        "EnableCopyWarn": True,
        "EnableBusinessCertificate": True,  # other institutions than companies have certificates of other names
    }


def _license_read(_request: object, response: Mapping[str, Any], _now: datetime) -> Verdict:
    """A warning, such as of a copy, leaves what was read to a person."""
    start = text_of(response, "SetDate") or text_of(response, "RegistrationDate")
    valid_from, valid_until = validity(response.get("Period"), start)
    found = LicenseText(
        enterprise_name=text_of(response, "Name"),
        credit_code=text_of(response, "RegNum"),
        legal_representative=text_of(response, "Person"),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    warned = _warning(response.get("RecognizeWarnCode"))
    code = warned or ("Read" if found.enterprise_name or found.credit_code else "Read.Nothing")
    return Verdict(code, license=found)


def _four(request: RegistryCheck, _reference: str) -> dict[str, Any]:
    return {
        "CreditCode": request.credit_code,
        "EntName": request.enterprise_name,
        "LrName": request.legal_representative_name,
        "IdNum": request.legal_representative_id_number,
    }


def _three(request: RegistryCheck, reference: str) -> dict[str, Any]:
    parameters = {name: value for name, value in _four(request, reference).items() if name != "IdNum"}
    return {**parameters, "VerifyType": "ENT_3META"}


def _registered(_request: object, response: Mapping[str, Any], _now: datetime) -> Verdict:
    status, verdict = word(response.get("StatusCode")), word(response.get("VerifyResult"))
    if status is None or (status == "0" and verdict is None):
        return Verdict(None)
    if status != "0":
        return Verdict(f"StatusCode.{status}")
    differs = [name for member, name in FLAGS.items() if response.get(member) is False]
    if verdict == "0":
        return Verdict(".".join(("Differs", *differs)))
    if verdict != "1" or differs:  # agreement that contradicts itself
        return Verdict(f"VerifyResult.{verdict}")
    return Verdict(f"OperatingStatus.{word(response.get('OperatingStatus')) or 'none'}")


_PAPER = Traits(max_image_bytes=MAX_PAPER, max_image_side=MAX_SIDE)
_REGISTER = Traits(compares_number=True)

PAPERS: Mapping[Capability, Call] = {
    Capability.ID_CARD: Call("ocr", OCR, "IDCardOCR", 15, paper_codes.ID_CARD, _id_card, _card_read, traits=_PAPER),
    Capability.LICENSE: Call(
        "ocr", OCR, "BizLicenseOCR", 15, paper_codes.LICENSE, _license, _license_read, traits=_PAPER
    ),
    Capability.REGISTRY: Call(
        "ocr", OCR, "VerifyBizLicenseEnterprise4", 10, paper_codes.REGISTRY, _four, _registered, traits=_REGISTER
    ),
}

#: where the representative's number is not known
REGISTRY_3 = Call("ocr", OCR, "VerifyBizLicenseEnterprise3", 10, paper_codes.REGISTRY, _three, _registered)
