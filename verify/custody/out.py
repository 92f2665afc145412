"""Where a command tells how far it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Out(Protocol):
    def say(self, text: str) -> None: ...

    def progress(self, label: str, length: int) -> AbstractContextManager[Callable[[int], None]]:
        """A bar of this length, that is told of each step's."""
