"""What Alibaba Cloud's codes about papers and enterprises mean: ocr-api 2021-07-07, cloudauth 2022-11-25.

A paper's answer has no code for "read": ``Read`` and ``Warn`` are ours, as is what an enterprise's is called by.
"""

from providers.alibaba.codes import GATEWAY
from providers.base import Misconfigured, Outcome, Refused, Result, Unavailable
from providers.codes import Codes, each

_IMAGES = ("exceededImageContent", "unsupportedImageFormat", "illegalImageSize", "unmatchedImageType")


def _ocr(unusable: Outcome) -> Codes:
    """Codes of ocr-api, in lower case: their spelling varies from page to page."""
    table: Codes = {
        **GATEWAY,
        **each(unusable, *_IMAGES),
        **each(Refused, "IllegalImageUrl", "notSafeImageUrl", "MissingImageUrl", "unsupportedEncodeImageUrl"),
        **each(Misconfigured, "illegalSignature", "invalidStsToken"),
        **each(Misconfigured, "noPermission", "ocrServiceNotOpen", "OcrServiceExpired"),
        **each(Unavailable, "algorithmError", "ServiceUnavailable"),
    }
    return {code.lower(): meaning for code, meaning in table.items()}


UNREADABLE_CARD = Outcome(Result.INCONCLUSIVE, "id_card_unreadable")
UNREADABLE = Outcome(Result.INCONCLUSIVE)

#: Code of RecognizeIdcard
ID_CARD_CODES = _ocr(UNREADABLE_CARD)

#: what RecognizeIdcard read. No warning decides by itself: each asks for another picture
ID_CARD: Codes = {
    "Read": Outcome(Result.MATCH),
    "Read.Nothing": UNREADABLE_CARD,
    "Read.OtherSide": Outcome(Result.MISMATCH, "id_card_wrong_side"),
    **each(UNREADABLE_CARD, "Warn.isCopy", "Warn.isReshoot", "Warn.tamperScore"),
}

#: Code of RecognizeBusinessLicense
LICENSE_CODES = _ocr(UNREADABLE)

#: what RecognizeBusinessLicense read
LICENSE: Codes = {"Read": Outcome(Result.MATCH), "Read.Nothing": UNREADABLE}

#: Code of EntElementVerifyV2
REGISTRY_CODES: Codes = GATEWAY

_REPRESENTATIVE = Outcome(Result.MISMATCH, "legal_representative_mismatch")

#: BizCode of EntElementVerifyV2 with what differs, or with the enterprise's status where all agrees
REGISTRY: Codes = {
    "Status.1": Outcome(Result.MATCH),
    # deregistered, cancelled
    **each(Outcome(Result.MISMATCH, "enterprise_deregistered"), "Status.3", "Status.5"),
    "Status.4": Outcome(Result.MISMATCH, "enterprise_revoked"),
    # suspended: not operating as long as that lasts
    "Status.6": Outcome(Result.MISMATCH, "enterprise_not_operating"),
    # moved, other or untold: for a person to look at
    "Status*": Outcome(Result.INCONCLUSIVE),
    "Differs*": Outcome(Result.MISMATCH),
    **each(
        _REPRESENTATIVE,
        "Differs.LegalPersonNameFlag",
        "Differs.LegalPersonCertNoFlag",
        "Differs.LegalPersonCertNoFlag.LegalPersonNameFlag",
    ),
    "BizCode.3": Outcome(Result.NOT_FOUND),
}
