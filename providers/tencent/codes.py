"""What Tencent Cloud's codes mean: faceid 2018-03-01, sms 2021-01-11.

A code may arrive as the result of an answer or as the code of an error; one table a call reads both.
"""

from datetime import timedelta

from providers.base import Misconfigured, Outcome, Refused, Result, Throttled, Unavailable, Unknown
from providers.codes import DAILY, Codes, after, each

MATCH = Outcome(Result.MATCH, billed=True)

#: of any call; an error is not billed
COMMON: Codes = {
    # ours, taken together, not this person's
    **each(Throttled, "RequestLimitExceeded*", "FailedOperation.RequestLimitExceeded"),
    **each(Unavailable, "InternalError*", "ServiceUnavailable", "ResourceUnavailable", "FailedOperation.UnKnown"),
    # the clock is off by more than five minutes, or the request was long on its way
    "AuthFailure.SignatureExpire": Unavailable,
    **each(Misconfigured, "AuthFailure*", "UnauthorizedOperation*", "IpNotInWhitelist", "IpInBlacklist"),
    **each(Refused, "InvalidParameter*", "MissingParameter*", "UnknownParameter*"),
    **each(Refused, "InvalidAction*", "NoSuchVersion", "NoSuchProduct", "UnsupportedRegion", "UnsupportedProtocol"),
    **each(Refused, "UnsupportedOperation*", "RequestSizeLimitExceeded", "ActionOffline"),
}

#: setting up encryption or a role, neither of which we use
FACEID: Codes = {
    **COMMON,
    **each(Misconfigured, "FailedOperation.DecryptSystemError", "FailedOperation.StsUnAuthErrError"),
}

#: IdCardVerification
IDENTITY: Codes = {
    **FACEID,
    "0": MATCH,
    "-1": Outcome(Result.MISMATCH, "identity_mismatch", billed=True),
    **each(Refused, "-2", "-3"),
    **each(Unavailable, "-4", "-6"),
    "-5": Outcome(Result.NOT_FOUND, "no_record"),
    "-7": DAILY,
}

#: ImageRecognitionV2. ``billed`` is None where the vendor's billing table could not be read
FACE: Codes = {
    **FACEID,
    "Success": MATCH,
    "FailedOperation.CompareLowSimilarity": Outcome(Result.MISMATCH, "face_mismatch", billed=True),
    "FailedOperation.IdNameMisMatch": Outcome(Result.MISMATCH, "identity_mismatch", billed=True),
    "FailedOperation.IdNoExistSystem": Outcome(Result.NOT_FOUND, "no_record"),
    "FailedOperation.IdPhotoNoExist": Outcome(Result.NOT_FOUND, "no_photo"),
    "FailedOperation.IdPhotoPoorQuality": Outcome(Result.INCONCLUSIVE, "no_photo", billed=False),
    "FailedOperation.LifePhotoDetectFake": Outcome(Result.MISMATCH, "liveness_failed", billed=False),
    **each(
        Outcome(Result.INCONCLUSIVE, "image_unusable", billed=False),
        "FailedOperation.LifePhotoDetectFaces",
        "FailedOperation.LifePhotoDetectNoFaces",
        "FailedOperation.LifePhotoPoorQuality",
        "FailedOperation.LifePhotoSizeError",
        "FailedOperation.CoveredFace",
        "FailedOperation.IncompleteFace",
        "FailedOperation.ImageDecodeFailed",
        "FailedOperation.PoorImageQuality",
        "FailedOperation.CompareFail",
    ),
    **each(Refused, "FailedOperation.IdFormatError", "FailedOperation.NameFormatError"),
    # of a minute or of a day, and the code does not tell which
    "FailedOperation.IdentityAuthLimitExceeded": DAILY,
    **each(
        Unavailable,
        "FailedOperation.CompareLibServiceUnavailable",
        "FailedOperation.IdPhotoSystemNoanswer",
        "FailedOperation.CompareSystemError",
        "FailedOperation.DetectEngineSystemError",
    ),
}

UNUSABLE_CARD = Outcome(Result.INCONCLUSIVE, "bank_card_unsupported", billed=True)

#: BankCard4EVerification, whose numbers mean other things than those of the calls with two and three factors
BANK_CARD: Codes = {
    **FACEID,
    "0": MATCH,
    # not passed, holder's data wrong; invalid number, no issuer, abnormal status or wrong number
    **each(Outcome(Result.MISMATCH, "bank_card_mismatch", billed=True), "-1", "-6", "-9", "-10", "-21"),
    # not enabled, not supported by the issuer
    **each(UNUSABLE_CARD, "-7", "-17"),
    # confiscated, dormant, fraud or retained, lost, expired, restricted, password tries exceeded
    **each(UNUSABLE_CARD, "-8", "-11", "-12", "-13", "-14", "-15", "-16"),
    **each(Refused, "-2", "-3", "-4", "-5"),
    "-18": Unavailable,
    "-19": DAILY,
    # not a second-generation ID card
    "-20": Outcome(Result.INCONCLUSIVE, billed=False),
}

#: BankCardVerification, with three factors
BANK_CARD_3: Codes = {
    **FACEID,
    "0": MATCH,
    # not passed, holder's data wrong; invalid number, no issuer, abnormal or wrong number
    **each(Outcome(Result.MISMATCH, "bank_card_mismatch", billed=True), "-1", "-5", "-8", "-9", "-20"),
    # not enabled, not supported by the issuer
    **each(UNUSABLE_CARD, "-6", "-16"),
    # confiscated, dormant, fraud, lost, expired, restricted, password tries exceeded
    **each(UNUSABLE_CARD, "-7", "-10", "-11", "-12", "-13", "-14", "-15"),
    **each(Refused, "-2", "-3", "-4"),
    "-17": Unavailable,
    "-18": DAILY,
    # not a second-generation ID card
    "-19": Outcome(Result.INCONCLUSIVE, billed=False),
}

#: SendSms. No reference makes a second sending harmless, so trouble inside the vendor may have sent it
SMS: Codes = {
    **COMMON,
    "Ok": Outcome(Result.ACCEPTED, billed=True),
    # the user's number: blocked, or none
    **each(
        Outcome(Result.INCONCLUSIVE, billed=False),
        "FailedOperation.PhoneNumberInBlacklist",
        "InvalidParameterValue.IncorrectPhoneNumber",
    ),
    "LimitExceeded.PhoneNumberThirtySecondLimit": after(timedelta(seconds=30)),
    "LimitExceeded.PhoneNumberOneHourLimit": after(timedelta(hours=1)),
    **each(
        DAILY,
        "LimitExceeded.PhoneNumberDailyLimit",
        "LimitExceeded.PhoneNumberSameContentDailyLimit",
        "LimitExceeded.AppDailyLimit",
        "LimitExceeded.AppMainlandChinaDailyLimit",
    ),
    "LimitExceeded.DeliveryFrequencyLimit": Throttled,
    **each(Unknown, "InternalError*", "FailedOperation.UnKnown"),
    # the clock is off by more than ten minutes
    "InternalError.RequestTimeException": Misconfigured,
    **each(
        Misconfigured,
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.ContainSensitiveWord",
        "InvalidParameterValue.SdkAppIdNotExist",
        "InvalidParameterValue.TemplateParameterFormatError",
        "InvalidParameterValue.TemplateParameterLengthLimit",
        "InvalidParameterValue.ContentLengthLimit",
    ),
    **each(Refused, "FailedOperation.FailResolvePacket", "FailedOperation.JsonParseFail"),
}
