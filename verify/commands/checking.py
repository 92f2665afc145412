"""What ``serve`` asks before its halves may begin."""

import click

from verify.commands.opening import settings
from verify.startable import require_startable


@click.command("startable", hidden=True)
def startable_command() -> None:
    """Say what keeps the service from starting, if anything does."""
    require_startable(settings())
