"""For development and test keys: says that a message would have gone out, and nothing of it."""

from collections.abc import Mapping

import structlog

from verify.notifiers.base import HandOver, Message

log = structlog.get_logger()


class LogNotifier:
    """Not a delivery: users hear nothing."""

    def address(self, contact: Mapping[str, str]) -> str | None:
        return contact.get("email") or contact.get("mobile")

    def send(self, message: Message, hand_over: HandOver) -> None:
        hand_over()
        log.info("notification logged only", notification=message.id)
