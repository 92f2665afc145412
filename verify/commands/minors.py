"""``minors``: people under 18 whose data should not be here."""

from typing import Any

import click

from verify.commands.opening import AS_JSON, opened, show
from verify.flows.minors import finding


@click.group("minors")
def group() -> None:
    """People under 18 (docs/minors.md)."""


@group.command("find")
@click.option(
    "--erase", is_flag=True, help="Erase each; what a law keeps is only of those a guardian once consented for."
)
@AS_JSON
def find_command(*, erase: bool, as_json: bool) -> None:
    """Find verifications that hold a minor's data without a guardian's consent, never given or withdrawn since.

    By the birth date in the ID number."""
    listed: list[dict[str, Any]] = []
    with opened() as services:
        for found in finding.find(services):
            if erase:
                finding.erase(found, services)
            row = {"verification": f"ver_{found.ref.verification_id}", "group": found.group, "because": found.because}
            listed.append({**row, "erased": erase})
            if not as_json:
                click.echo("  ".join([*row.values(), *(["erased"] if erase else [])]))
    if as_json:
        show(listed)
    else:
        click.echo(f"{len(listed)} found")
