"""Live providers that do as they are told, for what happens between several of them."""

from collections.abc import Mapping
from typing import Any

from providers.base import Capability, Outcome, ProviderFailure, Recipient, Request, Result, Traits
from providers.sandbox import Sandbox

CHECKED = (Capability.IDENTITY, Capability.FACE, Capability.BANK_CARD)


class Vendor(Sandbox):
    """Matches everybody, or fails by ``failure``; ``asked`` holds each request's capability."""

    test_only = False

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.recipient = Recipient({"zh-CN": name, "en": name}, "contact", "cn")
        self.capabilities: Mapping[Capability, Traits] = {
            **dict.fromkeys(CHECKED, Traits(read_back=True)),
            Capability.SMS: Traits(fixed_code="246810"),
        }
        self.failure: ProviderFailure | None = None
        self.answer = Outcome(Result.MATCH)
        self.asked: list[Capability] = []

    def call(self, request: Request, reference: str) -> Outcome:  # noqa: ARG002 - the contract's
        self.asked.append(request.capability)
        if self.failure is not None:
            raise self.failure
        return Outcome(Result.ACCEPTED) if request.capability is Capability.SMS else self.answer


def routes(*names: str) -> dict[str, Any]:
    """The file's table: for every capability the first of these first, as far as weights can make it."""
    weights = {name: 10**6 if n == 0 else 10 ** (3 - n) for n, name in enumerate(names)}
    listed = [{"provider": name, "weight": weights[name]} for name in names]
    return {"routes": dict.fromkeys([*CHECKED, Capability.SMS], listed)}
