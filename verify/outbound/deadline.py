"""A time limit on a whole exchange: a socket's time-out starts anew with every byte that drips in."""

import socket
import time
from contextlib import suppress
from threading import Timer
from types import TracebackType
from typing import Self


class Deadline:
    """Cuts the connections it watches when its time is over."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._ends_at = time.monotonic() + seconds
        self._watched: list[socket.socket] = []
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True

    def left(self) -> float:
        """Seconds left, never 0: that would be a time-out of none. Raises TimeoutError when it has passed."""
        if self.passed:
            raise TimeoutError
        return max(self._ends_at - time.monotonic(), 0.001)

    def watch(self, connected: socket.socket) -> None:
        """Cut this too, by a handle of its own that stays when TLS takes the socket over."""
        self._watched.append(connected.dup())
        self.left()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._timer.cancel()
        for handle in self._watched:
            handle.close()

    def _cut(self) -> None:
        self.passed = True
        for handle in self._watched:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)
