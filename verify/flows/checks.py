"""Local checks of what a user typed: they catch typing errors; whether a person exists is the authority's answer."""

import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

SHANGHAI = ZoneInfo("Asia/Shanghai")

#: every code of InvalidValue
CODES = frozenset(
    {
        "name_length",
        "name_characters",
        "id_number_format",
        "id_number_15_digits",
        "id_number_check_digit",
        "id_number_birth_date",
        "card_number_format",
        "card_number_check_digit",
        "mobile_format",
        "code_format",
        "account_number_format",
        "cnaps_code_format",
        "bank_text_format",
        "website_format",
        "enterprise_name_format",
        "credit_code_format",
        "credit_code_check_digit",
        "organization_code_format",
        "organization_code_check_digit",
        "too_long",
        "too_short",
        "control_characters",
    }
)

#: no typed value comes near; bounds the work on one that does
LONGEST_TYPED = 400

#: ideographs by block: the BMP's, compatibility ones that NFKC leaves, 〇, and both ideographic planes whole,
#: so that extensions newer than Python's Unicode data pass
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e-\ufa29\U00020000-\U0002fffd\U00030000-\U0003fffd"
LATIN = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"

MIDDLE_DOT = "\u00b7"

#: looks like another sign but stands for it in a name
LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2022\u30fb\u2027\u2219\u22c5", MIDDLE_DOT),
        **dict.fromkeys("\u2018\u2019\u02bb\u02bc`", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    }
)

#: applied in this order
NAME_SPACING = (
    (re.compile(r" +"), " "),
    (re.compile(rf"(?<=[{HAN}]) ?\. ?(?=[{HAN}])"), MIDDLE_DOT),
    (re.compile(rf" ?{MIDDLE_DOT} ?"), MIDDLE_DOT),
    (re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])"), ""),
)
NAME = re.compile(rf"[{HAN}{LATIN}](?:(?:[{MIDDLE_DOT}'-]| )?[{HAN}{LATIN}])*")
NAME_LENGTHS = range(2, 61)

#: nobody alive was born before
EARLIEST_BIRTH = date(1900, 1, 1)

CARD_NUMBER = re.compile(r"[0-9]{13,19}")
CODE = re.compile(r"[0-9]{6}")
ACCOUNT_NUMBER = re.compile(r"[0-9]{8,32}")
CNAPS_CODE = re.compile(r"[0-9]{12}")
BANK_TEXT = re.compile(rf"[{HAN}{LATIN}0-9][{HAN}{LATIN}0-9(). -]{{1,59}}")
WEBSITE = re.compile(r"(?=.{4,200}$)(?:https?://)?[^\s/@?#]+\.[^\s/@?#]+(?:/[!-~]*)?")
MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\W\d_]{2,}")

#: control, surrogate, line and paragraph separators
UNSAFE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: change the order in which a reviewer reads the rest (UAX 9)
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class InvalidValue(Exception):
    """Carries a code of CODES and never the value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def name(value: str) -> str:
    """A real name in NFKC, 2-60 code points: Han or Latin letters, single ``·`` ``-`` ``'`` or spaces between.

    Dots of all kinds become U+00B7, the full stop only between Han characters, where no space is kept either.
    Raises InvalidValue.
    """
    typed = cleaned(value, "name_length").translate(LOOKALIKES)
    for pattern, replacement in NAME_SPACING:
        typed = pattern.sub(replacement, typed)
    typed = typed.strip()
    if len(typed) not in NAME_LENGTHS:
        raise InvalidValue("name_length")
    if not NAME.fullmatch(typed):
        raise InvalidValue("name_characters")
    return typed


def id_number(value: str, today: date | None = None) -> str:
    """A resident ID number, 18 characters (GB 11643): check character and a possible birth date.

    The county code is not judged: numbers outlive counties, and residence permits (81, 82, 83) and permanent
    residence cards (9) have none. ``today`` is the day in Asia/Shanghai. Raises InvalidValue.
    """
    typed = compacted(value, "id_number_format").upper()
    if re.fullmatch(r"[0-9]{15}", typed):
        # first-generation numbers: void since 1 January 2013 (居民身份证法 23)
        raise InvalidValue("id_number_15_digits")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", typed):
        raise InvalidValue("id_number_format")
    if typed[-1] != ric.calc_check_digit(typed):
        raise InvalidValue("id_number_check_digit")
    if not EARLIEST_BIRTH <= birth_date(typed) <= (today or datetime.now(SHANGHAI).date()):
        raise InvalidValue("id_number_birth_date")
    return typed


def birth_date(id_number: str) -> date:
    """The birth date in a normalised ID number. Raises InvalidValue where there is no such day."""
    try:
        return ric.get_birth_date(id_number)
    except ValidationError:
        raise InvalidValue("id_number_birth_date") from None


def age_on(birth: date, day: date) -> int:
    """Full years (周岁) on ``day``, a day in Asia/Shanghai; each birthday itself adds one.

    Who was born on 29 February turns on 1 March in a common year: without a corresponding day the year runs to
    the end of February (民法典 202). Only criminal law counts from the day after a birthday (法释〔2006〕1号 2).
    """
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def card_number(value: str) -> str:
    """A bank card number, 13-19 digits (ISO/IEC 7812) with its Luhn digit. Raises InvalidValue."""
    typed = compacted(value, "card_number_format")
    if not CARD_NUMBER.fullmatch(typed):
        raise InvalidValue("card_number_format")
    if not luhn.is_valid(typed):
        raise InvalidValue("card_number_check_digit")
    return typed


def mobile(value: str) -> str:
    """A mainland mobile number as 11 digits, given with or without 86, +86 or 0086. Raises InvalidValue."""
    found = MOBILE.fullmatch(compacted(value, "mobile_format"))
    if not found:
        raise InvalidValue("mobile_format")
    return found[1]


def code(value: str) -> str:
    """A one-time code: six digits, however wide they were typed. Raises InvalidValue."""
    found = compacted(value, "code_format")
    if not CODE.fullmatch(found):
        raise InvalidValue("code_format")
    return found


def account_number(value: str) -> str:
    """A personal bank account, card or passbook: 8-32 digits. Passbooks have no check digit. Raises InvalidValue."""
    typed = compacted(value, "account_number_format")
    if not ACCOUNT_NUMBER.fullmatch(typed):
        raise InvalidValue("account_number_format")
    return typed


def cnaps_code(value: str) -> str:
    """The 12 digits by which the central bank knows a branch (联行号). Raises InvalidValue."""
    typed = compacted(value, "cnaps_code_format")
    if not CNAPS_CODE.fullmatch(typed):
        raise InvalidValue("cnaps_code_format")
    return typed


def bank_text(value: str) -> str:
    """Name of a bank, branch, province or city as banks take it, 2-60 code points. Raises InvalidValue."""
    typed = cleaned(value, "bank_text_format").strip()
    if not BANK_TEXT.fullmatch(typed):
        raise InvalidValue("bank_text_format")
    return typed


def website(value: str) -> str:
    """An address of a site, at most 200 characters, with or without its scheme. Raises InvalidValue."""
    typed = cleaned(value, "website_format").strip()
    if not WEBSITE.fullmatch(typed):
        raise InvalidValue("website_format")
    return typed


def text(value: str, max_length: int) -> str:
    """The same text, at most ``max_length`` code points, safe to store and to show on one line.

    Raises InvalidValue.
    """
    if len(value) > max_length:
        raise InvalidValue("too_long")
    if any(unicodedata.category(c) in UNSAFE_CATEGORIES or c in BIDI_CONTROLS for c in value):
        raise InvalidValue("control_characters")
    return value


def looks_personal(value: str) -> bool:
    """True when the value, or a run of letters and digits in it, is a mainland mobile or an ID number, or when
    it holds an e-mail address. Numbers that fail the check character are taken for order numbers."""
    plain = unicodedata.normalize("NFKC", value)
    if EMAIL.search(plain):
        return True
    # as people write numbers: 138 0000 0001, 138-0000-0001
    joined = re.sub(r"(?<=[0-9])[\s-]+(?=[0-9])", "", plain)
    tokens = [plain, *re.findall(r"[0-9A-Za-z]+", plain), *re.findall(r"[0-9A-Za-z]+", joined)]
    return any(_is_valid(token) for token in tokens)


def _is_valid(token: str) -> bool:
    for check in (mobile, id_number):
        try:
            check(token)
        except InvalidValue:
            continue
        return True
    return False


def mask_name(name: str) -> str:
    """The first character, then one star for each further one, spaces and dots included."""
    return name[:1] + "*" * (len(name) - 1)


def mask_id_number(id_number: str) -> str:
    """First and last character: county and birth date together would give most of it away."""
    return f"{id_number[:1]}{'*' * 16}{id_number[-1:]}"


def mask_mobile(mobile: str) -> str:
    """First three and last four of the 11 digits."""
    return f"{mobile[:3]}****{mobile[-4:]}"


def last4(number: str) -> str:
    """What may stand beside a sealed card or account number."""
    return number[-4:]


def cleaned(value: str, code: str) -> str:
    """NFKC without format characters, which copying from contacts and web pages brings along unseen."""
    if len(value) > LONGEST_TYPED:
        raise InvalidValue(code)
    plain = unicodedata.normalize("NFKC", value)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


def compacted(value: str, code: str) -> str:
    """The same without white space and hyphens."""
    return re.sub(r"[\s-]", "", cleaned(value, code).translate(LOOKALIKES))
