"""The shape of one action of Tencent Cloud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from providers.base import Traits
from providers.codes import Codes
from providers.verdict import Verdict

FACEID = "2018-03-01"
OCR = "2018-11-19"
SMS = "2021-01-11"

#: characters of an image in base64: what faceid takes
MAX_IMAGE_BASE64 = 3_000_000


@dataclass(frozen=True, slots=True)
class Call:
    """One action. ``read``: seconds until its answer. ``region`` is sent where the product asks for one. ``traits``
    says what is special; its time-out follows from ``read``."""

    service: str
    version: str
    action: str
    read: float
    codes: Codes
    parameters: Callable[[Any, str], Mapping[str, Any]]
    verdict: Callable[[Any, Mapping[str, Any], datetime], Verdict]
    region: str | None = None
    traits: Traits = field(default_factory=lambda: Traits(max_image_bytes=MAX_IMAGE_BASE64 // 4 * 3))
