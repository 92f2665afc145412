"""What Alipay told, once its signature is verified: an order's status, or why there is none."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from providers.alipay import codes
from providers.alipay.orders import number
from providers.base import Outcome, Result, TransferWord, Unknown
from providers.codes import SHANGHAI, Codes, read, word
from providers.signing import BadSignature, rsa2_verify, signed_text

DONE = "10000"
BUSINESS_FAILURE = "40004"

#: the code of an answer that the vendor's key did not sign
UNSIGNED = "unsigned"

#: fen; nothing that we order comes near it
MOST = 10**12


def received(body: bytes, method: str, key: RSAPublicKey) -> Mapping[str, Any]:
    """The signed part of an answer to ``method``. Raises Unknown where there is none: unsigned errors say nothing."""
    node = f"{method.replace('.', '_')}_response"
    with suppress(BadSignature, ValueError, RecursionError):
        text = body.decode("utf-8")
        rsa2_verify(alipay_public_key=key, body_utf8=text)
        found = json.loads(signed_text(text), parse_float=str)
        if isinstance(found, dict) and not {node, "error_response"}.isdisjoint(json.loads(text)):
            return found
    raise Unknown(UNSIGNED)


def money_order(provider: str, told: Mapping[str, Any], table: Codes, reference: str, now: datetime) -> Outcome:
    """The outcome of an order. What is not said plainly is Unknown: it is asked for, and never paid anew."""
    code = word(told.get("code"))
    if code != DONE:
        said = word(told.get("sub_code")) if code == BUSINESS_FAILURE else code
        return read(provider, table, said, now, unlisted=Unknown)
    if told.get("out_biz_no") != number(reference):
        raise Unknown("other_order")
    return _by_status(told)


def _by_status(told: Mapping[str, Any]) -> Outcome:
    status = word(told.get("status")) or "none"
    went = codes.STATUS.get(status)
    if went is None:
        raise Unknown(status)
    why = word(told.get("error_code")) if went in codes.FALLBACK else None
    outcome = Outcome(
        Result.ACCEPTED,
        vendor_code=f"{status}.{why}" if why else status,
        vendor_reference=word(told.get("order_id")),
        transfer=went,
        amount_fen=_fen(told.get("trans_amount")),
        arrives_by=_time(told.get("arrival_time_end")),
    )
    return replace(outcome, reason=_reason(went, why))


def _reason(went: TransferWord, why: str | None) -> str | None:
    return codes.REASONS.get(why or "", codes.FALLBACK.get(went))


def _fen(amount: object) -> int | None:
    """From yuan, as text or as a number; None where it is none, or no whole number of fen."""
    if isinstance(amount, bool) or not isinstance(amount, str | int):
        return None
    with suppress(InvalidOperation, ValueError, OverflowError):
        fen = Decimal(amount) * 100
        if fen == int(fen) and 0 <= fen < MOST:
            return int(fen)
    return None


def _time(text: object) -> datetime | None:
    """The vendor's times are Beijing's."""
    with suppress(ValueError, TypeError):
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI).astimezone(UTC)
    return None
