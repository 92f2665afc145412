"""What Alibaba Cloud's codes mean: cloudauth 2019-03-07, dysmsapi 2017-05-25.

Two layers, never mixed: ``Code``, where the gateway and the product say why there is no verdict, and the verdict
inside an answer whose Code says there is one. A Code alone never verifies anybody.
"""

from providers.base import Misconfigured, NotReceived, Outcome, Refused, Result, Throttled, Unavailable, Unknown
from providers.codes import DAILY, Codes, each

#: of the gateway in front of any product
GATEWAY: Codes = {
    "Throttling*": Throttled,
    **each(Unavailable, "ServiceUnavailable", "InternalError", "SignatureNonceUsed"),
    # the clock is off by more than fifteen minutes
    "InvalidTimeStamp.Expired": Misconfigured,
    **each(Misconfigured, "InvalidTimeStamp.Format", "SignatureDoesNotMatch", "IncompleteSignature"),
    **each(Misconfigured, "InvalidAccessKeyId*", "InvalidSecurityToken*", "MissingSecurityToken"),
    **each(Misconfigured, "Forbidden*", "NoPermission", "InsufficientBalance"),
    # Missing and Invalid with the name of a parameter, api, version or protocol
    **each(Refused, "Missing*", "Invalid*", "UnsupportedHTTPMethod"),
}

#: Code of ContrastFaceVerify
FACE_CODES: Codes = {
    **GATEWAY,
    **each(Refused, "400", "401", "406", "420", "423"),
    **each(Misconfigured, "402", "404", "410", "411", "412"),
    # not finished, no result yet: of the query, and to be read back if ever
    **each(Unknown, "403", "424"),
    # under 14
    "405": Outcome(Result.INCONCLUSIVE, "unsupported_person"),
    # device, SDK or system
    **each(Outcome(Result.INCONCLUSIVE, "device_unsupported"), "414", "415", "416"),
    # also for whoever tries again after 201, 202 or 203
    "417": Outcome(Result.NOT_FOUND, "no_record"),
    # too many failures today; a policy's limit, which the vendor does not explain
    **each(DAILY, "418", "427"),
    **each(Outcome(Result.INCONCLUSIVE, "image_unusable"), "419", "421"),
    **each(Unavailable, "422", "500"),
}

#: SubCode of ContrastFaceVerify; each is billed
FACE: Codes = {
    "200": Outcome(Result.MATCH, billed=True),
    "201": Outcome(Result.MISMATCH, "identity_mismatch", billed=True),
    "202": Outcome(Result.NOT_FOUND, "no_record", billed=True),
    "203": Outcome(Result.NOT_FOUND, "no_photo", billed=True),
    "204": Outcome(Result.MISMATCH, "face_mismatch", billed=True),
    "205": Outcome(Result.MISMATCH, "liveness_failed", billed=True),
    # the operator's own risk policy
    "206": Outcome(Result.INCONCLUSIVE, "risk_policy", billed=True),
}

#: what InitFaceVerify opened
SESSION: Codes = {"Opened": Outcome(Result.ACCEPTED)}

#: Code of DescribeFaceVerify, which read of a session that it does not know says that nothing happened
VERDICT_CODES: Codes = {**FACE_CODES, "406": NotReceived}

#: Code of DeleteFaceVerifyResult: what is unknown cannot be deleted
ERASURE_CODES: Codes = FACE_CODES

#: DeleteResult, or FailReason. What is gone already is gone; what was not read yet is to be read first
ERASURE: Codes = {
    **each(Outcome(Result.ACCEPTED), "DeleteResult.Y", "NOT_DELETE_REPEATEDLY"),
    "NEED_QUERY_VERIFY_RESULT": Unavailable,
}

#: Code of the calls that compare elements. The page of BankMetaVerify lists none of its own: taken to be the group's
ELEMENT_CODES: Codes = {
    **GATEWAY,
    **each(Refused, "400", "401"),
    # the source, a policy or a permission: the code does not tell which
    "402": Unavailable,
    # the same data asked too often
    "403": DAILY,
    # number segment or picture format unsupported
    "405": Outcome(Result.INCONCLUSIVE),
    "406": Outcome(Result.INCONCLUSIVE, "image_unusable"),
    **each(Misconfigured, "410", "411", "412"),
    "500": Unavailable,
}

#: BizCode of Id2MetaVerify
IDENTITY: Codes = {
    "1": Outcome(Result.MATCH),
    "2": Outcome(Result.MISMATCH, "identity_mismatch"),
    "3": Outcome(Result.NOT_FOUND, "no_record"),
}

UNUSABLE_CARD = Outcome(Result.INCONCLUSIVE, "bank_card_unsupported")

#: SubCode of BankMetaVerify; BizCode tells what is billed. Many of the "not" codes are about the card alone
BANK_CARD: Codes = {
    "101": Outcome(Result.MATCH),
    # holder's data wrong; invalid card, no issuer, number wrong
    **each(Outcome(Result.MISMATCH, "bank_card_mismatch"), "201", "206", "207", "304"),
    # not enabled, unsupported by the issuer; card, mobile check unsupported
    **each(UNUSABLE_CARD, "202", "212", "301", "303"),
    # expired, restricted, confiscated, dormant, fraud, lost, password tries, abnormal, password or CVN2, other
    **each(UNUSABLE_CARD, "203", "204", "205", "208", "209", "210", "211", "213", "215", "216"),
    # the bank keeps no mobile
    "214": UNUSABLE_CARD,
    # bank refused, other; and BizCode 3 without a SubCode
    **each(Outcome(Result.INCONCLUSIVE, "no_record"), "302", "305"),
    "BizCode.3": Outcome(Result.NOT_FOUND, "no_record"),
    "306": DAILY,
}

#: BizCode of BankMetaVerify → billed
BILLED = {"1": True, "2": True, "3": False}

#: SendSms knows one verdict
SMS: Codes = {"OK": Outcome(Result.ACCEPTED)}

#: Code of SendSms. It is not idempotent, so trouble inside the vendor may have sent it
SMS_CODES: Codes = {
    **GATEWAY,
    # a minute, an hour or a day of this number: the code does not tell which
    "isv.BUSINESS_LIMIT_CONTROL": Throttled,
    # the operator's own cap
    **each(Misconfigured, "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"),
    # the user's number
    **each(
        Outcome(Result.INCONCLUSIVE),
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
        "isv.BLACK_KEY_CONTROL_LIMIT",
    ),
    **each(Unknown, "isp.SYSTEM_ERROR", "InternalError", "SignatureNonceUsed"),
    **each(
        Misconfigured,
        "isv.OUT_OF_SERVICE",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.PRODUCT_UNSUBSCRIBE",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL",
        "isp.RAM_PERMISSION_DENY",
        "isv.DENY_IP_RANGE",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SIGN_STATE_ILLEGAL",
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_CONTENT_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
        "isv.INVALID_PARAMETERS",
        "isv.INVALID_JSON_PARAM",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.EXTEND_CODE_ERROR",
    ),
}
