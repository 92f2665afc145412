"""What a notifier is given, and how it may fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from providers.base import Told


@dataclass(frozen=True, repr=False)
class Message:
    """``id`` is the same however often a message is tried, so that mail servers can tell a repetition.

    ``application`` is the name of the calling system.
    """

    id: str
    to: str
    locale: str
    told: Told
    application: str
    #: subject and text of a notice that people wrote; else a channel has its own
    words: tuple[str, str] | None = None


@dataclass(frozen=True, repr=False)
class Letter:
    """A message whose words are ready. ``locale`` is their language."""

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


class HandOver(Protocol):
    def __call__(self, *rows: Any) -> None:
        """Commit that the message may have been sent from now on, and with that these new ``rows``."""


class Notifier(Protocol):
    def address(self, contact: Mapping[str, str]) -> str | None:
        """Where this channel reaches a user, out of ``email`` and ``mobile``."""

    def send(self, message: Message, hand_over: HandOver) -> None:
        """Send once. ``hand_over`` is called before the point of no return; what it raises ends the sending.

        Raises NotSent or, after that point only, Unclear.
        """
