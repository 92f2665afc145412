"""``serve``, and its two halves."""

import sys

import click

from verify import create_app, log, process, serve, web
from verify.commands.opening import settings
from verify.doctor import require_startable
from verify.jobs import worker
from verify.running import mark_running

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
WORKERS = click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Web processes.")


@click.command("serve")
@HOST
@PORT
@WORKERS
@click.option("--no-worker", is_flag=True, help="Leave due work to `realname worker` elsewhere.")
def serve_command(host: str, port: int, workers: int, *, no_worker: bool) -> None:
    """Run web and worker; restart what dies, drain at SIGTERM."""
    found = settings()
    log.configure(found.log_level)
    process.keep_files_private()
    require_startable(found)
    serve.check_port(host, port)
    if found.webhook_allow_private:
        click.echo("WARNING: webhooks may reach private addresses (REALNAME_WEBHOOK_ALLOW_PRIVATE)", err=True)
    click.echo(f"realname at http://{host}:{port} (Ctrl-C ends it)")
    sys.exit(serve.serve(found, host, port, workers, with_worker=not no_worker))


@click.command("web", hidden=True)
@HOST
@PORT
@WORKERS
def web_command(host: str, port: int, workers: int) -> None:
    """Run the web half of `serve`."""
    found = settings()
    process.keep_files_private()
    process.disable_core_dumps()
    log.configure(found.log_level)
    web.run(found, host, port, workers)


@click.command("worker")
def worker_command() -> None:
    """Do what is due: read answers back, expire, forget. Drains at SIGTERM."""
    found = settings()
    process.keep_files_private()
    process.disable_core_dumps()
    log.configure(found.log_level)
    mark_running(found)
    worker.run(create_app(found))
