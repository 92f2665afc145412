"""Waiting for what another thread or process will do, however slow the machine."""

import time
from collections.abc import Callable

#: seconds after which it will not come any more; far beyond what any of it takes
WITHIN = 90.0


def wait_until(true: Callable[[], bool], within: float = WITHIN) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)
