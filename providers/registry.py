"""Which adapter a configured name stands for, loaded only when asked."""

import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from providers.base import Misconfigured, Provider

#: name → module and class
ADAPTERS: Mapping[str, str] = {
    "alibaba": "providers.alibaba:Alibaba",
    "local_bank": "providers.testing.bank:LocalBank",
    "manual": "providers.manual:Manual",
    "sandbox": "providers.sandbox:Sandbox",
    "tencent": "providers.tencent:Tencent",
}

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


def _adapter(name: str) -> Any:
    if name not in ADAPTERS:
        msg = f"provider {name}: there is no such adapter; known are {', '.join(sorted(ADAPTERS))}"
        raise Misconfigured(msg)
    module, _, adapter = ADAPTERS[name].partition(":")
    return getattr(import_module(module), adapter)


def _check_options(name: str, adapter: Any, options: Mapping[str, Any]) -> None:
    try:
        inspect.signature(adapter).bind(**options)
    except TypeError as error:
        msg = f"provider {name}: {error}"  # names an option that is missing or unknown, no value
        raise Misconfigured(msg) from None
