"""``audit``: whether the record is what was written, and how others can tell."""

import json
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import IO
from uuid import UUID

import click

from crypto import checkpoint
from verify import record
from verify.audit import Tally, first_break
from verify.commands.opening import opened
from verify.record import anchors, export, outside, signers
from verify.record.anchors import Anchored, Finding
from verify.record.outside import Note
from verify.services import Services


@click.group("audit")
def group() -> None:
    """The event chains and the checkpoints that sign them."""


@group.command("verify")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Checkpoints outside the database; the file of REALNAME_AUDIT_FILE unless another is named.",
)
def verify_command(against: Path | None) -> None:
    """Walk every chain and every checkpoint; name the first thing that does not fit and end with 1."""
    tally, anchored = Tally(), Anchored()
    with opened() as services:
        broken = _finding(services, anchored, _written(against or services.settings.audit_file))
        with services.read(streams=True) as session:
            found = first_break(session, tally)
    if found is not None:
        click.echo(f"{found.prefix}{found.verification}: event {found.seq} is broken: {found.reason}", err=True)
    if broken is not None:
        click.echo(str(broken), err=True)
    if found is not None or broken is not None:
        sys.exit(1)
    click.echo(f"{tally.verifications} verifications, {tally.events} events: unbroken")
    click.echo(
        f"{anchored.checkpoints} checkpoints sign {anchored.events} events; {anchored.unsigned} are not signed yet"
    )


def _finding(services: Services, anchored: Anchored, written: Sequence[Note]) -> Finding | None:
    trusted = [checkpoint.signer(key).verifier for key in services.keyring.snapshot.keys if key.purpose == "audit"]
    with services.read(streams=True) as session:
        differs = outside.difference(session, written)
        return differs or anchors.first_finding(session, services.clock(), trusted, anchored)


def _written(path: Path | None) -> Sequence[Note]:
    """What stands outside; ends with 1 where that cannot be read."""
    try:
        return outside.read(path) if path is not None and path.exists() else ()
    except outside.Unreadable as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@group.command("key")
@click.option("--former", is_flag=True, help="Every key that ever signed a checkpoint, with its first and last day.")
def key_command(*, former: bool) -> None:
    """Print the public keys that sign checkpoints, to be kept by those who verify."""
    with opened() as services:
        if former:
            with services.read(streams=True) as session:
                for span in signers.spans(session):
                    click.echo(f"{span.verifier}  {span.first.date()}  {span.last.date()}")
            return
        for key in services.keyring.usable("audit"):
            click.echo(str(checkpoint.signer(key).verifier))


@group.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
def export_command(file: IO[str]) -> None:
    """Write the record as JSON lines, for the program that `audit verifier` prints; ids and codes only."""
    with opened() as services, services.read(streams=True) as session:
        for line in export.lines(session, services):
            file.write(f"{line}\n")


@group.command("verifier")
def verifier() -> None:
    """Print the program that verifies exports and proofs without Realname: one file of Python, and cryptography."""
    click.echo(files(record).joinpath("verify_audit.py").read_text("utf-8"), nl=False)


@group.command("prove")
@click.argument("verification")
def prove(verification: str) -> None:
    """Print the events of VERIFICATION (ver_…) with the signed checkpoints that hold them."""
    try:
        verification_id = UUID(verification.removeprefix("ver_"))
    except ValueError:
        raise click.BadParameter("give a verification's id", param_hint="VERIFICATION") from None
    with opened() as services, services.read(streams=True) as session:
        found = export.proof(session, verification_id)
    if found is None:
        raise click.BadParameter("there is no such verification", param_hint="VERIFICATION")
    click.echo(json.dumps(found, indent=1))
