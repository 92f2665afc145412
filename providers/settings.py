"""Reading what an adapter is configured with. Misconfigured names provider and setting, never a value."""

import os
import re
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from providers.base import Misconfigured

#: what key ids and keys are made of; anything else would break, or break out of, a header
KEY = re.compile(r"[!-~]{1,256}")

#: how environment variables are named (POSIX); no vendor's key looks so
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


class Secret:
    """A credential that shows itself to nobody who does not ask for its ``value``."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "Secret"

    def __reduce__(self) -> str:
        msg = "a credential is never pickled"
        raise TypeError(msg)


def secret(provider: str, setting: str, value: str | None, variable: str | None) -> Secret:
    """The value itself, or that of the environment variable which the setting ``…_env`` names."""
    found = _found(provider, setting, value, variable)
    if not KEY.fullmatch(str(found)):
        refuse(provider, f"{setting} holds characters that no key has")
    return Secret(str(found))


def document(provider: str, setting: str, value: str | None, variable: str | None) -> Secret:
    """A key of many lines, found as ``secret`` finds its like. A backslash and n stand for a line's end."""
    found = _found(provider, setting, value, variable)
    return Secret(found.replace("\\n", "\n").strip())


def _found(provider: str, setting: str, value: object, variable: object) -> str:
    if value and variable:
        refuse(provider, f"{setting} and {setting}_env are both set; keep one")
    if variable and not (isinstance(variable, str) and VARIABLE.fullmatch(variable)):  # a key put there by mistake
        refuse(provider, f"{setting}_env must name an environment variable, in capitals")
    found = os.environ.get(str(variable), "") if variable else value
    if variable and not found:
        refuse(provider, f"{setting}_env names the environment variable {variable}, which is not set")
    if not found or not isinstance(found, str):
        refuse(
            provider, f"{setting} is missing; set it, or set {setting}_env to the environment variable that holds it"
        )
    return found


def one_of(provider: str, setting: str, value: object, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        refuse(provider, f"{setting} must be one of {', '.join(sorted(choices))}")
    return value


def number_of(provider: str, setting: str, value: object, choices: Collection[int]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in choices:
        refuse(provider, f"{setting} must be one of {', '.join(map(str, sorted(choices)))}")
    return value


def text(provider: str, setting: str, value: object) -> str:
    """Numbers are taken too: ids are easily written without quotes."""
    found = "" if isinstance(value, bool) or not isinstance(value, str | int) else str(value).strip()
    if not found:
        refuse(provider, f"{setting} is missing or no text")
    return found


def table(provider: str, setting: str, value: object, known: Collection[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        refuse(provider, f"{setting} must be a table")
    unknown = sorted(str(name) for name in value if name not in known)
    if unknown:
        refuse(provider, f"{setting} has no setting {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    return value


def refuse(provider: str, what: str) -> NoReturn:
    msg = f"provider {provider}: {what}"
    raise Misconfigured(msg)
