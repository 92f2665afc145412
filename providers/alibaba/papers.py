"""Alibaba Cloud on papers and enterprises: ID card, business licence, register of enterprises."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from providers.alibaba import paper_codes
from providers.alibaba.call import CLOUDAUTH_ENTERPRISES, OCR, Call, Parameters, order_number
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
from providers.papers import table_of, text_of, validity
from providers.verdict import Verdict

#: bytes the vendor advises; it takes 10 MB, and sides below 8192 pixels
PAPER = Traits(max_image_bytes=1_500_000, max_image_side=4096)

SIDES: Mapping[Side, str] = {Side.FRONT: "face", Side.BACK: "back"}

#: from here on a picture looks edited
SUSPICIOUS = 60

FLAGS = frozenset({"EntNameFlag", "LicenseNoFlag", "LegalPersonNameFlag", "LegalPersonCertNoFlag"})


def _card(request: IdCardReading, _reference: str) -> Parameters:
    """The bytes themselves; a crop of the portrait would come back only if asked for."""
    return Parameters(query={"OutputQualityInfo": "true"}, body=request.image.data)


def _card_read(request: IdCardReading, answer: Mapping[str, Any], _now: datetime) -> Verdict:
    """The vendor recognises the side, which is not told it."""
    sides = _data(answer)
    side = table_of(sides, SIDES[request.side])
    found = table_of(side, "data")
    if request.side is Side.FRONT:
        reading = Reading(text_of(found, "name"), text_of(found, "idNumber"))
    else:
        valid_from, valid_until = validity(found.get("validPeriod"))
        reading = Reading(valid_from=valid_from, valid_until=valid_until)
    if not (reading.name or reading.id_number or reading.valid_from):
        is_other = any(table_of(sides, name, "data") for name in SIDES.values() if name != SIDES[request.side])
        return Verdict("Read.OtherSide" if is_other else "Read.Nothing")
    return Verdict(_warning(table_of(side, "warning")) or "Read", reading=reading)


def _warning(warnings: Mapping[str, Any]) -> str | None:
    for name in ("isCopy", "isReshoot"):
        if word(warnings.get(name)) == "1":
            return f"Warn.{name}"
    score = warnings.get("tamperScore")
    return "Warn.tamperScore" if isinstance(score, int | float) and score > SUSPICIOUS else None


def _license(request: LicenseReading, _reference: str) -> Parameters:
    return Parameters(body=request.image.data)


def _license_read(_request: object, answer: Mapping[str, Any], _now: datetime) -> Verdict:
    found = _data(answer)
    ends = " ".join(filter(None, (text_of(found, "validFromDate"), text_of(found, "validToDate"))))
    valid_from, valid_until = validity(ends)
    if valid_from is None:
        valid_from, valid_until = validity(found.get("validPeriod"), found.get("RegistrationDate"))
    license_ = LicenseText(
        enterprise_name=text_of(found, "companyName"),
        credit_code=text_of(found, "creditCode"),
        legal_representative=text_of(found, "legalPerson"),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return Verdict("Read" if license_.enterprise_name or license_.credit_code else "Read.Nothing", license=license_)


def _data(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """``Data`` is JSON in a string."""
    with suppress(ValueError, TypeError, RecursionError):
        found = json.loads(answer["Data"])
        return table_of(found, "data") if isinstance(found, dict) else {}
    return {}


def registry_call(scene: str) -> Call:
    """EntElementVerifyV2 in a scene of the console, with the representative's number where it is known."""

    def parameters(request: RegistryCheck, reference: str) -> Parameters:
        number = request.legal_representative_id_number
        order = order_number(reference)
        return Parameters(
            query={
                "SceneCode": scene,
                "MerchantBizId": order,
                "MerchantUserId": order,  # required, and no account of ours is the vendor's business
                "UserAuthorization": "1",  # no call is made without a consent
                "InfoVerifyType": "ENT_3META" if number is None else "ENT_4META",
                "LicenseNo": request.credit_code,
                "EntName": request.enterprise_name,
                "LegalPersonName": request.legal_representative_name,
                **({} if number is None else {"LegalPersonCertNo": number}),
            }
        )

    return Call(
        product="cloudauth",
        version=CLOUDAUTH_ENTERPRISES,
        action="EntElementVerifyV2",
        read=10,
        done="Success",
        codes=paper_codes.REGISTRY_CODES,
        verdicts=paper_codes.REGISTRY,
        parameters=parameters,
        verdict=_registered,
        traits=Traits(compares_number=True),
    )


def _registered(_request: object, answer: Mapping[str, Any], _now: datetime) -> Verdict:
    found = table_of(answer, "Result")
    biz_code = word(found.get("BizCode"))
    if biz_code == "1":
        return Verdict(f"Status.{word(found.get('Status')) or 'none'}")
    if biz_code == "2":
        told = found.get("ReasonDetail")
        flags = {flag.strip() for flag in told.split(",")} if isinstance(told, str) else set()
        return Verdict(".".join(("Differs", *sorted(flags & FLAGS))))
    return Verdict(biz_code and f"BizCode.{biz_code}")


PAPERS: Mapping[Capability, Call] = {
    Capability.ID_CARD: Call(
        product="ocr",
        version=OCR,
        action="RecognizeIdcard",
        read=15,
        done=None,
        codes=paper_codes.ID_CARD_CODES,
        verdicts=paper_codes.ID_CARD,
        parameters=_card,
        verdict=_card_read,
        traits=PAPER,
    ),
    Capability.LICENSE: Call(
        product="ocr",
        version=OCR,
        action="RecognizeBusinessLicense",
        read=15,
        done=None,
        codes=paper_codes.LICENSE_CODES,
        verdicts=paper_codes.LICENSE,
        parameters=_license,
        verdict=_license_read,
        traits=PAPER,
    ),
}
