"""Providers as all of the service holds them: they say what they are, and refuse to be asked past the disclosure."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from providers.base import Capability, Kind, Outcome, Provider, Request, Traits


@dataclass(frozen=True)
class Permit:
    """One recipient may be asked for one thing, with these kinds of data at most; none where no data is sent."""

    provider: str
    capability: Capability
    kinds: frozenset[Kind] = frozenset()


class Undisclosed(Exception):
    """Something asked a provider without a permit: a bug, stopped before anything was sent."""


_permit: ContextVar[Permit | None] = ContextVar("permit", default=None)


@contextmanager
def permitted(permit: Permit) -> Iterator[None]:
    """For verify.flows.disclosure alone, which has the consent and the record (tests/test_house.py)."""
    token = _permit.set(permit)
    try:
        yield
    finally:
        _permit.reset(token)


class Guarded(Provider):
    """The provider, behind the permit. Everything that sends nothing passes through."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.name = provider.name
        self.test_only = provider.test_only
        self.recipient = provider.recipient

    @property
    def capabilities(self) -> Mapping[Capability, Traits]:  # type: ignore[override]
        return self._provider.capabilities

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def __repr__(self) -> str:
        return repr(self._provider)

    def call(self, request: Request, reference: str) -> Outcome:
        self._require(request.capability, request.kinds)
        return self._provider.call(request, reference)

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:
        self._require(capability)
        return self._provider.read_back(capability, reference, theirs)

    def erase(self, capability: Capability, reference: str, theirs: str | None = None) -> str:
        self._require(capability)
        return self._provider.erase(capability, reference, theirs)

    def callback(self, headers: Mapping[str, str], body: bytes) -> Any:
        return self._provider.callback(headers, body)

    def check(self) -> str:
        return self._provider.check()

    def close(self) -> None:
        self._provider.close()

    def _require(self, capability: Capability, kinds: frozenset[Kind] = frozenset()) -> None:
        permit = _permit.get()
        if permit is None or permit.provider != self._provider.name or permit.capability != capability:
            raise Undisclosed
        if not kinds <= permit.kinds:
            raise Undisclosed


def guard(providers: Mapping[str, Provider]) -> Mapping[str, Provider]:
    return {name: Guarded(provider) for name, provider in providers.items()}
