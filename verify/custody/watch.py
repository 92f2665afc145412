"""A thread of every serving process: takes over a changed keyring, and tells which one the process uses."""

import threading
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from crypto.live import LiveKeyring
from verify.models import readers
from verify.models.readers import Reader
from verify.services import Services

log = structlog.get_logger()

#: seconds
LOOK_EVERY = 1.0
REPORT_EVERY = 5.0


def start(services: Services, program: str) -> threading.Event:
    """Watch until the event is set, or the process ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(services, Reader(program), stop), name="keyring", daemon=True)
    thread.start()
    return stop


def _watch(services: Services, reader: Reader, stop: threading.Event) -> None:
    told, told_at = None, 0.0
    while True:
        if isinstance(services.keyring, LiveKeyring):
            services.keyring.refresh()
        keyring = services.keyring.snapshot
        if keyring is not told or time.monotonic() - told_at > REPORT_EVERY:
            try:
                readers.report(services.vault.engine, reader, keyring, services.clock())
                told, told_at = keyring, time.monotonic()
            except SQLAlchemyError as error:
                log.warning("keyring use not reported", error=type(error).__name__)
        if stop.wait(LOOK_EVERY):
            break
