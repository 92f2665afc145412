"""Normal forms of what is indexed, frozen per kind: a change would part stored tags from their values.

Text is brought to NFKC, loses spaces and hyphens and becomes upper case; then it must be well-formed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from operator import mul

from crypto.errors import NotIndexable

#: longer text is refused unread
LONGEST = 64

_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_HYPHENS = "\\-\xad\u2010-\u2015\u2212"
_DROPPED = re.compile(f"[{_SPACES}{_HYPHENS}]")

_ID_15 = re.compile("[0-9]{15}")
_ID_18 = re.compile("[0-9]{17}[0-9X]")
_CREDIT_CODE = re.compile("[0-9A-Z]{18}")
_CARD = re.compile("[0-9]{12,19}")
_ACCOUNT = re.compile("[0-9A-Z]{6,34}")
_MAINLAND = re.compile(r"(?:\+86|0086|86)?(1[0-9]{10})")
_ABROAD = re.compile(r"(?:\+|00)(?!86)([1-9][0-9]{6,14})")

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

#: digits of twice each digit, added up
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")


def _id_check(digits: str) -> str:
    """Check character of 17 digits: ISO 7064 MOD 11-2 (GB 11643)."""
    total = sum(map(mul, digits.encode(), _ID_WEIGHTS)) - ord("0") * sum(_ID_WEIGHTS)
    return "10X98765432"[total % 11]


def _id_number(text: str) -> str | None:
    if _ID_15.fullmatch(text):
        text = f"{text[:6]}19{text[6:]}"
        return text + _id_check(text)
    if _ID_18.fullmatch(text) and _id_check(text[:17]) == text[17]:
        return text
    return None


def _credit_code(text: str) -> str | None:
    return text if _CREDIT_CODE.fullmatch(text) else None


def _card(text: str) -> str | None:
    """12 to 19 digits (ISO/IEC 7812) with the right Luhn digit."""
    if not _CARD.fullmatch(text):
        return None
    digits = text.encode()
    summands = digits[-1::-2] + digits[-2::-2].translate(_DOUBLED)
    return text if (sum(summands) - ord("0") * len(summands)) % 10 == 0 else None


def _account(text: str) -> str | None:
    """A bank account: cards, passbooks and company accounts have no check digit in common."""
    return text if _ACCOUNT.fullmatch(text) else None


def _mobile(text: str) -> str | None:
    """E.164; without a country code a mainland number. All spellings of one number come out alike."""
    if mainland := _MAINLAND.fullmatch(text):
        return f"+86{mainland[1]}"
    abroad = _ABROAD.fullmatch(text)
    return f"+{abroad[1]}" if abroad else None


_TEXT: Mapping[str, Callable[[str], str | None]] = {
    "cn.id_number": _id_number,
    "cn.uscc": _credit_code,
    "bank_card": _card,
    "bank_account": _account,
    "mobile": _mobile,
}

#: kinds indexed byte for byte
_RAW = frozenset({"face_image", "staff.login", "staff.address"})

KINDS = _TEXT.keys() | _RAW


def normalise(kind: str, value: str | bytes) -> bytes:
    """The bytes that stand for this value in its kind. Raises NotIndexable for all that is not well-formed."""
    if kind in _RAW and isinstance(value, bytes):
        return value
    read = _TEXT.get(kind)
    found = read(_plain(value)) if read else None
    if found is None:
        raise NotIndexable(kind)
    return found.encode("ascii")


def _plain(value: str | bytes) -> str:
    """Upper-case ASCII, or "" for what cannot become that. Raises nothing: such errors hold the value."""
    text = value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
    if len(text) > LONGEST:
        return ""
    if text.isascii() and text.isalnum():
        return text.upper()
    text = _DROPPED.sub("", unicodedata.normalize("NFKC", text))
    return text.upper() if text.isascii() else ""
