"""What Alipay's codes mean of a transfer to a bank account: ``status``, ``code``, ``sub_code`` and ``error_code``.

A code ends an order by itself only where its meaning is published. One whose meaning is inferred from its name, or
that no list has, says nothing: the order is read back and its status decides.
"""

from collections.abc import Mapping

from providers.base import Misconfigured, NotReceived, Outcome, Refused, Result, Throttled, TransferWord, Unknown
from providers.codes import DAILY, Codes, each

STATUS: Mapping[str, TransferWord] = {
    "SUCCESS": TransferWord.SENT,
    "DEALING": TransferWord.REQUESTED,
    "FAIL": TransferWord.FAILED,
    "CLOSED": TransferWord.FAILED,
    "REFUND": TransferWord.RETURNED,
}

#: reason of an order that ended badly without a code of REASONS
FALLBACK: Mapping[TransferWord, str] = {
    TransferWord.FAILED: "transfer_unavailable",
    TransferWord.RETURNED: "transfer_returned",
}

_CARD = ("CARD_BIN_ERROR", "PAYEE_CARD_INFO_ERROR", "INVALID_CARDNO")
_CARD_INFERRED = (
    "BANKCODE_OR_BRANCHNAME_INFO_ERROR",
    "PAYEE_CERT_INFO_ERROR",
    "PAYEE_IDENTITY_NOT_MATCH",
    "PAYEE_USERINFO_ERROR",
)

_PAYEE = (
    "PAYEE_NOT_EXIST",
    "PAYEE_ACCOUNT_NOT_EXSIT",  # spelt so
    "PAYEE_ACCOUNT_STATUS_ERROR",
    "PAYEE_USERINFO_STATUS_ERROR",
    "PAYEE_USER_TYPE_ERROR",
    "PAYEE_NOT_RELNAME_CERTIFY",
    "NO_ACCOUNT_RECEIVE_PERMISSION",
    "PERMIT_NON_BANK_LIMIT_PAYEE",
    "PERM_AML_NOT_REALNAME_REV",
    "RELEASE_USER_FORBBIDEN_RECIEVE",
    "PERMIT_CHECK_RECEIVE_LIMIT",
    "INST_PAY_UNABLE",
)
_PAYEE_INFERRED = (
    "BLOCK_USER_FORBBIDEN_RECIEVE",
    "GLOBAL_USER_FORBBIDEN_RECIEVE",
    "PERMIT_LIMIT_PAYEE",
    "RECEIVER_USER_RISK_FREEZE",
    "CHECK_RECEIVER_CERT_NOT_ALLOW",
    "PAYER_PAYEE_ACCOUNT_NAME_CAN_NOT_SAME",
)

#: error_code of an order that failed or came back → reason. Its status says that it did, so inferred codes count
REASONS: Mapping[str, str] = {
    **dict.fromkeys((*_CARD, *_CARD_INFERRED), "account_invalid"),
    **dict.fromkeys((*_PAYEE, *_PAYEE_INFERRED), "account_not_supported"),
}


def _failed(reason: str) -> Outcome:
    return Outcome(Result.ACCEPTED, reason, transfer=TransferWord.FAILED)


#: of any call: the gateway's own
_GATEWAY: Codes = {
    "20000": Unknown,
    # token or permission, missing or invalid parameters, no public key uploaded, no product
    **each(Misconfigured, "20001", "40001", "40002", "40003", "40006"),
    "40005": Throttled,
}

_CONTRACT = (
    "PRODUCT_NOT_SIGN",
    "NO_ACCOUNT_PAYMENT_PERMISSION",
    "NO_PERMISSION_ACCOUNT",
    "PAYER_STATUS_ERROR",
    "PAYER_CERTIFY_CHECK_FAIL",
    "PAYER_USER_INFO_ERROR",
    "PAYER_NOT_EXIST",
    "PAYER_PERMLIMIT_CHECK_FAILURE",
    "PAYER_PAYEE_CANNOT_SAME",
    "PAYCARD_UNABLE_PAYMENT",
    "INVALID_PAYER_ACCOUNT",
    "NO_AVAILABLE_PAYMENT_TOOLS",
    "PERMIT_CHECK_PERM_LIMITED",
    "PERMIT_CHECK_PERM_IDENTITY_THEFT",
    "SECURITY_CHECK_FAILED",
    "NOT_IN_WHITE_LIST",
    "MONEY_PAY_CLOSED",
)

_LIMITS = (
    "EXCEED_LIMIT_SM_AMOUNT",
    "EXCEED_LIMIT_SM_MIN_AMOUNT",
    "EXCEED_LIMIT_DM_AMOUNT",
    "EXCEED_LIMIT_DM_MAX_AMOUNT",
    "EXCEED_LIMIT_MM_AMOUNT",
    "EXCEED_LIMIT_PERSONAL_SM_AMOUNT",
    "EXCEED_LIMIT_UNRN_DM_AMOUNT",
)

#: alipay.fund.trans.uni.transfer
TRANSFER: Codes = {
    **_GATEWAY,
    **each(_failed("account_invalid"), *_CARD),
    **each(_failed("account_not_supported"), *_PAYEE),
    "EXCEED_LIMIT_DC_RECEIVED": DAILY,
    # top up, then the very same order is made again
    **each(Misconfigured, "PAYER_BALANCE_NOT_ENOUGH", "BALANCE_IS_NOT_ENOUGH", "PAYMENT_MONEY_NOT_ENOUGH"),
    **each(Misconfigured, *_CONTRACT, *_LIMITS),
    **each(Refused, "INVALID_PARAMETER", "MEMO_REQUIRED_IN_TRANSFER_ERROR", "REMARK_HAS_SENSITIVE_WORD"),
    # neither success nor failure; the same number with other content; of an order that is to be asked for first
    **each(Unknown, "SYSTEM_ERROR", "RESOURCE_LIMIT_EXCEED", "PAYMENT_INFO_INCONSISTENCY"),
    **each(Unknown, "PAYMENT_TIME_EXPIRE", "PAYMENT_FAIL", "ORDER_NOT_EXIST", "ORDER_STATUS_INVALID"),
    "NO_ORDER_PERMISSION": Unknown,
    **each(Unknown, *_CARD_INFERRED, *_PAYEE_INFERRED),
}

#: alipay.fund.trans.common.query
QUERY: Codes = {
    **_GATEWAY,
    "ORDER_NOT_EXIST": NotReceived,
    "SYSTEM_ERROR": Unknown,
    "INVALID_PARAMETER": Refused,
    "NO_ORDER_PERMISSION": Misconfigured,
}
