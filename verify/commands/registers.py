"""``register``: authorities that asked for data, processors, impact assessments and incidents."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from providers.base import Kind
from verify.commands.disclosures import BATCH, as_cells
from verify.commands.opening import AS_JSON, opened, show
from verify.commands.retention import ACCOUNT, APPLICATION, MODE, find_account
from verify.flows.registers import authorities, processors
from verify.flows.registers.authorities import Answer, BadEntry, Paper
from verify.models import Assessment, AuthorityRequest, Bulletin
from verify.services import Services

DAY = click.DateTime(["%Y-%m-%d"])
Rows = Iterator[dict[str, Any]]


def _authorities(session: Session, services: Services) -> Rows:  # noqa: ARG001 - as the others
    query = select(AuthorityRequest).order_by(AuthorityRequest.id).execution_options(yield_per=BATCH)
    return map(authorities.show, session.scalars(query))


def _processors(session: Session, services: Services) -> Rows:
    return iter(processors.register(session, services))


def _assessments(session: Session, services: Services) -> Rows:  # noqa: ARG001 - as the others
    return map(_columns, session.scalars(select(Assessment).order_by(Assessment.id)))


def _bulletins(session: Session, services: Services) -> Rows:  # noqa: ARG001 - as the others
    return map(_columns, session.scalars(select(Bulletin).order_by(Bulletin.id)))


def _columns(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


#: name → its entries, oldest first
REGISTERS: Mapping[str, Callable[[Session, Services], Rows]] = {
    "authorities": _authorities,
    "processors": _processors,
    "assessments": _assessments,
    "incidents": _bulletins,
}

REGISTER = click.argument("register", type=click.Choice(sorted(REGISTERS)))


@click.group("register")
def group() -> None:
    """What a handler must be able to show: authorities that asked, processors, assessments, incidents."""


@group.command("list")
@REGISTER
@AS_JSON
def list_command(register: str, *, as_json: bool) -> None:
    """Print a register, oldest entries first."""
    with opened() as services, services.read(streams=True) as session:
        rows = list(REGISTERS[register](session, services))
    if as_json:
        show(rows)
        return
    for row in rows:
        click.echo("  ".join(f"{name}={_text(value)}" for name, value in row.items() if value not in (None, [], {})))


@group.command("export")
@REGISTER
@click.option("--csv", "as_csv", is_flag=True, help="CSV in place of JSON lines.")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
def export(register: str, file: IO[str], *, as_csv: bool) -> None:
    """Write a register as JSON lines or CSV."""
    with opened() as services, services.read(streams=True) as session:
        rows = REGISTERS[register](session, services)
        if not as_csv:
            for row in rows:
                file.write(json.dumps(row, default=str, ensure_ascii=False) + "\n")
            return
        head = dict(enumerate(rows))  # entries differ in what they know of
        names = list(dict.fromkeys(name for row in head.values() for name in row))
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(as_cells(_text(row.get(name)) for name in names) for row in head.values())


def _text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


@group.group("add")
def add_group() -> None:
    """Enter something."""


@add_group.command("authority")
@ACCOUNT
@APPLICATION
@MODE
@click.option("--authority", required=True, help="Who asked.")
@click.option("--paper", "kind", type=click.Choice(sorted(authorities.PAPERS)), required=True)
@click.option("--number", required=True, help="Of the paper.")
@click.option("--article", required=True, help="Article of the law it rests on.")
@click.option("--gave", "kinds", multiple=True, type=click.Choice([k.value for k in Kind]), help="Repeat for more.")
@click.option("--refused", help="Why nothing was given.")
@click.option("--decided-by", required=True)
@click.option("--seconded-by", required=True, help="A second person.")
@click.option("--silence", help="Why the person must not be told, such as the article that forbids it.")
def add_authority(
    account: str,
    application: str | None,
    authority: str,
    kind: str,
    number: str,
    article: str,
    *,
    livemode: bool,
    **answered: Any,
) -> None:
    """An authority asked for data of ACCOUNT; say what it was given, by kinds. Never the data."""
    paper, answer = Paper(authority, kind, number, article), Answer(**_answer(**answered))
    with opened() as services:
        with services.read() as session:
            found = find_account(session, account, application, livemode=livemode)
        try:
            row = authorities.enter(found, paper, answer, services)
        except BadEntry as error:
            raise click.UsageError(str(error)) from None
    click.echo(f"{row.id} {'told' if row.told_at else 'silent'}")


def _answer(refused: str | None, **answered: Any) -> dict[str, Any]:
    return {**answered, "refusal": refused}


@add_group.command("agreement")
@click.argument("provider")
@click.option("--reference", required=True, help="Number of the agreement.")
@click.option("--agreed-on", type=DAY, required=True)
@click.option("--until", "valid_until", type=DAY, help="Last day; none where it runs on.")
def add_agreement(provider: str, reference: str, agreed_on: datetime, valid_until: datetime | None) -> None:
    """Note the agreement with PROVIDER under which it processes data for us."""
    if valid_until is not None and valid_until < agreed_on:
        raise click.BadParameter("it must not lie before --agreed-on", param_hint="--until")
    with opened() as services:
        _configured(provider, services)
        last = valid_until.date() if valid_until else None
        row = processors.agree(provider, reference, agreed_on.date(), last, services)
    click.echo(str(row.id))


@group.command("tell")
@click.argument("entry", type=click.UUID)
def tell(entry: UUID) -> None:
    """Nothing forbids any more to tell the person of ENTRY: it goes into their record."""
    with opened() as services:
        told = authorities.break_silence(entry, services)
    if not told:
        raise click.BadParameter("there is no such entry, or it was told", param_hint="ENTRY")
    click.echo("told")


@group.command("offboard")
@click.argument("provider")
@click.option("--by", required=True, help="Who ends it.")
@click.confirmation_option(prompt="No verification will use it from now on. Go on?")
def offboard(provider: str, by: str) -> None:
    """Stop using PROVIDER and have it delete every copy it can delete on demand; keep it configured until it has."""
    with opened() as services:
        _configured(provider, services)
        if not processors.end(provider, by, services):
            click.echo("it was off-boarded before, or no agreement was noted", err=True)
        owed = sum(processors.owe_deletions(provider, services))
        with services.read() as session:
            [row] = [row for row in processors.register(session, services) if row["provider"] == provider]
    click.echo(f"{owed} deletions are due; {row['copies']['deletions_confirmed']} are confirmed")


@group.command("receipt")
@click.argument("provider")
@click.argument("receipt")
def receipt_command(provider: str, receipt: str) -> None:
    """Note the number of PROVIDER's written word that it has returned or deleted everything."""
    with opened() as services:
        noted = processors.confirm(provider, receipt, services)
    if not noted:
        raise click.BadParameter("it was not off-boarded", param_hint="PROVIDER")
    click.echo("noted")


def _configured(provider: str, services: Services) -> None:
    if provider not in services.providers:
        raise click.BadParameter("no provider is configured under this name", param_hint="PROVIDER")
