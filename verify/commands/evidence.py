"""``evidence``: one archive that shows what was promised and done, and checking it."""

import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import click

from crypto.notes import BadNote, Verifier
from verify.commands.opening import opened
from verify.flows.checks import SHANGHAI
from verify.models import Application
from verify.record import evidence, pack, signers
from verify.record.parts import Span

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("evidence")
def group() -> None:
    """The evidence pack: policies, consents, disclosures, registers, the record, access and erasures."""


@group.command("export")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The ZIP file to write.")
@click.option("--application", type=click.UUID, help="Only this application; the signed record stays whole.")
@click.option("--from", "first", type=DAY, default="2020-01-01", help="First day, in Asia/Shanghai.")
@click.option("--to", "last", type=DAY, help="Last day; today unless given.")
def export(out: Path, application: UUID | None, first: datetime, last: datetime | None) -> None:
    """Write the pack. The same days make the same bytes, as long as nothing of them is deleted."""
    with opened() as services:
        if application is not None:
            with services.read() as session:
                if session.get(Application, application) is None:
                    raise click.BadParameter("there is no such application", param_hint="--application")
        day = last.date() if last else services.clock().astimezone(SHANGHAI).date()
        begins = datetime.combine(first.date(), time(), SHANGHAI)
        ends = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
        if ends <= begins:
            raise click.BadParameter("it must not lie before --from", param_hint="--to")
        partial = out.with_name(out.name + ".part")
        with partial.open("wb") as file:
            count = evidence.write(file, Span(begins, ends, application), services)
        partial.replace(out)
        verifier = evidence.signer(services).verifier
    click.echo(f"{out}: {count} files, signed by {verifier}")


@group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verifier", required=True, help="The key you keep, as `realname evidence key` printed it.")
def check(file: Path, verifier: str) -> None:
    """Check every file of FILE; name the first that does not fit and end with 1."""
    try:
        count = pack.check(file, Verifier.parse(verifier))
    except (pack.Broken, BadNote) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"{count} files are as they were signed")


@group.command("key")
@click.option("--pem", is_flag=True, help="As OpenSSL reads it; the present one only.")
@click.option("--former", is_flag=True, help="Every key that ever signed the record, with its first and last day.")
def key(*, pem: bool, former: bool) -> None:
    """Print the public keys that sign packs, to be kept by those who check them."""
    with opened() as services, services.read(streams=True) as session:
        if pem:
            click.echo(evidence.signer(services).verifier.pem.rstrip())
            return
        for line in signers.lines(session, services.keyring.snapshot, evidence.NAME, former=former):
            click.echo(line)
