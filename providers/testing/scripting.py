"""What is asked of the sandbox server over HTTP: read, or refused with what is wrong and what is possible."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn

from providers.base import Capability

#: of what can be scripted, what befalls requests → what can be meant by it
WEATHER: Mapping[str, str] = {
    "delay": "seconds, a number from 0",
    "lose": "true or false",
    "taken": "true or false",
    "times": "a whole number from 1",
}

PLAY = ("vendor", "scenario", "capabilities", *WEATHER)
NOTIFY = ("vendor", "capability", "ours", "theirs", "url")


@dataclass(frozen=True)
class Played:
    """What is to be played; ``weather`` holds what was said of it."""

    vendor: str
    scenario: str | None
    capabilities: tuple[Capability, ...]
    weather: Mapping[str, Any]


def read_object(body: bytes) -> Mapping[str, Any]:
    """Raises ValueError."""
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        _refuse("the body must be a JSON object")
    return asked


def read_play(asked: Mapping[str, Any], vendors: Collection[str]) -> Played:
    """Raises ValueError."""
    _require(asked, PLAY)
    names = asked.get("capabilities", [])
    if not isinstance(names, list):
        _refuse("capabilities must be a list")
    scenario = asked.get("scenario")
    if scenario is not None and not isinstance(scenario, str):
        _refuse("scenario must be a text")
    weather = {name: asked[name] for name in WEATHER if name in asked}
    for name, value in weather.items():
        if not _is_meant(name, value):
            _refuse(f"{name} must be {WEATHER[name]}")
    return Played(read_vendor(asked.get("vendor"), vendors), scenario, tuple(map(read_capability, names)), weather)


def read_notify(asked: Mapping[str, Any], vendors: Collection[str]) -> dict[str, Any]:
    """Raises ValueError."""
    _require(asked, (*NOTIFY, "times"))
    missing = [name for name in NOTIFY if not isinstance(asked.get(name), str)]
    if missing:
        _refuse(f"{', '.join(missing)} must be given as texts")
    if not _is_meant("times", asked.get("times", 1)):
        _refuse(f"times must be {WEATHER['times']}")
    read_vendor(asked["vendor"], vendors)
    return {**asked, "capability": read_capability(asked["capability"])}


def read_vendor(name: Any, vendors: Collection[str]) -> str:
    """Raises ValueError."""
    if not isinstance(name, str) or name not in vendors:
        _refuse(f"vendor must be one of {', '.join(vendors)}")
    return name


def read_capability(name: Any) -> Capability:
    """Raises ValueError."""
    if not isinstance(name, str) or name not in list(Capability):
        _refuse(f"a capability must be one of {', '.join(Capability)}")
    return Capability(name)


def undelivered(kind: str) -> tuple[int, Mapping[str, str], str]:
    """An answer of a callback that nobody took."""
    detail = f"nobody took the callback at that URL ({kind}); is the service up, and the port its own?"
    return problem(detail, HTTPStatus.BAD_GATEWAY, "This could not be delivered.")


def problem(
    detail: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST, title: str = "This cannot be played."
) -> tuple[int, Mapping[str, str], str]:
    """An answer that says what is wrong (RFC 9457)."""
    body = {"title": title, "status": int(status), "detail": detail}
    return status, {"Content-Type": "application/problem+json"}, json.dumps(body, ensure_ascii=False)


def _is_meant(name: str, value: Any) -> bool:
    if name in {"lose", "taken"}:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if name == "delay":
        return isinstance(value, int | float) and value >= 0
    return isinstance(value, int) and value >= 1


def _require(asked: Mapping[str, Any], known: Collection[str]) -> None:
    unknown = [name for name in asked if name not in known]
    if unknown:
        _refuse(f"there is no {', '.join(unknown)}; known are {', '.join(known)}")


def _refuse(what: str) -> NoReturn:
    raise ValueError(what)
