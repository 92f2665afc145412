"""The web half of ``serve``: granian with the application in each of its worker processes."""

import gc
import logging
import signal
from multiprocessing import parent_process
from typing import Any

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from verify import create_app, log, process
from verify.config import Settings
from verify.custody import watch
from verify.running import mark_running

#: requests a worker process answers at once. Most of their time they wait for a provider and hold no connection, so
#: granian's warning of many threads does not hold here; threads start when they are needed and end when they idle
THREADS = 256

#: seconds a worker process may take to finish what it is answering
DRAIN = 20

#: granian's records go where ours go
LOGGERS: dict[str, Any] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}},
}


def run(settings: Settings, host: str, port: int, workers: int, threads: int = THREADS) -> None:
    """Answer requests until SIGTERM, then finish those under way."""
    server = Server(
        "verify",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backpressure=2 * threads,  # as many again wait for a thread; whoever comes then, in the socket's own queue
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN,
        websockets=False,
        log_level=LogLevels(settings.log_level),
        log_dictconfig=LOGGERS,
    )
    # what is loaded by now is shared with the worker processes, and stays so while no collector walks it
    gc.collect()
    gc.freeze()
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in str(record.msg))
    server.serve(target_loader=lambda: load(settings), wrap_loader=False)


def load(settings: Settings) -> Flask:
    """The application, in a process that leaves no core and does not outlive granian's own.

    Until granian watches signals here, its main process's handlers are in place and would swallow SIGTERM.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    starter = parent_process()
    if starter is not None and starter.pid is not None:
        process.die_with(starter.pid)
    process.disable_core_dumps()
    log.configure(settings.log_level)
    mark_running(settings)
    app = create_app(settings)
    app.extensions["realname"].outbound.warn_if_lifted()
    watch.start(app.extensions["realname"], "web")
    return app
