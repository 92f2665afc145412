"""``retention``, ``hold`` and ``why``: what is kept, until when, and what keeps it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from verify.commands.opening import AS_JSON, opened, show
from verify.flows import disposal, holds, overdue
from verify.flows.holdings import holdings_of
from verify.flows.retention import CLASSES
from verify.jobs import retention
from verify.models import Account, Application
from verify.services import Services

#: how an operator names an account
ACCOUNT = click.argument("account")
APPLICATION = click.option("--app", "application", help="Name of its application, where several have such an account.")
MODE = click.option("--test", "livemode", flag_value=False, default=True, help="An account of the test mode.")


@click.group("retention")
def group() -> None:
    """How long what is kept, why, and how it ends."""


@group.command("show")
@AS_JSON
def show_command(*, as_json: bool) -> None:
    """Print the schedule."""
    if as_json:
        show([row.described() for row in CLASSES.values()])
    else:
        for row in CLASSES.values():
            click.echo(f"{row.name:<16} {row.period:<11} from {row.anchor.value:<15} {row.end.value}")


@group.command("run")
@click.option("--dry-run", is_flag=True, help="Only count.")
@AS_JSON
def run_command(*, dry_run: bool, as_json: bool) -> None:
    """Delete what its time is over for, until nothing is left; the worker does the same on its own."""
    with opened() as services:
        done = overdue.counts(services) if dry_run else retention.run(services)
    counts = {name: done[name] if name in overdue.STORED else None for name in CLASSES}
    if as_json:
        show(counts)
        return
    for name, count in counts.items():
        click.echo(f"{name:<16} {CLASSES[name].end.value if count is None else count}")
    click.echo("nothing was deleted" if dry_run else "done")


@group.command("scrub")
def scrub() -> None:
    """Rewrite the tables that keys and sealed values were deleted from, so that they leave PostgreSQL's data files.

    The tables are locked meanwhile: run it while little is going on.
    """
    with opened() as services:
        rewritten = disposal.scrub(services)
    click.echo(f"rewritten: {', '.join(rewritten)}" if rewritten else "nothing to rewrite: SQLite zeroes what it frees")


@click.group("hold")
def hold_group() -> None:
    """Legal holds: accounts of which nothing may be deleted."""


@hold_group.command("add")
@ACCOUNT
@APPLICATION
@MODE
@click.option("--ground", required=True, help="Number of the order or case; no name of a person.")
@click.option("--by", required=True, help="Who places it.")
def add(account: str, application: str | None, ground: str, by: str, *, livemode: bool) -> None:
    """Keep everything of ACCOUNT until the hold is lifted; again with the same ground it is one."""
    with _found(account, application, livemode=livemode) as (services, found):
        hold = holds.place(found, ground, by, services)
    click.echo(f"hold {hold}")


@hold_group.command("list")
@click.option("--lifted", is_flag=True, help="Also those that were lifted.")
@AS_JSON
def list_command(*, lifted: bool, as_json: bool) -> None:
    """List the holds that stand, the oldest first."""
    with opened() as services, services.read() as session:
        rows = [holds.show(*row) for row in holds.every(session, lifted=lifted)]
    if as_json:
        show(rows)
        return
    for row in rows:
        until = f"lifted {row['lifted_at'][:10]} by {row['lifted_by']}" if row["lifted_at"] else "stands"
        mode = "" if row["livemode"] else " (test)"
        since = f"since {row['placed_at'][:10]} by {row['placed_by']}"
        click.echo(f"{row['id']}  {row['account_ref']}{mode}  {row['ground']}  {since}  {until}")


@hold_group.command("lift")
@click.argument("hold", type=click.UUID)
@click.option("--by", required=True, help="Who lifts it.")
def lift(hold: UUID, by: str) -> None:
    """Lift HOLD; what is overdue goes with the next run."""
    with opened() as services:
        lifted = holds.lift(hold, by, services)
    if not lifted:
        raise click.BadParameter("no such hold stands", param_hint="HOLD")
    click.echo("lifted")


@click.command("why")
@ACCOUNT
@APPLICATION
@MODE
@AS_JSON
def why_command(account: str, application: str | None, *, livemode: bool, as_json: bool) -> None:
    """Say of everything that is kept of ACCOUNT why it still is, and until when."""
    with _found(account, application, livemode=livemode) as (services, found), services.read() as session:
        kept = holdings_of(session, session.get_one(Account, found), services, silent=True)
    if as_json:
        show([holding.shown() for holding in kept])
        return
    for holding in kept:
        until = holding.until.date().isoformat() if holding.until else holding.reason
        use = "only stored" if holding.only_stored else "-"
        click.echo(f"{holding.of:<42} {holding.retention_class:<16} {until:<22} {use:<12} {holding.basis}")


@contextmanager
def _found(account: str, application: str | None, *, livemode: bool) -> Iterator[tuple[Services, UUID]]:
    with opened() as services:
        with services.read() as session:
            found = find_account(session, account, application, livemode=livemode)
        yield services, found


def find_account(session: Session, account: str, application: str | None, *, livemode: bool) -> UUID:
    """By its id (acc_…) or its account_ref. Raises click's error where there is none, or more than one."""
    query = select(Account.id).join(Application, Application.id == Account.application_id)
    if account.startswith("acc_"):
        query = query.where(Account.id == _uuid(account))
    else:
        query = query.where(Account.account_ref == account, Account.livemode == livemode)
    if application is not None:
        query = query.where(Application.name == application)
    found = session.scalars(query.limit(2)).all()
    if len(found) == 1:
        return found[0]
    if found:
        raise click.BadParameter("several have this account; name its --app")
    hint = "; one of the test mode needs --test" if livemode and not account.startswith("acc_") else ""
    msg = f"there is no such account{hint}"
    raise click.BadParameter(msg)


def _uuid(account: str) -> UUID:
    try:
        return UUID(account.removeprefix("acc_"))
    except ValueError:
        raise click.BadParameter("there is no such account") from None


group.add_command(why_command, "why")
