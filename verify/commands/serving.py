"""``serve``, which keeps the two halves alive and itself opens nothing."""

import sys

import click

from verify import config, log, process, serve

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
WORKERS = click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Web processes.")

THREADS = click.option(
    "--threads",
    type=click.IntRange(1, 2048),
    default=256,
    show_default=True,
    help="Requests a web process answers at once; most of their time they wait for a vendor.",
)


@click.command("serve")
@HOST
@PORT
@WORKERS
@THREADS
@click.option("--no-worker", is_flag=True, help="Leave due work to `realname worker` elsewhere.")
def serve_command(host: str, port: int, workers: int, threads: int, *, no_worker: bool) -> None:
    """Run web and worker; restart what dies, drain at SIGTERM."""
    found = config.load()
    log.configure(found.log_level)
    process.keep_files_private()
    serve.check_port(host, port)
    if found.webhook_allow_private:
        click.echo("WARNING: webhooks may reach private addresses (REALNAME_WEBHOOK_ALLOW_PRIVATE)", err=True)
    click.echo(f"realname at http://{host}:{port} (Ctrl-C ends it)")
    sys.exit(serve.serve(found, host, port, workers, threads, with_worker=not no_worker))
