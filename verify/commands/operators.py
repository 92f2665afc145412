"""``operator``: staff logins of the console."""

from collections.abc import Sequence
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from verify.commands.opening import AS_JSON, opened, show, show_pairs
from verify.config import Settings
from verify.errors import Problem
from verify.field_messages import field_message
from verify.flows.staff import operators, signing_in
from verify.flows.staff.roles import ROLES
from verify.models import Application, Operator

SHOWN_ONCE = (
    "The password is shown this once; a new one is chosen at the first sign-in, of "
    f"{signing_in.SHORTEST_PASSWORD} characters or more."
)


@click.group("operator")
def group() -> None:
    """Staff of the console."""


@group.command("create")
@click.argument("login")
@click.option("--name", help="Shown to colleagues and on documents they look at; the login if not given.")
@click.option("--role", "roles", multiple=True, type=click.Choice(list(ROLES)), default=["reviewer"], show_default=True)
@click.option("--application", "applications", multiple=True, help="Its name or id; may be given repeatedly.")
@click.option("--all-applications", is_flag=True, help="Every application, those made later too.")
@click.option("--first", is_flag=True, help="Do nothing when there is an operator already.")
@AS_JSON
def create(
    login: str,
    name: str | None,
    roles: Sequence[str],
    applications: tuple[str, ...],
    *,
    all_applications: bool,
    first: bool,
    as_json: bool,
) -> None:
    """Make a staff login and print its first password."""
    with opened() as services, services.write() as session:
        if first and session.scalar(select(Operator.id).limit(1)):
            return
        granted = None if all_applications else [_application(session, given) for given in applications]
        with said_plainly():
            operator, password = operators.make(session, login, name or login, roles, services, granted)
        made = {"operator_id": str(operator.id), "login": login, "password": password}
        made["console"] = _console(services.settings)
    if as_json:
        show(made)
    else:
        show_pairs(made)
        click.echo(SHOWN_ONCE)


def _application(session: Session, given: str) -> UUID:
    """The one of this id or name."""
    try:
        is_it = Application.id == UUID(given)
    except ValueError:
        is_it = Application.name == given
    found = session.scalars(select(Application.id).where(is_it).limit(2)).all()
    if len(found) == 1:
        return found[0]
    why = "several applications have this name; give the id" if found else "there is no such application"
    raise click.BadParameter(why, param_hint="--application")


def _console(settings: Settings) -> str:
    """The path alone where nobody has said how browsers reach the service."""
    is_said = settings.public_url != Settings.public_url
    return f"{settings.public_url}/ops" if is_said else "/ops"


@group.command("reset")
@click.argument("login")
def reset(login: str) -> None:
    """Give a login a new first password, and end its sessions and its second factor."""
    with opened() as services, services.write() as session:
        password = operators.reset(session, _named(session, login), services)
    show_pairs({"login": login, "password": password})
    click.echo(SHOWN_ONCE)


@group.command("disable")
@click.argument("login")
def disable(login: str) -> None:
    """End a login and its sessions at once; an administrator opens it again in the console."""
    with opened() as services, services.write() as session:
        operators.disable(session, _named(session, login), services)
    click.echo(f"{login} signs in no more")


def _named(session: Session, login: str) -> Operator:
    operator = session.scalars(select(Operator).where(Operator.login == login)).one_or_none()
    if operator is None:
        raise click.BadParameter("there is no such login", param_hint="LOGIN")
    return operator


class said_plainly:  # noqa: N801 - a with statement
    """Turns a Problem into a sentence for the terminal."""

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Problem):
            fields = "; ".join(f"{e.field}: {field_message(e.code, 'en')}" for e in error.errors)
            raise click.ClickException(fields or error.detail)
