"""The providers that the settings name, and the routes to them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn

from providers.base import Capability, Provider
from providers.registry import load as load_provider
from verify import credentials
from verify.config import ConfigurationError, Settings

#: the table of the file that names no provider, and what an entry of it may say
ROUTES = "routes"
ENTRY = ("provider", "weight")


def load_providers(settings: Settings, general: Callable[[str], Mapping[str, str]]) -> Mapping[str, Provider]:
    """The sandbox for test keys, and what the configuration names for live ones. ``general`` opens the credentials
    that are kept sealed. Raises Misconfigured, or ConfigurationError for a route that leads nowhere."""
    journal = settings.instance / "sandbox.db"
    loaded = {"sandbox": load_provider("sandbox", {"latency": settings.sandbox_latency_ms / 1000, "journal": journal})}
    for name, options in settings.providers.items():
        if name != ROUTES:
            is_sealed = options.get(credentials.SETTING) == credentials.SEALED
            given = credentials.with_secrets(options, general(name)) if is_sealed else dict(options)
            loaded[name] = load_provider(name, given)
    _check_routes(settings.providers.get(ROUTES, {}), loaded)
    return loaded


def _check_routes(routes: Any, loaded: Mapping[str, Provider]) -> None:
    """A name that nobody bears would be passed over in silence, and every verification refused."""
    _require_known("providers.routes", _table("providers.routes", routes), [c.value for c in Capability])
    for capability, entries in routes.items():
        where = f"providers.routes.{capability}"
        if not isinstance(entries, list | tuple):
            _refuse(where, 'must be a list such as [{ provider = "NAME", weight = 1 }]')
        able = [name for name, provider in loaded.items() if capability in provider.capabilities]
        for entry in entries:
            _check_entry(where, _table(where, entry), able)


def _check_entry(where: str, entry: Mapping[str, Any], able: Collection[str]) -> None:
    _require_known(where, entry, ENTRY)
    name, weight = entry.get("provider"), entry.get("weight", 1)
    if not isinstance(name, str):
        _refuse(where, "each entry names its provider")
    if name not in able:
        _refuse(where, f"no provider {name} with this capability is configured; known are {_listed(able)}")
    if isinstance(weight, bool) or not isinstance(weight, int) or weight < 0:
        _refuse(where, f"the weight of {name} must be a whole number from 0")


def _table(where: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(where, "must be a table")
    return value


def _require_known(where: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    unknown = [str(name) for name in table if name not in known]
    if unknown:
        _refuse(where, f"has no setting {_listed(unknown)}; known are {_listed(known)}")


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _refuse(where: str, what: str) -> NoReturn:
    msg = f"{where}: {what}"
    raise ConfigurationError(msg)
