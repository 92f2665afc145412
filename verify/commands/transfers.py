"""``transfers``: what finance staff and operators do about money."""

import csv
import io
import os
from collections import Counter
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from providers.base import Capability
from verify.commands.opening import AS_JSON, opened, show
from verify.flows import checks
from verify.flows.transfers import batches, guesses
from verify.flows.transfers.standing import standing
from verify.flows.transfers.statement_file import Unreadable, read
from verify.flows.transfers.statement_lines import Layout
from verify.flows.transfers.statements import reconcile
from verify.flows.transfers.states import News
from verify.models import Transfer
from verify.services import Services

PROVIDER = click.option("--provider", default="manual", show_default=True, help="Whose orders and settings.")
ENCODING = click.option(
    "--encoding",
    type=click.Choice(["utf-8-sig", "gb18030"]),
    default="utf-8-sig",
    show_default=True,
    help="As the bank wants it.",
)

#: what staff may find out about a transfer
FINDINGS = {"sent": News.SENT, "failed": News.FAILED, "returned": News.RETURNED}


@click.group("transfers")
def group() -> None:
    """Micro-transfers: batches for people to pay, statements, the ledger, blocked accounts."""


@group.command("status")
@AS_JSON
def status(*, as_json: bool) -> None:
    """Show live transfers by stage, what waits for people, the ledger, what does not fit, and the odds of guessing."""
    with opened() as services, services.read() as session:
        found = standing(session, services)
    if as_json:
        show(found)
        return
    for name, value in found.items():
        lines = _lines(value) or ["–"]
        click.echo("\n".join(f"{label:<23} {line}" for label, line in zip_longest([name], lines, fillvalue="")))


def _lines(value: Any) -> list[str]:
    """One for each thing there is to see."""
    match value:
        case {}:
            return ["  ".join(f"{name} {one}" for name, one in value.items())] if value else []
        case list():
            return [line for one in value for line in _lines(one)]
        case _:
            return [str(value)]


@group.command("export")
@click.option("--to", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@click.option("--batch", "again", type=click.UUID, help="Write this batch again instead of taking a new one.")
@PROVIDER
@ENCODING
def export(file: Path, again: UUID | None, provider: str, encoding: str) -> None:
    """Write the orders that wait for people into FILE, for the bank. It holds names and account numbers in the clear:
    it is made with mode 0600, exactly there and nowhere else; delete it once it is paid."""
    _refuse_existing(file)
    with opened() as services:
        options = _options(services, provider)
        batch = again or batches.take_out(provider, services)
        if batch is None:
            click.echo("nothing waits")
            return
        try:
            rows = batches.rows(batch, options.get("columns") or batches.COLUMNS, services)
        except LookupError as error:
            raise click.BadParameter(str(error), param_hint="--batch") from None
    click.echo(f"batch {batch}: {len(rows) - 1} orders")
    _write(file, rows, encoding)
    click.echo(f"{file} holds account numbers in the clear; give it to the bank as it is: a spreadsheet rounds them")
    click.echo(f"when it is paid: realname transfers mark-paid {batch}")


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise click.BadParameter("there is such a file already", param_hint="--to")


def _write(file: Path, rows: list[list[str]], encoding: str) -> None:
    """Never into a file that others could have made readable before."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding=encoding, newline="") as opened_file:
        opened_file.write(text.getvalue())


@group.command("mark-paid")
@click.argument("batch", type=click.UUID)
def mark_paid(batch: UUID) -> None:
    """Say that a batch was paid: its transfers are sent, and users may answer. Orders of which a statement shows
    another amount are left out, and it ends with 1."""
    with opened() as services:
        try:
            paid = batches.mark_paid(batch, services)
        except LookupError as error:
            raise click.BadParameter(str(error), param_hint="BATCH") from None
    click.echo(f"{paid.sent} sent")
    for reference in paid.left_out:
        click.echo(
            f"{reference} left out: a statement shows another amount; `realname transfers settle` when it is clear"
        )
    if paid.left_out:
        raise SystemExit(1)


@group.command("reconcile")
@click.option("--statement", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PROVIDER
@ENCODING
@AS_JSON
def reconcile_command(statement: Path, provider: str, encoding: str, *, as_json: bool) -> None:
    """Import a bank statement (CSV with headings), settle what it shows, and end with 1 where something differs."""
    with opened() as services:
        layout = Layout.of(_options(services, provider).get("statement") or {})
        try:
            report = reconcile(read(statement, encoding, layout), layout, services)
        except Unreadable as error:
            raise click.BadParameter(str(error), param_hint="--statement") from None
    lines = [
        {
            "line": line.number,
            "state": line.state.value,
            "difference": line.difference,
            "reference": line.transfer_id.hex if line.transfer_id else None,
        }
        for line in report.lines
    ]
    if as_json:
        show({"counts": report.counts, "lines": lines, "unseen": report.unseen})
    else:
        for state, count in Counter(report.counts).items():
            click.echo(f"{state:<10} {count}")
        for line in report.differences:
            click.echo(f"line {line.number}: {line.difference} ({line.transfer_id.hex if line.transfer_id else '-'})")
        click.echo(f"{'unseen':<10} {report.unseen}")
    if report.differences:
        raise SystemExit(1)


@group.command("settle")
@click.argument("reference", type=click.UUID)
@click.option("--as", "finding", required=True, type=click.Choice(list(FINDINGS)), help="What was found out.")
def settle(reference: UUID, finding: str) -> None:
    """Say what became of a transfer that nobody else tells about."""
    with opened() as services:
        with services.read() as session:
            found = session.get(Transfer, reference)
        if found is None:
            raise click.BadParameter("there is no such transfer", param_hint="REFERENCE")
        try:
            changed = batches.tell(found.verification_id, found.id, FINDINGS[finding], services)
        except batches.Contradiction as error:
            msg = f"it is {error.stage} already, so that cannot be; this is kept as a contradiction, and nothing moved"
            raise click.ClickException(msg) from None
    click.echo(finding if changed else "nothing changed")


@group.command("unblock")
def unblock() -> None:
    """Lift the block of an account number after three wrong amounts. It is asked for, and never shown."""
    typed = click.prompt("Account number", hide_input=True)
    try:
        number = checks.account_number(typed)
    except checks.InvalidValue:
        raise click.ClickException("this is no account number") from None
    with opened() as services:
        lifted = guesses.unblock(number, services)
    click.echo("unblocked" if lifted else "it was not blocked")


def _options(services: Services, provider: str) -> Mapping[str, Any]:
    known = services.providers.get(provider)
    if known is None or Capability.TRANSFER not in known.capabilities:
        raise click.BadParameter("no such provider makes transfers", param_hint="--provider")
    options: Mapping[str, Any] = services.settings.providers.get(provider, {})
    return options
