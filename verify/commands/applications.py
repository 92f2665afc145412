"""``app``: calling systems, their keys, origins and settings."""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import click
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.auth import SCOPES
from verify.commands.api_keys import MODES, SHOWN_ONCE
from verify.commands.api_keys import group as api_keys
from verify.commands.opening import AS_JSON, opened, show, show_pairs
from verify.keys import issue_key
from verify.models import Application, Origin
from verify.models.application import CHOICES, DEFAULT_SETTINGS
from verify.policies import name_contact
from verify.services import Services

#: shown to users in notices
LONGEST_NAME = 100

#: left out of an Origin header
DEFAULT_PORTS = {"http": 80, "https": 443}


@click.group("app")
def group() -> None:
    """Applications and their keys."""


group.add_command(api_keys)


@group.command("create")
@click.argument("name")
@click.option("--origin", "origins", multiple=True, metavar="URL", help="Browser origin; may be given repeatedly.")
@click.option("--first", is_flag=True, help="Do nothing when there is an application already.")
@AS_JSON
def create(name: str, origins: tuple[str, ...], *, first: bool, as_json: bool) -> None:
    """Make an application with a test and a live key."""
    if not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        msg = f"a name has 1 to {LONGEST_NAME} printable characters"
        raise click.BadParameter(msg, param_hint="NAME")
    read = sorted({_origin(origin) for origin in origins})
    with opened() as services, services.write() as session:
        if first and session.scalar(select(Application.id).limit(1)):
            return
        made = _create(session, services, name, read)
    if as_json:
        show(made)
    else:
        show_pairs(made)
        click.echo(SHOWN_ONCE)
        click.echo(f"Say whom users ask about their data: {name_contact(made['application_id'])}")


def _create(session: Session, services: Services, name: str, origins: list[str]) -> dict[str, str]:
    now = services.clock()
    application = Application(id=uuid7(), name=name, settings={}, created_at=now)
    session.add(application)
    session.flush()
    session.add_all(Origin(application_id=application.id, origin=origin) for origin in origins)
    made = {"application_id": str(application.id)}
    pepper = services.keyring.primary("pepper")
    for livemode, label in MODES.items():
        _, made[label] = issue_key(session, application.id, livemode, pepper, now, SCOPES)
    return made


def _origin(text: str) -> str:
    """As a browser sends it: scheme://host[:port] in lower case, without a default port."""
    try:
        parts = urlsplit(text.lower().rstrip("/"))
        port = parts.port
    except ValueError:
        port, parts = None, urlsplit("")
    extra = parts.path or parts.query or parts.fragment or parts.username
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or extra:
        raise click.BadParameter("an origin is like https://www.example.com", param_hint="--origin")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in {None, DEFAULT_PORTS[parts.scheme]} else f":{port}")


@group.command("list")
@AS_JSON
def index(*, as_json: bool) -> None:
    """List applications, their origins and settings."""
    with opened() as services, services.read() as session:
        origins: dict[UUID, list[str]] = {}
        for origin in session.scalars(select(Origin).order_by(Origin.origin)):
            origins.setdefault(origin.application_id, []).append(origin.origin)
        listed = [
            {
                "application_id": str(a.id),
                "name": a.name,
                "created_at": a.created_at.isoformat(),
                "origins": origins.get(a.id, []),
                "settings": {**DEFAULT_SETTINGS, **a.settings},
            }
            for a in session.scalars(select(Application).order_by(Application.id))
        ]
    if as_json:
        show(listed)
    else:
        for found in listed:
            click.echo(f"{found['application_id']}  {found['name']}  {' '.join(found['origins'])}")


@group.command("origin")
@click.argument("application", type=click.UUID)
@click.option("--add", "added", multiple=True, metavar="URL", help="May frame the hosted page and call from a browser.")
@click.option("--remove", "removed", multiple=True, metavar="URL", help="May no longer.")
def change_origins(application: UUID, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Add and remove browser origins; the next request finds them changed."""
    adding, removing = ({_origin(origin) for origin in given} for given in (added, removed))
    with opened() as services, services.write() as session:
        found = session.get(Application, application, with_for_update=True)
        if found is None:
            raise click.BadParameter("there is no such application", param_hint="APPLICATION")
        known = set(session.scalars(select(Origin.origin).where(Origin.application_id == application)))
        wanted = (known | adding) - removing
        session.add_all(Origin(application_id=application, origin=origin) for origin in sorted(wanted - known))
        session.execute(delete(Origin).where(Origin.application_id == application, Origin.origin.in_(known - wanted)))
    for origin in sorted(wanted):
        click.echo(origin)


@group.command("set")
@click.argument("application", type=click.UUID)
@click.argument("assignment", metavar="NAME=VALUE")
def set_value(application: UUID, assignment: str) -> None:
    """Change a setting; VALUE is JSON, such as true."""
    name, _, text = assignment.partition("=")
    value = _setting(name, text)
    with opened() as services, services.write() as session:
        found = session.get(Application, application, with_for_update=True)
        if found is None:
            raise click.BadParameter("there is no such application", param_hint="APPLICATION")
        found.settings = {**found.settings, name: value}
    click.echo(f"{name} = {json.dumps(value)}")


def _setting(name: str, text: str) -> Any:
    if name not in DEFAULT_SETTINGS:
        msg = f"there is no setting of that name; there are {', '.join(DEFAULT_SETTINGS)}"
        raise click.BadParameter(msg, param_hint="NAME=VALUE")
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    kind = type(DEFAULT_SETTINGS[name])
    if type(value) is not kind:
        msg = f"{name} takes a value like {json.dumps(DEFAULT_SETTINGS[name])}"
        raise click.BadParameter(msg, param_hint="NAME=VALUE")
    if name in CHOICES and value not in CHOICES[name]:
        msg = f"{name} is one of {', '.join(CHOICES[name])}"
        raise click.BadParameter(msg, param_hint="NAME=VALUE")
    return value
