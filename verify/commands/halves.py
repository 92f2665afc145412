"""The two halves of ``serve``: web and worker."""

import click
from prometheus_client import start_http_server

from verify import create_app, log, process, web
from verify.commands.opening import settings
from verify.commands.serving import HOST, PORT, THREADS, WORKERS
from verify.custody import watch
from verify.jobs import worker
from verify.running import mark_running


@click.command("web", hidden=True)
@HOST
@PORT
@WORKERS
@THREADS
def web_command(host: str, port: int, workers: int, threads: int) -> None:
    """Run the web half of `serve`."""
    found = settings()
    process.keep_files_private()
    process.disable_core_dumps()
    log.configure(found.log_level)
    web.run(found, host, port, workers, threads)


@click.command("worker")
@HOST
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Port to be scraped at; none unless told.")
def worker_command(host: str, metrics_port: int | None) -> None:
    """Do what is due: read answers back, expire, forget. Drains at SIGTERM.

    A worker that `realname serve` starts is scraped with the web half; one of its own has a port of its own.
    """
    found = settings()
    process.keep_files_private()
    process.disable_core_dumps()
    log.configure(found.log_level)
    mark_running(found)
    if metrics_port is not None:
        start_http_server(metrics_port, host)
    app = create_app(found)
    watch.start(app.extensions["realname"], "worker")
    worker.run(app)
