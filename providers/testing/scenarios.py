"""Vendors that never were asked: their HTTP mocked by ``responses``, playing one scenario a capability."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import requests
import responses

from providers.base import Capability, Provider
from providers.testing.conformance import Situation

#: what a gateway's page looks like, and a vendor's answer never
PAGE = "<html><body><h1>Welcome</h1></body></html>"

#: in an answer: the request quoted back, credentials and all, as some vendors do in the texts of their errors
QUOTED = "[request]"


class Scenario(StrEnum):
    """What a vendor does. SMS knows no mismatch and no record, some checks no record: these go on as before."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NO_RECORD = "no_record"
    TIMEOUT = "timeout"
    OUTAGE = "outage"
    THROTTLED = "throttled"
    MALFORMED = "malformed"
    UNLISTED = "unlisted"  #: a code that no document lists
    BAD_CREDENTIALS = "bad_credentials"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or what requests raises instead of one."""

    body: Mapping[str, Any] | str | requests.RequestException
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def to(self, request: requests.PreparedRequest) -> tuple[int, Mapping[str, str], Any]:
        body = self.body
        if isinstance(body, Mapping):
            body = json.dumps(body, ensure_ascii=False).replace(QUOTED, json.dumps(_quoted(request))[1:-1])
        return self.status, self.headers, body


#: scenarios in which no vendor's own words are heard
TRANSPORT: Mapping[Scenario, Reply] = {
    Scenario.TIMEOUT: Reply(requests.ReadTimeout()),
    Scenario.OUTAGE: Reply(requests.ConnectTimeout()),
    Scenario.MALFORMED: Reply(PAGE, headers={"Content-Type": "text/html"}),
}

#: how the cases that every adapter must pass are brought about
PLAYED: Mapping[Situation, Scenario] = {
    Situation.MATCH: Scenario.MATCH,
    Situation.MISMATCH: Scenario.MISMATCH,
    Situation.NO_RECORD: Scenario.NO_RECORD,
    Situation.UNLISTED: Scenario.UNLISTED,
    Situation.OUTAGE: Scenario.OUTAGE,
    Situation.TIMEOUT: Scenario.TIMEOUT,
    Situation.NONSENSE: Scenario.MALFORMED,
    Situation.THROTTLED: Scenario.THROTTLED,
    Situation.BAD_CREDENTIALS: Scenario.BAD_CREDENTIALS,
}

#: capability → scenario → reply
Replies = Mapping[Capability, Mapping[Scenario, Reply]]


class Mocked:
    """A provider whose vendor is mocked. It plays ``match`` until it is told otherwise."""

    def __init__(self, provider: Provider, replies: Replies) -> None:
        self.provider = provider
        self.requests: list[requests.PreparedRequest] = []  #: what was sent, with all that was in it
        self._replies = {capability: {**TRANSPORT, **own} for capability, own in replies.items()}
        self._now = {capability: self._replies[capability][Scenario.MATCH] for capability in replies}

    def play(self, scenario: str, *capabilities: Capability) -> None:
        """From now on, in these capabilities or in all. Raises ValueError for no scenario."""
        for capability in capabilities or tuple(self._replies):
            reply = self._replies[capability].get(Scenario(scenario))
            if reply is not None:
                self.answer(capability, reply)

    def answer(self, capability: Capability, reply: Reply) -> None:
        """Anything else than a scenario."""
        self._now[capability] = reply

    def reply(self, request: requests.PreparedRequest, capability: Capability) -> tuple[int, Mapping[str, str], Any]:
        self.requests.append(request)
        return self._now[capability].to(request)


def situations(replies: Replies) -> Mapping[Capability, Collection[Situation]]:
    """Those of each capability that its scenarios can bring about."""
    return {
        capability: [situation for situation, scenario in PLAYED.items() if scenario in {**TRANSPORT, **own}]
        for capability, own in replies.items()
    }


def _quoted(request: requests.PreparedRequest) -> str:
    body = request.body if isinstance(request.body, bytes) else b""
    return f"{request.url} {dict(request.headers)} {body.decode('utf-8', 'replace')}"


def mocked(
    mock: responses.RequestsMock,
    provider: Provider,
    replies: Replies,
    hosts: str,
    capability_of: Callable[[requests.PreparedRequest], Capability],
) -> Mocked:
    """``hosts``: a pattern of the vendor's. Several vendors can share one ``mock``."""
    vendor = Mocked(provider, replies)
    mock.add_callback(
        responses.POST,
        re.compile(rf"https://(?:{hosts})/"),
        callback=lambda request: vendor.reply(request, capability_of(request)),
    )
    return vendor
