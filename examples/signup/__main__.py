"""``python -m examples.signup``: the sign-up and a Realname service beside it, until Ctrl-C."""

import signal
import socket
from contextlib import suppress

import click
from werkzeug.serving import make_server

from examples.signup.app import create_app
from examples.signup.service import running


@click.command()
@click.option("--port", default=5000, show_default=True, help="Where the sign-up listens.")
@click.option("--realname-port", default=8080, show_default=True, help="Where Realname listens.")
def main(port: int, realname_port: int) -> None:
    """Run the example on 127.0.0.1."""
    for option, wanted in (("--port", port), ("--realname-port", realname_port)):
        _ask_free(option, wanted)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does, with the service
    shop = f"http://127.0.0.1:{port}"
    with running(realname_port, shop) as realname:
        server = make_server("127.0.0.1", port, create_app(realname), threaded=True)
        click.echo(f"sign-up at {shop} (Ctrl-C ends it)")
        click.echo(f"Realname at {realname.base}, in {realname.folder}, which goes with it")
        click.echo(f"test key {realname.key}")
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def _ask_free(option: str, port: int) -> None:
    """Another service there would be taken for ours, and be sent a key."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            told = f"port {port} is in use; name a free one with {option}"
            raise click.ClickException(told) from None


if __name__ == "__main__":
    main()
