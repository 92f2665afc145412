"""``python -m benchmarks.limit KIND PORT DATABASE_URL``: one of them behind the same server as the service.

``replay PORT DATABASE_URL KEYS_DATABASE_URL RECORDING VENDOR_SECONDS`` repeats the statements of a recorded flow.
"""

import sys
from pathlib import Path

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from sqlalchemy import Engine, create_engine

from benchmarks.limit import app, replay
from benchmarks.recording import Recording
from verify.web import THREADS

kind, port, *rest = sys.argv[1:]


def engine(database_url: str) -> Engine:
    return create_engine(database_url, pool_size=10, max_overflow=0)


def load() -> Flask:
    if kind != "replay":
        return app.make(kind, engine(rest[0]))
    main, keys, recording, seconds = rest
    return replay.make(Recording.kept(Path(recording)), {"main": engine(main), "keys": engine(keys)}, float(seconds))


Server(
    "limit",
    address="127.0.0.1",
    port=int(port),
    interface=Interfaces.WSGI,
    workers=1,
    blocking_threads=THREADS,
    backpressure=2 * THREADS,
    log_level=LogLevels.error,
).serve(target_loader=load, wrap_loader=False)
