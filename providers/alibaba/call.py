"""The shape of one action of a product of Alibaba Cloud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from providers.base import Traits
from providers.codes import Codes
from providers.verdict import Verdict

#: versions of products
CLOUDAUTH = "2019-03-07"
CLOUDAUTH_ENTERPRISES = "2022-11-25"
OCR = "2021-07-07"
DYSMSAPI = "2017-05-25"


@dataclass(frozen=True, slots=True, repr=False)
class Parameters:
    """The vendor fixes for each parameter whether it travels in the URL or in a form. ``body``: a picture, in the
    place of a form."""

    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def order_number(reference: str) -> str:
    """Ours as the vendor takes it: at most 32 letters and digits."""
    return reference.replace("-", "")[:32]


@dataclass(frozen=True, slots=True)
class Call:
    """One action of a product. ``read``: seconds until its answer; ``done``: the Code of an answer with a verdict,
    None where ``Data`` alone tells; what ``verdict`` finds is read from ``verdicts``, every other Code from ``codes``.
    """

    product: str
    version: str
    action: str
    read: float
    done: str | None
    codes: Codes
    verdicts: Codes
    parameters: Callable[[Any, str], Parameters]
    verdict: Callable[[Any, Mapping[str, Any], datetime], Verdict]
    traits: Traits = field(default_factory=Traits)

    def is_answered(self, members: Mapping[str, Any], code: str | None) -> bool:
        return bool(members.get("Data")) if self.done is None else code == self.done
