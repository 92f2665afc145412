"""Telling users the result of their verification: one adapter a channel."""

from collections.abc import Mapping

from verify.config import ConfigurationError, Settings
from verify.notifiers.base import Notifier
from verify.notifiers.log import LogNotifier
from verify.notifiers.mail import MailNotifier, read_server

EMAIL, LOG = "email", "log"


def make_notifiers(settings: Settings) -> Mapping[str, Notifier]:
    """By channel; none without REALNAME_SMTP_URL. Raises ConfigurationError."""
    if settings.smtp_url is None:
        return {}
    if settings.smtp_url.startswith("log:"):
        return {LOG: LogNotifier()}
    if settings.mail_from is None:
        msg = "REALNAME_MAIL_FROM must name the sender where REALNAME_SMTP_URL is set"
        raise ConfigurationError(msg)
    return {EMAIL: MailNotifier(read_server(settings.smtp_url), settings.mail_from), LOG: LogNotifier()}


def channel_of(notifiers: Mapping[str, Notifier], *, livemode: bool) -> str | None:
    """How users of a mode are told. Test keys write to nobody: their addresses are made up, and some are real."""
    wanted = (EMAIL, LOG) if livemode else (LOG,)
    return next((channel for channel in wanted if channel in notifiers), None)
