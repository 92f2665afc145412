"""Which notifier serves whom."""

from dataclasses import replace

import pytest
import structlog

from providers.base import Told
from verify.config import ConfigurationError, Settings
from verify.notifiers import channel_of, make_notifiers
from verify.notifiers.base import Message
from verify.notifiers.log import LogNotifier

MAIL = {"smtp_url": "smtps://u:p@mail.example", "mail_from": "no-reply@verify.example"}


#: settings → channel of a live and of a test key's user who left an e-mail address
CHANNELS = [({}, None, None), ({"smtp_url": "log://"}, "log", "log"), (MAIL, "email", "log")]


@pytest.mark.parametrize(("values", "live", "test"), CHANNELS)
def test_test_keys_write_to_nobody(
    settings: Settings, values: dict[str, str], live: str | None, test: str | None
) -> None:
    notifiers = make_notifiers(replace(settings, **values))
    assert channel_of(notifiers, ["email"], livemode=True, texts=True) == live
    assert channel_of(notifiers, ["email"], livemode=False, texts=True) == test


@pytest.mark.parametrize(
    ("values", "contact", "texts", "channel"),
    [
        (MAIL, ["email", "mobile"], True, "email"),
        (MAIL, ["mobile"], True, "sms"),
        (MAIL, ["mobile"], False, None),
        ({}, ["email", "mobile"], True, "sms"),
        ({}, ["email"], True, None),
        ({}, [], True, None),
    ],
)
def test_a_mobile_is_written_to_where_no_mail_reaches_its_user(
    settings: Settings, values: dict[str, str], contact: list[str], texts: bool, channel: str | None
) -> None:
    assert channel_of(make_notifiers(replace(settings, **values)), contact, livemode=True, texts=texts) == channel


def test_a_server_without_a_sender_is_named(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="REALNAME_MAIL_FROM"):
        make_notifiers(replace(settings, smtp_url="smtps://mail.example"))


def test_the_log_says_that_a_message_went_out_and_nothing_of_it() -> None:
    passed: list[bool] = []
    with structlog.testing.capture_logs() as logged:
        LogNotifier().send(
            Message("0198", "user@example.com", "en", Told.VERIFIED, "x"), lambda *_: passed.append(True)
        )
    assert passed == [True]
    assert logged == [{"event": "notification logged only", "log_level": "info", "notification": "0198"}]
