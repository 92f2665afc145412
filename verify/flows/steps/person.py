"""The person's name and ID number as a step takes them in: checked and masked."""

import re
from collections.abc import Callable, Mapping

from verify.errors import FieldError, Problem
from verify.flows import checks
from verify.flows.enterprise import checks as enterprise

#: permits of Hong Kong, Macau and Taiwan and passports: papers of another kind, not typing errors
OTHER_PAPER = re.compile(r"[A-Z]{1,2}[0-9]{6,10}|[A-Z]{1,2}[0-9]{6}\([0-9A]\)|[0-9]{8}")

CHECKS: Mapping[str, Callable[[str], str]] = {
    "name": checks.name,
    "id_number": checks.id_number,
    "card_number": checks.card_number,
    "mobile": checks.mobile,
    "code": checks.code,
    "account_number": checks.account_number,
    "account_name": checks.name,
    "bank_name": checks.bank_text,
    "bank_province": checks.bank_text,
    "bank_city": checks.bank_text,
    "bank_branch": checks.bank_text,
    "cnaps_code": checks.cnaps_code,
    "website": checks.website,
    "enterprise_name": enterprise.name,
    "credit_code": enterprise.credit_code,
    "organization_code": enterprise.organization_code,
    "industry": enterprise.industry,
    "products": enterprise.products,
}


def checked(
    submitted: Mapping[str, str], fields: tuple[str, ...], by: Mapping[str, Callable[[str], str]] = CHECKS
) -> dict[str, str]:
    """The normalised values of these fields. Raises Problem naming every field that is missing or not valid."""
    values, errors = {}, []
    for field in fields:
        if submitted.get(field) is None:
            errors.append(FieldError(field, "required"))
            continue
        try:
            values[field] = by[field](submitted[field])
        except checks.InvalidValue as error:
            if field == "id_number" and OTHER_PAPER.fullmatch(submitted[field].strip().upper()):
                raise Problem("unsupported_document") from None
            errors.append(FieldError(field, error.code))
    if errors:
        raise Problem("invalid_input", errors=errors)
    return values


def masked(values: Mapping[str, str]) -> dict[str, str]:
    """What may be read back of these values."""
    shown = {"name": checks.mask_name(values["name"]), "id_number": checks.mask_id_number(values["id_number"])}
    if "mobile" in values:
        shown["sent_to"] = checks.mask_mobile(values["mobile"])
    return shown
