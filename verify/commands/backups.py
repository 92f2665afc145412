"""``backup``: copies of the stores, kept apart."""

from pathlib import Path

import click

from verify.backup import back_up
from verify.commands.opening import settings
from verify.services import utc_now

TO = click.option(
    "--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of its own."
)


@click.group("backup")
def group() -> None:
    """Copies of the stores while they are in use. Keep those of main and of keys apart."""


@group.command("main")
@TO
def main_store(folder: Path) -> None:
    """Copy the main store; keep as many and for as long as you like."""
    click.echo(str(back_up(settings(), "main", folder, utc_now())))


@group.command("keys")
@TO
def key_store(folder: Path) -> None:
    """Copy the key store; keep few and for seven days, since erasure reaches backups through it."""
    click.echo(str(back_up(settings(), "keys", folder, utc_now())))
