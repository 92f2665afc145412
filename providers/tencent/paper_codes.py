"""What Tencent Cloud's codes about papers and enterprises mean: ocr 2018-11-19.

Its own answers have no code for "read": ``Read`` is ours, as are ``Warn`` before a warning's number, and what an
enterprise's answer is called by: its verdict, what disagrees, its operating status.
"""

from providers.base import Misconfigured, Outcome, Refused, Result, Unavailable
from providers.codes import Codes, each
from providers.tencent.codes import COMMON

UNREADABLE_CARD = Outcome(Result.INCONCLUSIVE, "id_card_unreadable", billed=False)
UNREADABLE = Outcome(Result.INCONCLUSIVE, billed=False)

READ = Outcome(Result.MATCH, billed=True)

_COMMON: Codes = {
    **COMMON,
    **each(Unavailable, "FailedOperation.UnKnowError", "FailedOperation.EngineRecognizeTimeout"),
    **each(Unavailable, "FailedOperation.DownLoadError", "FailedOperation.InternalError"),
    "FailedOperation.UnOpenError": Misconfigured,
    **each(Misconfigured, "ResourceUnavailable.InArrears", "ResourceUnavailable.ResourcePackageRunOut"),
    "ResourcesSoldOut.ChargeStatusException": Misconfigured,
    **each(Refused, "InvalidParameter.ConfigFormatError", "InvalidParameterValue.InvalidParameterValueLimit"),
}

_IMAGES = (
    "FailedOperation.ImageDecodeFailed",
    "FailedOperation.OcrFailed",
    "FailedOperation.NoBizLicense",
    "FailedOperation.ImageNoIdCard",
    "FailedOperation.ImageBlur",
    "FailedOperation.IdCardTooSmall",
    "FailedOperation.IdCardInfoIllegal",
    "FailedOperation.MultiCardError",
    "FailedOperation.EmptyImageError",
    "FailedOperation.ImageSizeTooLarge",
    "LimitExceeded.TooLargeFileError",
)

#: IDCardOCR. No warning decides by itself: each asks for another picture
ID_CARD: Codes = {
    **_COMMON,
    "Read": READ,
    "Read.Nothing": Outcome(Result.INCONCLUSIVE, "id_card_unreadable", billed=True),
    # copy, editing, covered, glare, temporary or electronic card, watermark, dates that no card has, …
    "Warn*": Outcome(Result.INCONCLUSIVE, "id_card_unreadable", billed=True),
    **each(UNREADABLE_CARD, *_IMAGES),
    "FailedOperation.CardSideError": Outcome(Result.MISMATCH, "id_card_wrong_side", billed=False),
}

#: BizLicenseOCR
LICENSE: Codes = {
    **_COMMON,
    "Read": READ,
    "Read.Nothing": Outcome(Result.INCONCLUSIVE, billed=True),
    "Warn*": Outcome(Result.INCONCLUSIVE, billed=True),
    **each(UNREADABLE, *_IMAGES, "FailedOperation.CardSideError"),
}

_REPRESENTATIVE = Outcome(Result.MISMATCH, "legal_representative_mismatch", billed=True)

#: VerifyBizLicenseEnterprise3 and …4
REGISTRY: Codes = {
    **_COMMON,
    "StatusCode.1": Unavailable,
    "StatusCode.2": Outcome(Result.NOT_FOUND, billed=False),
    "Differs*": Outcome(Result.MISMATCH, billed=True),
    "Differs.LrName*": _REPRESENTATIVE,
    "Differs.IdNum": _REPRESENTATIVE,
    # neither code nor name: the register knows nothing that is meant, and says of the rest that it differs
    "Differs.CreditCode.EntName*": Outcome(Result.NOT_FOUND, billed=True),
    "OperatingStatus.1": Outcome(Result.MATCH, billed=True),
    # deregistered, cancelled, registration cancelled
    **each(
        Outcome(Result.MISMATCH, "enterprise_deregistered", billed=True),
        "OperatingStatus.3",
        "OperatingStatus.5",
        "OperatingStatus.7",
    ),
    "OperatingStatus.4": Outcome(Result.MISMATCH, "enterprise_revoked", billed=True),
    # suspended: not operating as long as that lasts
    "OperatingStatus.6": Outcome(Result.MISMATCH, "enterprise_not_operating", billed=True),
    # moved, other or untold: for a person to look at
    "OperatingStatus*": Outcome(Result.INCONCLUSIVE, billed=True),
}
