"""Reading what an adapter is configured with. Misconfigured names provider and setting, never a value."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from providers.base import Misconfigured

#: what key ids and keys are made of; anything else would break, or break out of, a header
KEY = re.compile(r"[!-~]{1,256}")

#: must have a template; stands in for a locale that has none
FALLBACK_LOCALE = "zh-CN"
LOCALES = frozenset({FALLBACK_LOCALE, "en"})

#: stands for the code in a template's parameters
CODE = "{code}"


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
    if value and variable:
        refuse(provider, f"{setting} and {setting}_env are both set; keep one")
    found = os.environ.get(str(variable), "") if variable else value
    if not found:
        refuse(
            provider, f"{setting} is missing; set it, or set {setting}_env to the environment variable that holds it"
        )
    if not KEY.fullmatch(str(found)):
        refuse(provider, f"{setting} holds characters that no key has")
    return Secret(str(found))


def one_of(provider: str, setting: str, value: object, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        refuse(provider, f"{setting} must be one of {', '.join(sorted(choices))}")
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


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """An approved template of one locale. ``parameters``: the template's variable → text, ``{code}`` in it."""

    sign: str
    template: str
    parameters: Mapping[str, str]

    def filled(self, code: str) -> dict[str, str]:
        return {name: given.replace(CODE, code) for name, given in self.parameters.items()}


def sms_templates(provider: str, value: object, variable: str) -> Mapping[str, SmsTemplate]:
    """Locale → template. ``variable`` carries the code where a template's ``parameters`` are not set."""
    found = {
        locale: _sms_template(provider, f"sms.templates.{locale}", given, variable)
        for locale, given in table(provider, "sms.templates", value, LOCALES).items()
    }
    if FALLBACK_LOCALE not in found:
        refuse(provider, f"sms.templates.{FALLBACK_LOCALE} is missing")
    return found


def _sms_template(provider: str, setting: str, value: object, variable: str) -> SmsTemplate:
    given = table(provider, setting, value, ("sign", "template", "parameters"))
    parameters = given.get("parameters", {variable: CODE})
    names = parameters if isinstance(parameters, Mapping) else ()
    parameters = {
        name: text(provider, f"{setting}.parameters.{name}", written)
        for name, written in table(provider, f"{setting}.parameters", parameters, names).items()
    }
    if not any(CODE in written for written in parameters.values()):
        refuse(provider, f"{setting}.parameters must hold {CODE} somewhere")
    return SmsTemplate(
        text(provider, f"{setting}.sign", given.get("sign")),
        text(provider, f"{setting}.template", given.get("template")),
        parameters,
    )


def refuse(provider: str, what: str) -> NoReturn:
    msg = f"provider {provider}: {what}"
    raise Misconfigured(msg)
