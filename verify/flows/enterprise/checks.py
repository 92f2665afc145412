"""Local checks of what a user typed about an enterprise, and when two of its names are the same."""

import re
import unicodedata

from stdnum.cn import uscc

from verify.flows.checks import HAN, LATIN, MIDDLE_DOT, InvalidValue, cleaned, compacted, text

#: of an enterprise's name; the register takes quotation marks and few other signs beside Han characters
NAME = re.compile(rf"[{HAN}{LATIN}0-9(《“][{HAN}{LATIN}0-9 (){MIDDLE_DOT}&+.,'/《》“”、-]{{1,99}}")

#: GB 32100: registrar and kind, place of registration, organization code, check character; without I O S V Z
CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")

#: GB 11714
ORGANIZATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]")
ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANIZATION_CHECKS = "0X987654321"

#: where a credit code holds the organization code
WITHIN_CREDIT_CODE = slice(8, 17)


def name(value: str) -> str:
    """An enterprise's name in NFKC, 2-100 code points, brackets as Chinese is set: （ ）. Raises InvalidValue."""
    found = re.sub(r" +", " ", cleaned(value, "enterprise_name_format")).strip()
    if not NAME.fullmatch(found):
        raise InvalidValue("enterprise_name_format")
    if not re.search(f"[{HAN}]", found):
        return found
    return re.sub(r" ?([()]) ?", lambda bracket: "（）"["()".index(bracket[1])], found)


def is_same_name(one: str, other: str) -> bool:
    """The same name in spite of spaces, brackets （）() and full-width forms; every other character counts."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


def credit_code(value: str) -> str:
    """A unified social credit code: 18 characters with the check character of GB 32100. Raises InvalidValue.

    Registrars that are letters pass; the place is not judged, since codes outlive counties.
    """
    found = compacted(value, "credit_code_format").upper()
    if not CREDIT_CODE.fullmatch(found):
        raise InvalidValue("credit_code_format")
    if found[-1] != uscc.calc_check_digit(found[:-1]):
        raise InvalidValue("credit_code_check_digit")
    return found


def organization_code(value: str) -> str:
    """An organization code: 9 characters with the check character of GB 11714, typed with or without its hyphen.

    Raises InvalidValue.
    """
    found = compacted(value, "organization_code_format").upper()
    if not ORGANIZATION_CODE.fullmatch(found):
        raise InvalidValue("organization_code_format")
    total = sum(int(c, 36) * weight for c, weight in zip(found[:8], ORGANIZATION_WEIGHTS, strict=True))
    if found[-1] != ORGANIZATION_CHECKS[total % 11]:
        raise InvalidValue("organization_code_check_digit")
    return found


def is_same_code(given: str, read: str) -> bool:
    """The same credit code, or a credit code that holds the organization code given."""
    found = compacted(read, "credit_code_format").upper()
    return given in {found, found[WITHIN_CREDIT_CODE]}


def industry(value: str) -> str:
    """What line of business it is in, 1-60 code points. Raises InvalidValue."""
    return _words(value, 60)


def products(value: str) -> str:
    """What it makes or sells, 1-200 code points. Raises InvalidValue."""
    return _words(value, 200)


def _words(value: str, longest: int) -> str:
    found = text(value.strip(), longest)
    if not found:
        raise InvalidValue("too_short")
    return found
