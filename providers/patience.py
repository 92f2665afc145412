"""How long this thread's call may wait for an answer, where the operator decided otherwise than the adapter."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seconds: ContextVar[float | None] = ContextVar("patience", default=None)


@contextmanager
def patience(seconds: float | None) -> Iterator[None]:
    """None: as the adapter has it."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


def patient_for(usual: float) -> float:
    """Seconds that an answer may take."""
    return _seconds.get() or usual
