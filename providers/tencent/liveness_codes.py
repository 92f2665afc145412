"""What Tencent Cloud's codes of the hosted liveness mean: faceid 2018-03-01.

``Opened`` and ``none`` are ours: a page was opened, and no ErrCode yet.
"""

from providers.base import Misconfigured, NotReceived, Outcome, Refused, Result, Unavailable, Unknown
from providers.codes import DAILY, Codes, each
from providers.tencent.codes import FACEID

#: DetectAuth
SESSION: Codes = {
    **FACEID,
    "Opened": Outcome(Result.ACCEPTED, billed=False),
    **each(Misconfigured, "InvalidParameterValue.RuleIdNotExist", "InvalidParameterValue.RuleIdDisabled"),
}

NO_LIVE_PERSON = Outcome(Result.INCONCLUSIVE, "liveness_failed")
UNUSABLE = Outcome(Result.INCONCLUSIVE, "image_unusable")

#: ErrCode of GetDetectInfoEnhanced. A session without a verdict ends as nothing that happened: a new page is opened
VERDICT: Codes = {
    **FACEID,
    # asked three days too late, or for a token that is none
    "InvalidParameterValue.BizTokenExpired": Outcome(Result.INCONCLUSIVE, "liveness_expired"),
    "InvalidParameterValue.BizTokenIllegal": NotReceived,
    **each(Misconfigured, "InvalidParameterValue.RuleIdNotExist", "InvalidParameterValue.RuleIdDisabled"),
    "0": Outcome(Result.MATCH),
    # not finished
    **each(Unknown, "none", "17"),
    # the call made wrongly
    **each(Refused, "1", "2", "3"),
    # the service, an engine or a source; pictures that were not fetched
    **each(Unavailable, "4", "8", "10", "12", "13", "1001", "1006", "2001", "2017"),
    **each(Unavailable, "201", "202", "1007", "1008"),
    "15": Outcome(Result.INCONCLUSIVE, "liveness_expired"),
    "16": NO_LIVE_PERSON,
    # WeChat's authorisation is missing
    **each(Refused, "203", "204"),
    "301": Outcome(Result.MISMATCH, "identity_mismatch"),
    # the ID card shown has expired, cannot be read
    **each(Outcome(Result.INCONCLUSIVE), "302", "303"),
    "1002": Outcome(Result.MISMATCH, "liveness_failed", billed=True),
    **each(NO_LIVE_PERSON, "1003", "1004", "1005"),
    # digits or actions not as asked, light, distance
    **each(UNUSABLE, *(str(code) for code in range(1100, 1300))),
    **each(Refused, "2002", "2003"),
    **each(UNUSABLE, "2004", "2010", "2012", "2013", "2014"),
    "2005": Outcome(Result.NOT_FOUND, "no_record"),
    "2006": Outcome(Result.MISMATCH, "identity_mismatch", billed=True),
    **each(Outcome(Result.NOT_FOUND, "no_photo"), "2007", "2008", "2009"),
    "2011": Outcome(Result.MISMATCH, "liveness_failed"),
    "2015": Outcome(Result.MISMATCH, "face_mismatch"),
    "2016": Outcome(Result.MISMATCH, "face_mismatch", billed=True),
    "2018": DAILY,
}
