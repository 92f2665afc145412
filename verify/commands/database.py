"""``db``: the tables of both stores."""

import click

from verify.commands.opening import settings
from verify.migrating import HISTORIES, revision, upgrade


@click.group("db")
def group() -> None:
    """Tables of the main store and of the key store."""


@group.command("upgrade")
def upgrade_command() -> None:
    """Bring both stores to the tables of this release. Safe to repeat and to run twice at once."""
    found = settings()
    for name, history in HISTORIES.items():
        upgrade(found, history)
        click.echo(f"{name}: at {revision(found, history)}")
