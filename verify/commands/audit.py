"""``audit``: whether the record is what was written."""

import sys

import click

from verify.audit import Tally, first_break
from verify.commands.opening import opened


@click.group("audit")
def group() -> None:
    """The event chains."""


@group.command("verify")
def verify_command() -> None:
    """Walk every chain; name the first entry that does not fit and end with 1."""
    tally = Tally()
    with opened() as services, services.read() as session:
        found = first_break(session, tally)
    if found is not None:
        click.echo(f"ver_{found.verification}: event {found.seq} is broken: {found.reason}", err=True)
        sys.exit(1)
    click.echo(f"{tally.verifications} verifications, {tally.events} events: unbroken")
