"""A lock that tells whether the service runs on an instance folder, for what must not happen meanwhile."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from verify.boot import make_instance
from verify.config import ConfigurationError, Settings

FILE = "running.lock"


def mark_running(settings: Settings) -> int:
    """Hold the lock, together with others, until this process ends or the descriptor is closed."""
    descriptor = _open(settings)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


@contextmanager
def while_stopped(settings: Settings) -> Iterator[None]:
    """Keep the service from starting meanwhile. Raises ConfigurationError when it runs already."""
    descriptor = _open(settings)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        msg = "the service is running on this instance: stop `realname serve` first"
        raise ConfigurationError(msg) from None
    try:
        yield
    finally:
        os.close(descriptor)


def _open(settings: Settings) -> int:
    make_instance(settings)
    return os.open(settings.instance / FILE, os.O_RDWR | os.O_CREAT, 0o600)
