"""What adapters of vendors reached over HTTP share; each adds its recipient, codes and calls."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from providers.base import Capability, NotReceived, Outcome, Provider, Refused, Request, Unknown
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

    #: settings that are credentials, which may be kept sealed in place of the environment
    secrets: ClassVar[tuple[str, ...]] = ()

    #: how codes begin that only a request with a good signature gets, and that refuse its parameters
    parameter_codes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, endpoint: str | None, clock: Clock) -> None:
        self._http = Http(self.name, endpoint)
        self._clock = clock

    def __repr__(self) -> str:
        return type(self).__name__

    def call(self, request: Request, reference: str) -> Outcome:
        if request.capability not in self.capabilities:
            refuse(self.name, f"the capability {request.capability} is not configured")
        return self._call(request, reference)

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:
        traits = self.capabilities.get(capability)
        if traits is None or not traits.read_back:
            raise Unknown("no_read_back")
        return self._read_back(capability, reference, theirs)

    def check(self) -> str:
        """A signed question about nobody: its parameters are refused or nothing is found, so it costs nothing."""
        try:
            code = self._question().vendor_code
        except NotReceived as found:
            code = found.vendor_code
        except Refused as refused:
            code = refused.vendor_code
            if not (code or "").startswith(self.parameter_codes):
                raise
        return f"takes our credentials (answered {code})"

    def close(self) -> None:
        self._http.close()

    @abstractmethod
    def _call(self, request: Request, reference: str) -> Outcome: ...

    def _question(self) -> Outcome:
        """The call that ``check`` makes, where the vendor has one that is harmless."""
        raise Refused("no_check")

    def _read_back(self, capability: Capability, reference: str, theirs: str | None) -> Outcome:
        """Of a capability that says it can be read back."""
        raise NotImplementedError
