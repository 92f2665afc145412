"""A business register that answers as a test says."""

from providers.base import Capability, Outcome, Request, Result
from providers.sandbox import Sandbox

NO_RECORD = Outcome(Result.NOT_FOUND)
REVOKED = Outcome(Result.MISMATCH, "enterprise_revoked")


class Lagging(Sandbox):
    """A register that has no record, closes an enterprise, or is out, when it is told so."""

    answer: Outcome | Exception | None = None

    def call(self, request: Request, reference: str) -> Outcome:
        if request.capability is Capability.REGISTRY and self.answer is not None:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer
        return super().call(request, reference)
