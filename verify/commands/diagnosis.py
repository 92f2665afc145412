"""``doctor``: what is wrong, and how to mend it."""

import sys
from dataclasses import asdict

import click

from verify.commands.opening import AS_JSON, show
from verify.doctor import examine


@click.command("doctor")
@AS_JSON
def doctor_command(*, as_json: bool) -> None:
    """Examine configuration, keyring, databases, broker, clock and providers; end with 1 when something is wrong."""
    findings = examine()
    if as_json:
        show([asdict(finding) for finding in findings])
    else:
        for found in findings:
            click.echo(f"{found.check:<14} {found.problem or found.note or 'ok'}")
            if found.problem and found.mend:
                click.echo(f"{'':<14} → {found.mend}")
    sys.exit(any(found.problem for found in findings))
