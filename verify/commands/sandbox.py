"""``sandbox``: things to try the service out with."""

import secrets
from pathlib import Path

import click

from verify.images import draw_portrait


@click.group("sandbox")
def group() -> None:
    """Things to try the service out with."""


@group.command("portrait")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def portrait(file: Path) -> None:
    """Draw a face that is nobody's into FILE, a JPEG of 2 MB; each time another one."""
    file.write_bytes(draw_portrait(1440, 1920, noise_seed=secrets.randbits(32)))
    click.echo(str(file))
