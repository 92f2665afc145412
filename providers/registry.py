"""Which adapter a configured name stands for, loaded only when asked."""

import inspect
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from providers.base import Misconfigured, Provider
from providers.settings import refuse

#: name → module and class
ADAPTERS: Mapping[str, str] = {
    "alibaba": "providers.alibaba:Alibaba",
    "alipay": "providers.alipay:Alipay",
    "local_bank": "providers.testing.bank:LocalBank",
    "manual": "providers.manual:Manual",
    "sandbox": "providers.sandbox:Sandbox",
    "tencent": "providers.tencent:Tencent",
}

#: entry points of packages that are installed beside this one; none takes a name of those above
GROUP = "realname.providers"

#: what adapters are constructed with by tests, and no table of settings holds
NO_SETTINGS = frozenset({"clock"})

#: regions a recipient may process in (PIPL 38, policy 5.4: data stays in the mainland), by test_only
REGIONS: Mapping[bool, frozenset[str]] = {
    False: frozenset({"cn"}),
    True: frozenset({"cn", "none"}),
}


def load(name: str, options: Mapping[str, Any]) -> Provider:
    """The provider, ready to be called. ``options`` are its constructor's keywords.

    Raises Misconfigured naming the provider and what is wrong; never an option's value.
    """
    adapter = _adapter(name)
    _check_options(name, adapter, options)
    provider: Provider = adapter(**options)
    if provider.recipient.region not in REGIONS[provider.test_only]:
        provider.close()
        msg = f"provider {name}: its recipient's region must be cn, since personal data stays in mainland China"
        raise Misconfigured(msg)
    return provider


def secrets_of(name: str) -> tuple[str, ...]:
    """The settings of an adapter that are credentials. Raises Misconfigured for an unknown name."""
    found: tuple[str, ...] = getattr(_adapter(name), "secrets", ())
    return found


def _adapter(name: str) -> Any:
    if name in ADAPTERS:
        module, _, adapter = ADAPTERS[name].partition(":")
        return getattr(import_module(module), adapter)
    others = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in others:
        msg = f"provider {name}: there is no such adapter; known are {', '.join(sorted({*ADAPTERS, *others}))}"
        raise Misconfigured(msg)
    found = others[name].load()
    if getattr(found, "name", None) != name:
        msg = f"provider {name}: the adapter of this name calls itself otherwise"
        raise Misconfigured(msg)
    return found


def _check_options(name: str, adapter: Any, options: Mapping[str, Any]) -> None:
    """Of a wrong table the message names settings, no value."""
    parameters = inspect.signature(adapter).parameters
    known = {setting: about for setting, about in parameters.items() if setting not in NO_SETTINGS}
    unknown = [str(option) for option in options if option not in known]
    if unknown:
        refuse(name, f"there is no setting {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    missing = [n for n, setting in known.items() if setting.default is setting.empty and n not in options]
    if missing:
        refuse(name, f"{', '.join(missing)} is missing")
