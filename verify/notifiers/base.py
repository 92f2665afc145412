"""What a notifier is given, and how it may fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, repr=False)
class Message:
    """``id`` is the same however often a message is tried, so that mail servers can tell a repetition."""

    id: str
    to: str
    locale: str
    subject: str
    text: str


class NotSent(Exception):
    """Nothing reached the user. Carries a code; ``for_good`` when another try would end the same."""

    def __init__(self, code: str, *, for_good: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.for_good = for_good


class Unclear(Exception):
    """It was handed over and no answer came: it may have been taken."""


class Notifier(Protocol):
    def address(self, contact: Mapping[str, str]) -> str | None:
        """Where this channel reaches a user, out of ``email`` and ``mobile``."""

    def send(self, message: Message, hand_over: Callable[[], None]) -> None:
        """Send once. ``hand_over`` is called before the point of no return; what it raises ends the sending.

        Raises NotSent or, after that point only, Unclear.
        """
