"""``providers credentials``: what we sign with, taken from standard input, kept sealed, shown to nobody."""

import json
import sys
from collections.abc import Mapping
from uuid import UUID

import click

from providers.base import Capability, Misconfigured
from providers.registry import load, secrets_of
from verify import credentials
from verify.commands.opening import opened
from verify.credentials import Scope
from verify.models import Application
from verify.services import Services


@click.command("credentials")
@click.argument("provider")
@click.option("--capability", type=click.Choice([c.value for c in Capability]), help="For this capability only.")
@click.option("--application", type=click.UUID, help="For this application only.")
@click.option("--remove", is_flag=True, help="Forget them; those of the environment count again.")
def credentials_command(provider: str, capability: str | None, application: UUID | None, *, remove: bool) -> None:
    """Keep what we sign with sealed, in place of the environment's. Every process heeds it within a second.

    Asks for each setting without showing it; from a pipe it reads one JSON object, {"SETTING": "…"}. The closest count:
    of an application and a capability, of the application, of the capability, then those for all. The provider's
    table in the file must be there; `credentials = "sealed"` in it says that the environment has none.
    """
    scope = Scope(provider, application, Capability(capability) if capability else None)
    # what is missing yet must not keep us from setting it
    with opened(providers={"sandbox": load("sandbox", {})}) as services:
        names = _names(scope, services)
        if remove:
            click.echo("forgotten" if credentials.remove(scope, services) else "there were none")
            return
        try:
            credentials.put(scope, _taken_in(names), services)
        except Misconfigured as failure:
            raise click.ClickException(str(failure)) from None
    click.echo(f"kept; try them with `realname providers check {provider}`")


def _names(scope: Scope, services: Services) -> tuple[str, ...]:
    """The settings that are asked for."""
    if scope.provider not in services.settings.providers or scope.provider == "routes":
        msg = f"no provider {scope.provider} is configured"
        raise click.BadParameter(msg)
    names = secrets_of(scope.provider)
    if not names:
        msg = f"{scope.provider} has no credentials"
        raise click.BadParameter(msg)
    with services.read() as session:
        if scope.application_id is not None and session.get(Application, scope.application_id) is None:
            raise click.BadParameter("there is no such application", param_hint="--application")
    return names


def _taken_in(names: tuple[str, ...]) -> Mapping[str, str]:
    if sys.stdin.isatty():
        asked = {name: click.prompt(name, hide_input=True, default="", show_default=False) for name in names}
        return {name: value for name, value in asked.items() if value}
    try:
        found = json.loads(sys.stdin.read())
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        msg = f"give one JSON object of texts on standard input; settings are {', '.join(names)}"
        raise click.ClickException(msg)
    unknown = sorted(set(found) - set(names))
    if unknown:
        msg = f"{', '.join(unknown)}: no credentials of this provider; they are {', '.join(names)}"
        raise click.ClickException(msg)
    return found
