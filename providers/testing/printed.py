"""What stands on the papers that a played vendor "reads", since no double can read a picture."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from providers.testing.enterprises import enterprise
from providers.testing.identities import adult


@dataclass(frozen=True, repr=False, slots=True)
class Printed:
    """``valid``: the period on the back of the ID card; its end may be 长期."""

    name: str
    id_number: str
    valid: str
    enterprise_name: str
    credit_code: str
    legal_representative: str


PRINTED = Printed(
    adult(1).name,
    adult(1).id_number,
    "2018.08.12-2038.08.12",
    enterprise(1).name,
    enterprise(1).credit_code,
    enterprise(1).legal_representative.name,
)

NAMES = tuple(field.name for field in fields(Printed))


def reprinted(before: Printed, asked: Mapping[str, Any]) -> Printed:
    """Raises ValueError for what stands on no paper."""
    unknown = [name for name in asked if name not in NAMES]
    if unknown:
        msg = f"there is no {', '.join(unknown)}; known are {', '.join(NAMES)}"
        raise ValueError(msg)
    wrong = [name for name, value in asked.items() if not isinstance(value, str) or not value]
    if wrong:
        msg = f"{', '.join(wrong)} must be given as texts"
        raise ValueError(msg)
    return replace(before, **asked)


def shown(printed: Printed) -> Mapping[str, str]:
    return {name: getattr(printed, name) for name in NAMES}
