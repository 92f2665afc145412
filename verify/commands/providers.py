"""``providers``: who is asked for what, on which terms, and whether it works."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import click
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Capability, Misconfigured, Provider, ProviderFailure
from verify import credentials
from verify.commands.credentials import credentials_command
from verify.commands.opening import AS_JSON, opened, show
from verify.flows.routing import can_serve, configured
from verify.models import Application, Route, Supply
from verify.services import Services

CAPABILITY = click.Choice([capability.value for capability in Capability])

MICROS = 1_000_000

#: seconds a call may keep a request waiting
LONGEST = 60

#: how an unset limit is written
NONE = "none"


#: what no price, limit or weight comes near
MOST = 1_000_000


class Yuan(click.ParamType[int | str]):
    """Yuan with up to six digits after the point, as millionths; or none."""

    name = "yuan"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        if value == NONE:
            return NONE
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount <= MOST or amount * MICROS != int(amount * MICROS):
            self.fail(f"give an amount such as 0.30, at most {MOST}, or none", param, ctx)
        return int(amount * MICROS)


class Limit(click.ParamType[int | str]):
    """A whole number from 1 to ``longest``, or none."""

    name = "number"

    def __init__(self, longest: int = MOST) -> None:
        self._longest = longest

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        if value == NONE:
            return NONE
        if not is_whole(str(value)) or not 1 <= int(value) <= self._longest:
            self.fail(f"give a whole number from 1 to {self._longest}, or none", param, ctx)
        return int(value)


def is_whole(text: str) -> bool:
    """True of a whole number from 0 to MOST."""
    return text.isdecimal() and len(text) <= len(str(MOST)) and int(text) <= MOST


@click.group("providers")
def group() -> None:
    """Providers, the routes to them, their terms and credentials, which are never shown."""


group.add_command(credentials_command)


@group.command("list")
@AS_JSON
def list_command(*, as_json: bool) -> None:
    """Every capability of every provider: mode, share of the route, terms, today's spending, circuit, credentials.

    A route or credentials of one application are lines of their own. A closed circuit says that calls are made, not
    that they are answered well: ``check`` tells whether credentials are taken. A half-open one lets the next call
    try whether it can close.
    """
    with opened() as services:
        kept = credentials.known(services)
        with services.read() as session:
            supplies = {(row.provider, row.capability): row for row in session.scalars(select(Supply))}
            rows = [
                _shown(name, capability, supplies.get((name, capability.value)), kept, services, application_id)
                for name, provider in services.providers.items()
                for capability in provider.capabilities
                for application_id in (None, *_special(name, capability, kept, services))
            ]
    if as_json:
        show(rows)
        return
    for row in rows:
        terms = ", ".join(f"{label} {row[label]}" for label in LABELS if row[label] is not None)
        whose = f"  application {row['application']}" if row["application"] else ""
        click.echo(f"{row['provider']:<12} {row['capability']:<10} {row['mode']:<5} {row['state']:<17} {terms}{whose}")


LABELS = (
    "weight",
    "price",
    "rate",
    "concurrency",
    "daily_budget",
    "spent_today",
    "timeout",
    "open_since",
    "credentials",
)

#: by (provider, application or None, capability or None)
Kept = Mapping[tuple[str, UUID | None, str | None], datetime]


def _special(name: str, capability: Capability, kept: Kept, services: Services) -> list[UUID]:
    """Applications with a route to it, or credentials for it, of their own."""
    routed = {
        application_id
        for (application_id, of), entries in services.board().routes.items()
        if of == capability and any(provider == name for provider, _ in entries)
    }
    sealed = {whose for provider, whose, of in kept if provider == name and of in {None, capability.value}}
    return sorted({whose for whose in routed | sealed if whose is not None}, key=str)


def _shown(
    name: str,
    capability: Capability,
    row: Supply | None,
    kept: Kept,
    services: Services,
    application_id: UUID | None,
) -> dict[str, Any]:
    livemode = not services.providers[name].test_only
    weights = dict(configured(capability, livemode=livemode, services=services, application_id=application_id))
    state = "circuit closed"
    if row is not None and row.opened_at is not None:
        is_due = row.retry_at is not None and row.retry_at <= services.clock()
        state = "circuit half-open" if is_due else "circuit open"
    if not can_serve(name, capability, livemode=livemode, services=services):
        state = "not assessed"
    return {
        "provider": name,
        "capability": capability.value,
        "application": application_id,
        "mode": "live" if livemode else "test",
        "region": services.providers[name].recipient.region,
        "state": state,
        "weight": weights.get(name),
        "price": _yuan(row.price_micros if row else None),
        "rate": row.rate if row else None,
        "concurrency": row.concurrency if row else None,
        "daily_budget": _yuan(row.daily_budget_micros if row else None),
        "spent_today": _yuan(row.spent_micros if row and row.spent_on else None),
        "timeout": row.timeout_seconds if row else None,
        "open_since": f"{row.opened_at:%Y-%m-%dT%H:%M:%SZ}" if row and row.opened_at else None,
        "credentials": _credentials(name, capability, kept, application_id),
    }


def _credentials(name: str, capability: Capability, kept: Kept, application_id: UUID | None) -> str | None:
    """Since when sealed ones count here; None where the environment's do."""
    for key in credentials.closest(capability, application_id):
        if (name, *key) in kept:
            return f"sealed {kept[name, *key]:%Y-%m-%d}"
    return None


def _yuan(micros: int | None) -> str | None:
    return None if micros is None else f"{Decimal(micros) / MICROS:f}"


@group.command("set")
@click.argument("provider")
@click.argument("capability", type=CAPABILITY)
@click.option("--price", type=Yuan(), help="Yuan a call.")
@click.option("--rate", type=Limit(), help="Calls a second.")
@click.option("--concurrency", type=Limit(), help="Calls at once.")
@click.option("--daily-budget", type=Yuan(), help="Yuan a day of Asia/Shanghai; needs a price.")
@click.option("--timeout", type=Limit(LONGEST), help="Seconds an answer may take.")
def set_command(provider: str, capability: str, **terms: int | str | None) -> None:
    """Agree on terms; "none" lifts a limit. Every process heeds them within a second."""
    columns = {"price": "price_micros", "daily_budget": "daily_budget_micros", "timeout": "timeout_seconds"}
    values = {columns.get(k, k): None if v == NONE else v for k, v in terms.items() if v is not None}
    with opened() as services, services.write() as session:
        _known(provider, capability, services)
        row = session.get(Supply, (provider, capability), with_for_update=True)
        if row is None:
            row = Supply(provider=provider, capability=capability)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        if row.daily_budget_micros is not None and row.price_micros is None:
            raise click.BadParameter("a budget needs a price", param_hint="--price")


@group.command("route")
@click.argument("capability", type=CAPABILITY)
@click.argument("entries", nargs=-1, metavar="[PROVIDER[:WEIGHT]]…")
@click.option("--application", type=click.UUID, help="For this application only.")
def route(capability: str, entries: tuple[str, ...], application: UUID | None) -> None:
    """Put a list in place of the configuration file's; none takes the list back.

    The first provider is drawn by weight (1 unless given). Weight 0 comes only after all others, in the order of the
    list: "ONE OTHER:0" asks OTHER only where ONE cannot be reached.

    Verifications whose notice was shown before are asked to read it anew.
    """
    with opened() as services, services.write() as session:
        if application is not None and session.get(Application, application) is None:
            raise click.BadParameter("there is no such application", param_hint="--application")
        rows = [_route(entry, position, capability, services) for position, entry in enumerate(entries)]
        _refuse_senseless([row.provider for row in rows], Capability(capability), services)
        _replace(session, capability, application, rows)


def _route(entry: str, position: int, capability: str, services: Services) -> Route:
    name, _, weight = entry.partition(":")
    _known(name, capability, services)
    if weight and not is_whole(weight):
        msg = f"a weight is a whole number from 0 to {MOST}"
        raise click.BadParameter(msg, param_hint="ENTRIES")
    return Route(id=uuid7(), capability=capability, provider=name, position=position, weight=int(weight or 1))


def _refuse_senseless(names: Sequence[str], capability: Capability, services: Services) -> None:
    """A provider twice; or doubles alone where a live provider is configured, which no live key would reach."""
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"{twice} is named twice"
        raise click.BadParameter(msg, param_hint="ENTRIES")
    live = [name for name, p in services.providers.items() if capability in p.capabilities and not p.test_only]
    if names and live and not set(names) & set(live):
        msg = f"{', '.join(names)} serves test keys only, and live keys would have nobody; name {' or '.join(live)} too"
        raise click.BadParameter(msg, param_hint="ENTRIES")


def _replace(session: Session, capability: str, application: UUID | None, rows: list[Route]) -> None:
    whose = Route.application_id.is_(None) if application is None else Route.application_id == application
    session.execute(delete(Route).where(Route.capability == capability, whose))
    for row in rows:
        row.application_id = application
        session.add(row)


def _known(name: str, capability: str, services: Services) -> None:
    provider = services.providers.get(name)
    if provider is None or capability not in provider.capabilities:
        msg = f"no provider {name} with the capability {capability} is configured"
        raise click.BadParameter(msg)


@group.command("check")
@click.argument("names", nargs=-1, metavar="[PROVIDER]…")
def check(names: tuple[str, ...]) -> None:
    """Make the cheapest harmless signed call of each, with each of its credentials; ends with 1 where one is not
    well. Each line says whose the credentials are, and for which capability."""
    well = True
    with opened() as services:
        for name in names or services.providers:
            if name not in services.providers:
                msg = f"no provider {name} is configured"
                raise click.BadParameter(msg)
            for scope, provider in credentials.signing(name, services):
                found, word = _asked(name, provider)
                well &= found
                click.echo(f"{name:<12} {_whose(scope)}: {word}")
    if not well:
        sys.exit(1)


def _whose(scope: credentials.Scope) -> str:
    whose = f"application {scope.application_id}" if scope.application_id else "all applications"
    return f"{whose}, {scope.capability or 'all capabilities'}"


def _asked(name: str, provider: Provider) -> tuple[bool, str]:
    try:
        return True, provider.check()
    except Misconfigured as failure:
        return False, str(failure)
    except ProviderFailure as failure:
        if failure.vendor_code == "no_check":
            return True, "declares no harmless call; its first real one tells"
        return False, f"provider {name}: {type(failure).__name__} with {failure.vendor_code or 'no code'}"
