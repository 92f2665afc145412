"""``sandbox``: things to try the service out with."""

import secrets
from importlib import import_module
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


@group.command("serve")
@click.option("--port", default=8089, show_default=True, type=click.IntRange(0, 65535))
def serve(port: int) -> None:
    """Play the vendors on 127.0.0.1, for adapters whose `endpoint` is set to it (docs/testing-kit.md)."""
    try:  # needs what only test suites install, so it is not imported with the other commands
        server = import_module("providers.testing.server").SandboxServer(port)
    except ModuleNotFoundError as missing:
        msg = f"{missing.name} is not installed; install what test suites need: pip install 'realname[testing]'"
        raise click.ClickException(msg) from None
    except OSError as refused:
        msg = f"port {port} of 127.0.0.1 cannot be had ({refused.strerror}); choose another with --port"
        raise click.ClickException(msg) from None
    click.echo(f"{server.endpoint}  settings of an adapter: {server.endpoint}/_sandbox/settings/NAME")
    server.serve()
