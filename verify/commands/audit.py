"""``audit``: whether the record is what was written, and how others can tell."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import IO
from uuid import UUID

import click
from sqlalchemy.orm import Session

from crypto import checkpoint
from crypto.checkpoint import TIME, Checkpoint
from verify import record
from verify.audit import Tally, first_break
from verify.commands.opening import opened
from verify.jobs import checkpoints
from verify.record import anchors, export, outside, restoring, signers, standing, tables
from verify.record.anchors import Anchored, Finding
from verify.record.outside import Note
from verify.record.tables import Compared
from verify.services import Services


@click.group("audit")
def group() -> None:
    """The event chains and the checkpoints that sign them."""


#: to whoever put a backup back
RESTORED = "if the main store lawfully came back from a backup, tell it: `realname audit restored` (docs/backups.md)"

#: moments in UTC; the last as names of backups have them
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y%m%dT%H%M%SZ"])

AGAINST = click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Checkpoints outside the database; the file of REALNAME_AUDIT_FILE unless another is named.",
)


@group.command("verify")
@AGAINST
def verify_command(against: Path | None) -> None:
    """Walk every chain and every checkpoint; name the first thing that does not fit and end with 1."""
    tally, anchored, compared = Tally(), Anchored(), Compared()
    with opened() as services:
        written = _written(against or services.settings.audit_file)
        with services.read(streams=True) as session:
            astray = outside.difference(session, written)
        broken = astray or _finding(services, anchored)
        with services.read(streams=True) as session:
            found = first_break(session, tally)
        with services.read(streams=True) as session:
            # what a broken chain says is not worth comparing
            differs = None if found or broken else _differing(session, services, compared)
    if found is not None:
        click.echo(f"{found.prefix}{found.verification}: event {found.seq} is broken: {found.reason}", err=True)
    if broken is not None:
        click.echo(str(broken), err=True)
    if astray is not None:
        click.echo(RESTORED, err=True)
    if differs is not None:
        click.echo(differs, err=True)
    if found is not None or broken is not None or differs is not None:
        sys.exit(1)
    click.echo(f"{tally.verifications} verifications, {tally.events} events: unbroken")
    click.echo(
        f"{anchored.checkpoints} checkpoints sign {anchored.events} events; {anchored.unsigned} are not signed yet"
    )
    click.echo(f"{compared.consents} consents and {compared.attempts} answered calls are as their events hold them")
    for told in anchored.restores:
        click.echo(_in_words(told))


@group.command("restored")
@click.option("--by", required=True, help="Who restored it; signed with the rest.")
@click.option("--backup-of", "backup", type=MOMENT, required=True, help="When the backup was made, as its name says.")
@AGAINST
@click.confirmation_option(prompt="This is signed and stands in the record for good. Tell it of a restore?")
def restored_command(by: str, backup: datetime, against: Path | None) -> None:
    """After the main store came back from a backup: tell the record, and which checkpoints it lost by that.

    It is signed and written outside as a checkpoint is; verifiers name it and go on. One that nobody told is a fork.
    """
    with opened() as services:
        made = backup.replace(tzinfo=UTC)
        if made > services.clock():
            raise click.BadParameter("it lies in the future", param_hint="--backup-of")
        written = _written(against or services.settings.audit_file)
        try:
            told = restoring.tell(written, made, by.strip(), services)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--by") from None
        while checkpoints.publish(services):
            pass
    click.echo(_in_words(told))


def _in_words(found: Checkpoint) -> str:
    """What a checkpoint tells of a restore."""
    told = found.restore
    if told is None:
        return ""
    lost = ", ".join(f"checkpoints {gone.first} to {gone.last} with {gone.events} events" for gone in told.lost)
    return (
        f"checkpoint {found.number} tells of a restore: on {found.time.strftime(TIME)}, "
        f"from a backup of {told.backup.strftime(TIME)}, by {told.by}; lost: {lost or 'nothing that stood outside'}"
    )


def _differing(session: Session, services: Services, compared: Compared) -> str | None:
    mismatch = tables.first_mismatch(session, services.clock(), compared)
    return str(mismatch) if mismatch else tables.odd_notice(session) or standing.odd_account(session)


def _finding(services: Services, anchored: Anchored) -> Finding | None:
    trusted = [checkpoint.signer(key).verifier for key in services.keyring.snapshot.keys if key.purpose == "audit"]
    with services.read(streams=True) as session:
        return anchors.first_finding(session, services.clock(), trusted, anchored)


def _written(path: Path | None) -> Sequence[Note]:
    """What stands outside; ends with 1 where that cannot be read."""
    if path is None or not path.exists():
        why = f"{path} is not there" if path else "REALNAME_AUDIT_FILE is not set"
        click.echo(f"not compared with checkpoints outside the database: {why}", err=True)
        return ()
    try:
        return outside.read(path)
    except outside.Unreadable as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@group.command("key")
@click.option("--former", is_flag=True, help="Every key that ever signed a checkpoint, with its first and last day.")
def key_command(*, former: bool) -> None:
    """Print the public keys that sign checkpoints, to be kept by those who verify."""
    with opened() as services, services.read(streams=True) as session:
        for line in signers.lines(session, services.keyring.snapshot, None, former=former):
            click.echo(line)


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
