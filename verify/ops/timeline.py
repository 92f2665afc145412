"""What happened to a case, in order and in words: events of its chain, and the calls made for it."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from providers.base import Provider
from verify.flows.events import ANSWERED
from verify.flows.review.dossier import Dossier
from verify.flows.review.referrals import referrals
from verify.models import Attempt, Event
from verify.ops import words


@dataclass(frozen=True)
class Line:
    """``code`` is a reason code whose words say what the user was told; ``times`` it happened in a row."""

    at: datetime
    text: Any
    tone: str = ""
    step: str | None = None
    code: str | None = None
    who: str | None = None
    detail: Sequence[Any] = ()
    times: int = 1


#: event → tone
TONES: Mapping[str, str] = {
    "verification.verified": "good",
    "verification.rejected": "bad",
    "verification.step_failed": "bad",
    "verification.step_passed": "good",
    "review.override_proposed": "warn",
    "review.revealed": "warn",
}

EPOCH = datetime.fromtimestamp(0, UTC)

#: capabilities that only read: what is read says nothing yet of whether it is what was typed
READING = frozenset({"license", "id_card"})


def timeline(case: Dossier, providers: Mapping[str, Provider], locale: str) -> list[Line]:
    """The latest first, what one did several times in a row as one line."""
    called = [_attempt(attempt, providers, locale) for attempt in case.attempts]
    left = referrals(case.verification).keys()
    happened = [event for event in case.events if event.type != ANSWERED]  # the call itself is a line
    lines = [_left(_event(event, case.names, providers, locale), event, left) for event in happened] + called
    return list(_gathered(sorted(lines, key=lambda line: line.at, reverse=True)))


def _gathered(lines: Iterable[Line]) -> Iterable[Line]:
    for _, alike in groupby(lines, key=lambda line: replace(line, at=EPOCH)):
        first, *rest = alike
        yield replace(first, times=1 + len(rest))


def _left(line: Line, event: Event, steps: Container[str | None]) -> Line:
    """No check passed of a step that waits for a person: the user was only let on."""
    if line.step not in steps or event.type not in words.REFERRED:
        return line
    return replace(line, text=words.REFERRED[event.type], tone="warn")


def _event(event: Event, names: Mapping[UUID, str], providers: Mapping[str, Provider], locale: str) -> Line:
    payload = json.loads(event.payload)
    operator = payload.get("operator")
    return Line(
        event.created_at,
        words.of(words.EVENTS, event.type),
        TONES.get(event.type, ""),
        payload.get("step"),
        payload.get("code"),
        names.get(UUID(operator)) if operator else None,
        tuple(_details(payload, providers, locale)),
    )


def _details(payload: Mapping[str, Any], providers: Mapping[str, Provider], locale: str) -> Iterable[Any]:
    """Members of a payload that are worth a look."""
    for name, table in (("method", words.METHODS), ("before", words.METHODS), ("part", words.PARTS)):
        if name in payload:
            yield words.of(table, payload[name])
    if "field" in payload:
        yield words.field(payload["field"])
    if "days" in payload:
        yield words.days(payload["days"])
    if "capability" in payload:
        yield words.of(words.CAPABILITIES, payload["capability"])
    if "provider" in payload:
        yield recipient(payload["provider"], providers, locale)


def recipient(name: str, providers: Mapping[str, Provider], locale: str) -> str:
    """As the consent notice calls it; the configured name of one that is configured no more."""
    return providers[name].recipient.name.get(locale, name) if name in providers else name


def _attempt(attempt: Attempt, providers: Mapping[str, Provider], locale: str) -> Line:
    outcomes = {**words.OUTCOMES, "match": words.READ} if attempt.capability in READING else words.OUTCOMES
    detail = [
        recipient(attempt.provider, providers, locale),
        words.of(outcomes, attempt.outcome) if attempt.outcome else words.OUTCOMES["Unknown"],
    ]
    if attempt.duration_ms is not None:
        detail.append(words.milliseconds(attempt.duration_ms))
    if attempt.vendor_code and _tone(attempt) != "good":  # whom to ask what it means is the vendor
        detail.append(attempt.vendor_code)
    text = words.of(words.CAPABILITIES, attempt.capability)
    return Line(attempt.started_at, text, _tone(attempt), attempt.step, attempt.reason_code, None, tuple(detail))


def _tone(attempt: Attempt) -> str:
    """A call that ended in a reason against the user is not good, whatever the vendor answered."""
    tone = words.TONES.get(attempt.outcome or "", "warn")
    return "bad" if tone == "good" and attempt.reason_code else tone
