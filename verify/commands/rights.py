"""``rights``: requests of people about their own data, for staff at a shell."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from verify.commands.opening import AS_JSON, opened, show
from verify.commands.operators import said_plainly
from verify.commands.reviews import AS, VerificationId, signed_in
from verify.flows.rights import carrying, casefile, desk, listing, requests, rules
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.models import RightsRequest
from verify.services import Services

STATES = (listing.UNANSWERED, *rules.STATUSES)

WORDS = click.option("--words", required=True, help="What the person is told.")


class RequestId(click.ParamType[UUID]):
    name = "request"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> UUID:
        try:
            return UUID(str(value).removeprefix("req_"))
        except ValueError:
            self.fail("a request is like req_0198c0de-…", param, ctx)


CASE = click.argument("request", type=RequestId())


@click.group("rights")
def group() -> None:
    """What people ask about their own data, with due dates in working days."""


@group.command("list")
@AS
@click.option("--state", default=listing.UNANSWERED, show_default=True, type=click.Choice(STATES))
@click.option("--overdue", is_flag=True, help="Only what is late.")
@AS_JSON
def list_command(login: str, state: str, *, overdue: bool, as_json: bool) -> None:
    """List requests, the first due first; of many the first fifty."""
    with opened() as services, said_plainly():
        staff = signed_in(services, login)
        with acting(staff, Permission.SEE, "rights.list", services):
            pass
        page = listing.page(staff, listing.Filters(state, overdue=overdue), None, services)
    if as_json:
        show([requests.thin(row.request, row.account) for row in page.rows])
        return
    for row in page.rows:
        late = "late " if row.late else ""
        due = row.request.due_at.date().isoformat()
        click.echo(
            f"req_{row.request.id}  {row.request.kind:<12} {row.request.status:<12} {late}due {due}  "
            f"{row.account.account_ref}"
        )


@group.command("show")
@CASE
@AS
def show_command(request: UUID, login: str) -> None:
    """Print REQUEST without its words."""
    with opened() as services, said_plainly():
        staff = signed_in(services, login)
        with acting(staff, Permission.SEE, "rights.show", services, request=str(request)) as session:
            desk.locked(session, staff, request)
        row = casefile.gather(staff, request, services).row
        show(requests.thin(row.request, row.account))


@group.command("reveal")
@CASE
@AS
@click.option("--why", required=True, help="Why the words are needed; kept with them.")
def reveal(request: UUID, login: str, why: str) -> None:
    """Print what was asked, proved and answered."""
    with opened() as services, said_plainly():
        show(desk.reveal(signed_in(services, login), request, why, services))


@group.command("take")
@CASE
@AS
def take(request: UUID, login: str) -> None:
    """Work on REQUEST."""
    _do(login, lambda staff, services: desk.take(staff, request, services))


@group.command("ask-proof")
@CASE
@AS
def ask_proof(request: UUID, login: str) -> None:
    """Have the application find out who asks."""
    _do(login, lambda staff, services: desk.ask_proof(staff, request, services))


@group.command("approve")
@CASE
@AS
def approve(request: UUID, login: str) -> None:
    """Let the copy of an access REQUEST be fetched for 30 days."""
    _do(login, lambda staff, services: desk.approve(staff, request, services))


@group.command("carry-out")
@CASE
@AS
@click.option("--item", "items", multiple=True, help="Of a withdrawal: a consent item.")
@click.option("--verification", type=VerificationId(), help="The one with the wrong data, or the contested one.")
@click.confirmation_option(prompt="Some of this cannot be undone. Do what was asked for?")
def carry_out(request: UUID, login: str, items: tuple[str, ...], verification: UUID | None) -> None:
    """Do what REQUEST asks for: new check, deletion, withdrawal, closing; or uphold an appeal."""
    _do(login, lambda staff, services: carrying.carry_out(staff, request, services, items, verification))


@group.command("refuse")
@CASE
@AS
@click.option("--ground", required=True, type=click.Choice(list(rules.GROUNDS)))
@WORDS
def refuse(request: UUID, login: str, ground: str, words: str) -> None:
    """Refuse REQUEST on a listed ground."""
    _do(login, lambda staff, services: desk.refuse(staff, request, ground, words, services))


@group.command("extend")
@CASE
@AS
@click.option("--reason", required=True, type=click.Choice(list(rules.EXTENSIONS)))
def extend(request: UUID, login: str, reason: str) -> None:
    """Give REQUEST 15 working days more, once, with the reason that the person is told."""
    _do(login, lambda staff, services: desk.extend(staff, request, reason, services))


@group.command("answer")
@CASE
@AS
@WORDS
def answer(request: UUID, login: str, words: str) -> None:
    """Answer REQUEST and close it."""
    _do(login, lambda staff, services: desk.answer(staff, request, words, services))


def _do(login: str, act: Callable[[Staff, Services], RightsRequest]) -> None:
    with opened() as services, said_plainly():
        found = act(signed_in(services, login), services)
        click.echo(f"{found.status}, due {found.due_at.date().isoformat()}")
