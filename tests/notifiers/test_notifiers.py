"""Which notifier serves whom."""

from dataclasses import replace

import pytest
import structlog

from verify.config import ConfigurationError, Settings
from verify.notifiers import channel_of, make_notifiers
from verify.notifiers.base import Message
from verify.notifiers.log import LogNotifier

MAIL = {"smtp_url": "smtps://u:p@mail.example", "mail_from": "no-reply@verify.example"}


@pytest.mark.parametrize(
    ("values", "live", "test"),
    [({}, None, None), ({"smtp_url": "log://"}, "log", "log"), (MAIL, "email", "log")],
)
def test_test_keys_write_to_nobody(
    settings: Settings, values: dict[str, str], live: str | None, test: str | None
) -> None:
    notifiers = make_notifiers(replace(settings, **values))
    assert channel_of(notifiers, livemode=True) == live
    assert channel_of(notifiers, livemode=False) == test


def test_a_server_without_a_sender_is_named(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="REALNAME_MAIL_FROM"):
        make_notifiers(replace(settings, smtp_url="smtps://mail.example"))


def test_the_log_says_that_a_message_went_out_and_nothing_of_it() -> None:
    passed: list[bool] = []
    with structlog.testing.capture_logs() as logged:
        LogNotifier().send(Message("0198", "user@example.com", "en", "Subject", "Text"), lambda: passed.append(True))
    assert passed == [True]
    assert logged == [{"event": "notification logged only", "log_level": "info", "notification": "0198"}]
