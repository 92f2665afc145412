"""What adapters of vendors reached over HTTP share; each adds its recipient, codes and calls."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from providers.base import Capability, Outcome, Provider, Request, Unknown
from providers.http import Http
from providers.settings import refuse

#: the time now; tests hand in one that stands still
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Vendor(Provider):
    """``endpoint`` replaces the vendor's hosts in tests (http://127.0.0.1:PORT). Raises Misconfigured."""

    test_only = False

    #: capabilities whose calls carry personal data in the URL, because the vendor insists on it
    personal_data_in_url: ClassVar[frozenset[Capability]] = frozenset()

    def __init__(self, endpoint: str | None, clock: Clock) -> None:
        self._http = Http(self.name, endpoint)
        self._clock = clock

    def __repr__(self) -> str:
        return type(self).__name__

    def call(self, request: Request, reference: str) -> Outcome:
        if request.capability not in self.capabilities:
            refuse(self.name, f"the capability {request.capability} is not configured")
        return self._call(request, reference)

    def read_back(self, capability: Capability, reference: str) -> Outcome:  # noqa: ARG002 - no vendor here offers it
        raise Unknown("no_read_back")

    def close(self) -> None:
        self._http.close()

    @abstractmethod
    def _call(self, request: Request, reference: str) -> Outcome: ...
