"""Telling users the result of their verification: one adapter a channel."""

from collections.abc import Collection, Mapping

from verify.config import ConfigurationError, Settings
from verify.notifiers.base import Notifier
from verify.notifiers.log import LogNotifier
from verify.notifiers.mail import MailNotifier, read_server

#: SMS is no notifier of ours but a capability of providers
EMAIL, SMS, LOG = "email", "sms", "log"


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


def channel_of(
    notifiers: Mapping[str, Notifier], contact: Collection[str], *, livemode: bool, texts: bool
) -> str | None:
    """How a user who left these kinds of ``contact`` is told; None where nobody can. Mail comes first: it takes no
    provider. ``texts`` when a provider would send messages to a mobile.

    Test keys write to nobody: their addresses are made up, and some are real.
    """
    mail = EMAIL if livemode and EMAIL in notifiers else LOG
    if "email" in contact and mail in notifiers:
        return mail
    if "mobile" in contact and texts:
        return SMS
    return LOG if LOG in notifiers and not (livemode and EMAIL in notifiers) else None
