"""What mocked vendors' answers come to, in short."""

from datetime import UTC, datetime
from typing import Any

from providers.base import Capability, Outcome
from providers.testing.conformance import answer_to, reading_of
from providers.testing.examples import request_for
from providers.testing.scenarios import Ask, Mocked, Reply

IDENTITY, FACE, CARD, SMS = Capability.IDENTITY, Capability.FACE, Capability.BANK_CARD, Capability.SMS
ID_CARD, LICENSE, REGISTRY, LIVENESS = (
    Capability.ID_CARD,
    Capability.LICENSE,
    Capability.REGISTRY,
    Capability.LIVENESS,
)
PAPERS = (ID_CARD, LICENSE, REGISTRY)
NOTICE = Capability.NOTICE
CHECKS = (IDENTITY, FACE, CARD)

#: an evening in Beijing, where the day ends at 16:00 UTC
EVENING = datetime(2026, 12, 1, 12, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)

REFERENCE = "0198c0de-0000-7000-8000-000000000001"

#: a kind of failure, or (result, reason, billed)
Expected = Any


def told(vendor: Mocked, capability: Capability, reply: Reply) -> Any:
    """What a call comes to that the vendor answers with ``reply``."""
    vendor.answer(capability, reply)
    return answer_to(vendor.provider, request_for(capability), REFERENCE)


def told_back(vendor: Mocked, reply: Reply, theirs: str | None = REFERENCE) -> Any:
    """What reading a hosted session back comes to that the vendor answers with ``reply``."""
    vendor.answer(LIVENESS, reply, Ask.READ_BACK)
    return reading_of(vendor.provider, LIVENESS, REFERENCE, theirs)


def summary(found: Any) -> Expected:
    return (found.result, found.reason, found.billed) if isinstance(found, Outcome) else type(found)
