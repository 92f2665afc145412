"""How what was taken in is shown until it is revealed."""

from collections.abc import Callable, Mapping

from verify.flows import checks


def _end(value: str) -> str:
    return f"•••• {checks.last4(value)}"


#: what registers publish, or what is nobody's secret
PUBLISHED = (
    "enterprise_name",
    "credit_code",
    "organization_code",
    "industry",
    "products",
    "website",
    "role",
    "bank_name",
    "bank_province",
    "bank_city",
    "bank_branch",
    "cnaps_code",
    "valid_from",
    "valid_until",
    "operating_status",
)

#: how a value is shown until it is revealed; what is not listed is not shown at all
MASKS: Mapping[str, Callable[[str], str]] = {
    "name": checks.mask_name,
    "account_name": checks.mask_name,
    "id_number": checks.mask_id_number,
    "legal_representative_name": checks.mask_name,
    "legal_representative_id_number": checks.mask_id_number,
    "legal_representative": checks.mask_name,
    "card_number": _end,
    "account_number": _end,
    "mobile": checks.mask_mobile,
    **dict.fromkeys(PUBLISHED, str),
}


def masked(name: str, value: str) -> str:
    """What was read from a paper is masked as what was typed; of what is not listed only the length shows."""
    return MASKS.get(name.removeprefix("read_"), _dots)(value)


def _dots(value: str) -> str:
    return "•" * min(len(value), 12)
