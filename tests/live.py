"""A live application in tests: doubles that belong to live keys, and people who pay by hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from providers.base import (
    IdCardReading,
    Outcome,
    Provider,
    Reading,
    Recipient,
    Request,
    Result,
    Side,
)
from providers.manual import Manual
from providers.sandbox import Sandbox
from tests.caller import person

ROUTES: Mapping[str, Any] = {
    "identity": [{"provider": "live"}],
    "id_card": [{"provider": "live"}],
    "transfer": [{"provider": "manual"}],
}

MANUAL: Mapping[str, Any] = {"bank": "示例银行", "contact": "95500"}


class Live(Sandbox):
    """Answers live keys. It reads every ID card as that of ``who``."""

    name = "live"
    test_only = False
    recipient = Recipient(
        name={"zh-CN": "示例核验", "en": "Example checks"},
        contact="privacy@checks.example",
        region="cn",
        method={"zh-CN": "加密接口", "en": "encrypted interface"},
    )
    who = 1

    def call(self, request: Request, reference: str) -> Outcome:
        if not isinstance(request, IdCardReading):
            return super().call(request, reference)
        assert request.hint is None
        if request.side is Side.BACK:
            return Outcome(Result.MATCH, reading=Reading(valid_from=date(2020, 1, 1)))
        return Outcome(Result.MATCH, reading=Reading(**person(self.who)))


def live_providers() -> dict[str, Provider]:
    return {"sandbox": Sandbox(), "live": Live(), "manual": Manual(**MANUAL)}
