"""What a vendor does, by scenario: the answers of each of its calls, mocked by ``responses`` or served on a socket."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import requests
import responses

from providers.base import Capability, Provider
from providers.testing.conformance import Situation
from providers.testing.printed import PRINTED, Printed

#: what a gateway's page looks like, and a vendor's answer never
PAGE = "<html><body><h1>Welcome</h1></body></html>"

#: in an answer: the request quoted back, credentials and all, as some vendors do in the texts of their errors
QUOTED = "[request]"


class Scenario(StrEnum):
    """What a vendor does. Not every call can have each: ``possible`` tells."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NO_RECORD = "no_record"
    TIMEOUT = "timeout"
    OUTAGE = "outage"
    THROTTLED = "throttled"
    MALFORMED = "malformed"
    BAD_SIGNATURE = "bad_signature"  #: refuses our signature, or signs its answer wrongly where it signs answers
    LATE_CALLBACK = "late_callback"  #: tells nothing in its answer, and later by a callback where it has any
    UNLISTED = "unlisted"  #: a code that no document lists
    BAD_CREDENTIALS = "bad_credentials"


class Ask(StrEnum):
    """What of the contract a request of ours comes from."""

    CALL = "call"
    READ_BACK = "read_back"
    ERASE = "erase"
    CHECK = "check"  #: the harmless question, where it is none of these


Channel = tuple[Ask, Capability]


@dataclass(frozen=True, repr=False, slots=True)
class Received:
    """A request as the vendor gets it. Header names are in lower case. ``printed``: what a paper in it shows."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    printed: Printed = PRINTED

    def quoted(self) -> str:
        return f"{self.url} {dict(self.headers)} {self.body.decode('utf-8', 'replace')}"


Body = Mapping[str, Any] | str | requests.RequestException


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or what makes one of the request, or what requests raises instead of one."""

    body: Body | Callable[[Received], Mapping[str, Any] | str]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def to(self, received: Received) -> tuple[int, Mapping[str, str], str | requests.RequestException]:
        body: Body = self.body(received) if callable(self.body) else self.body
        if isinstance(body, Mapping):
            body = json.dumps(body, ensure_ascii=False).replace(QUOTED, json.dumps(received.quoted())[1:-1])
        return self.status, self.headers, body


#: of an ID number as vendors take it; whether there is such a number is another matter
NUMBER = re.compile(r"\d{17}[\dX]|\d{15}", re.ASCII)

#: scenarios in which the vendor looked the person up
LOOKED_UP = (Scenario.MATCH, Scenario.MISMATCH, Scenario.NO_RECORD)

#: scenarios in which no vendor's own words are heard
TRANSPORT: Mapping[Scenario, Reply] = {
    Scenario.TIMEOUT: Reply(requests.ReadTimeout()),
    Scenario.OUTAGE: Reply(requests.ConnectTimeout()),
    Scenario.MALFORMED: Reply(PAGE, headers={"Content-Type": "text/html"}),
    Scenario.LATE_CALLBACK: Reply(requests.ReadTimeout()),
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
    Situation.BAD_SIGNATURE: Scenario.BAD_SIGNATURE,
}

#: capability → scenario → reply
Replies = Mapping[Capability, Mapping[Scenario, Reply]]

#: headers and body of a callback about (our reference, the vendor's)
Notice = Callable[[str, str], tuple[Mapping[str, str], bytes]]

#: whom a message was sent to, by which template, with what in it; of the request that asked for it
Message = Callable[[Received], Mapping[str, Any]]


@dataclass(frozen=True)
class Script:
    """All that a vendor can say. ``readings``, ``erasures`` and ``checks`` answer the capabilities that have them."""

    calls: Replies
    channel_of: Callable[[Received], Channel]
    hosts: str  #: a pattern
    readings: Replies = field(default_factory=dict)
    erasures: Replies = field(default_factory=dict)
    notices: Mapping[Capability, Notice] = field(default_factory=dict)
    checks: Replies = field(default_factory=dict)
    message: Message | None = None
    refusal: Callable[[Received], Reply | None] | None = None  #: of a person's data that no vendor would look up

    def own(self) -> Mapping[Ask, Replies]:
        return {Ask.CALL: self.calls, Ask.READ_BACK: self.readings, Ask.ERASE: self.erasures, Ask.CHECK: self.checks}

    def replies(self) -> Mapping[Channel, Mapping[Scenario, Reply]]:
        return {(ask, cap): {**TRANSPORT, **own} for ask, table in self.own().items() for cap, own in table.items()}


def possible(script: Script) -> Mapping[Capability, Sequence[Scenario]]:
    """Which scenarios each capability can have, in its answers or when it is read back."""
    tables = script.own().values()
    known = {cap: {*TRANSPORT, *(s for table in tables for s in table.get(cap, ()))} for cap in script.calls}
    return {capability: [s for s in Scenario if s in scenarios] for capability, scenarios in known.items()}


class Stage:
    """A script being played. It plays ``match`` until it is told otherwise."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.received: list[Received] = []  #: what was sent, with all that was in it
        self.printed = PRINTED  #: what is read of papers
        self._replies = script.replies()
        self._now = {channel: replies[Scenario.MATCH] for channel, replies in self._replies.items()}

    def play(self, scenario: str, *capabilities: Capability) -> None:
        """From now on, in these capabilities or in all that can have it. What was called before is read back as it
        would be then: where the scenario is of the connection alone, as good.

        Raises ValueError, naming what is possible, for no scenario and for a capability that cannot have it.
        """
        self.require(scenario, *capabilities)
        wanted = Scenario(scenario)
        for ask, capability in self._replies:
            if capability in (capabilities or (capability,)):
                self._play(ask, capability, wanted)

    def require(self, scenario: str | None, *capabilities: Capability) -> None:
        """Raises ValueError, naming what is possible, where this cannot be played."""
        known = possible(self.script)
        for capability in capabilities:
            if capability not in known:
                msg = f"this vendor has no {capability}; possible are {', '.join(known)}"
                raise ValueError(msg)
        if scenario is not None and scenario not in list(Scenario):
            msg = f"there is no scenario {scenario}; possible are {', '.join(Scenario)}"
            raise ValueError(msg)
        for capability in capabilities:
            if scenario is not None and scenario not in known[capability]:
                msg = f"{capability} cannot have the scenario {scenario}; possible are {', '.join(known[capability])}"
                raise ValueError(msg)

    def _play(self, ask: Ask, capability: Capability, wanted: Scenario) -> None:
        known = self._replies[ask, capability]
        own = self.script.own()[ask]
        if ask in {Ask.CALL, Ask.CHECK}:
            said = own[capability].get(wanted, known.get(wanted))
        else:
            said = own[capability].get(wanted, known[Scenario.MATCH])
        if said is not None:
            self._now[ask, capability] = said

    def answer(self, capability: Capability, reply: Reply, ask: Ask = Ask.CALL) -> None:
        """Anything else than a scenario."""
        self._now[ask, capability] = reply

    def ask(self, scenario: str, ask: Ask, capability: Capability) -> None:
        """Play a scenario, those of the connection included, to what is asked afterwards."""
        self._now[ask, capability] = self._replies[ask, capability][Scenario(scenario)]

    def scenario(self, channel: Channel) -> Scenario | None:
        """What is played there now; None for an answer that is no scenario's."""
        return next((s for s, reply in self._replies[channel].items() if reply is self._now[channel]), None)

    def notify(self, capability: Capability, ours: str, theirs: str = "") -> tuple[Mapping[str, str], bytes]:
        """Headers and body of the callback that tells of the end; reading back finds it from now on.

        Raises KeyError where there is none.
        """
        notice = self.script.notices[capability]
        self._now[Ask.READ_BACK, capability] = self._replies[Ask.READ_BACK, capability][Scenario.MATCH]
        return notice(ours, theirs)

    def has_sent(self, channel: Channel) -> bool:
        """True where a message that is asked for now goes out, be it answered or not."""
        known = self._replies[channel]
        return any(self._now[channel] is known[scenario] for scenario in (Scenario.MATCH, Scenario.TIMEOUT))

    def reply(self, received: Received) -> tuple[int, Mapping[str, str], str | requests.RequestException]:
        self.received.append(received)
        received = replace(received, printed=self.printed)
        channel = self.script.channel_of(received)
        now, known = self._now[channel], self._replies[channel]
        looks_up = any(now is known.get(scenario) for scenario in LOOKED_UP)
        refusal = self.script.refusal(received) if looks_up and self.script.refusal else None
        return (refusal or now).to(received)


class Mocked(Stage):
    """A provider whose vendor is mocked."""

    def __init__(self, provider: Provider, script: Script) -> None:
        super().__init__(script)
        self.provider = provider
        self.requests: list[requests.PreparedRequest] = []

    def mocked(self, request: requests.PreparedRequest) -> tuple[int, Mapping[str, str], Any]:
        self.requests.append(request)
        body = request.body if isinstance(request.body, bytes) else b""
        if body:  # what a mock keeps must not look like a picture that the adapter keeps
            request.body = body = bytes(bytearray(body))
        return self.reply(Received(str(request.url), _lower(request.headers), body))


def _lower(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def situations(script: Script) -> Mapping[Capability, Collection[Situation]]:
    """Those of each capability that its scenarios can bring about."""
    found = {}
    for capability, own in script.calls.items():
        known = {*TRANSPORT, *own, *script.readings.get(capability, ())}
        found[capability] = [situation for situation, scenario in PLAYED.items() if scenario in known]
    return found


def mocked(mock: responses.RequestsMock, provider: Provider, script: Script) -> Mocked:
    """Several vendors can share one ``mock``."""
    vendor = Mocked(provider, script)
    mock.add_callback(responses.POST, re.compile(rf"https://(?:{script.hosts})/.*"), callback=vendor.mocked)
    return vendor
