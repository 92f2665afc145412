"""Mail over SMTP, against a server on a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.base import Told
from tests.certificates import Authority
from tests.mailbox import Mailbox, mailbox
from verify.config import ConfigurationError
from verify.notifiers import mail
from verify.notifiers.base import Message, NotSent, Unclear
from verify.notifiers.mail import MailNotifier, Server, read_server
from verify.notifiers.texts import written

SENDER = "实名认证 <no-reply@verify.example>"
MESSAGE = Message("0198c0de", "user@example.com", "zh-CN", Told.VERIFIED, ".示例云")
SUBJECT, TEXT = written("verified", "zh-CN", ".示例云")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def box(authority: Authority) -> Iterator[Mailbox]:
    with mailbox(authority.server("127.0.0.1")) as found:
        yield found


@pytest.fixture
def notifier(authority: Authority, box: Mailbox) -> MailNotifier:
    return MailNotifier(read_server(f"smtps://us%40er:p%3Ass@127.0.0.1:{box.port}"), SENDER, authority.client())


def send(notifier: MailNotifier, message: Message = MESSAGE) -> list[str]:
    """Whether the point of no return was passed."""
    passed: list[str] = []
    notifier.send(message, lambda *_: passed.append("handed over"))
    return passed


def test_a_message_arrives_as_it_was_written(notifier: MailNotifier, box: Mailbox) -> None:
    assert send(notifier) == ["handed over"]
    [sent] = box.mails
    assert (sent["From"], sent["To"], sent["Subject"]) == (SENDER, MESSAGE.to, SUBJECT)
    assert (sent["Message-ID"], sent["Auto-Submitted"]) == ("<0198c0de@verify.example>", "auto-generated")
    assert sent["Content-Language"] == "zh-CN"
    assert sent["Date"] is not None
    assert sent.get_content() == TEXT
    assert box.envelopes == [("mail FROM:<no-reply@verify.example>", "rcpt TO:<user@example.com>")]


def test_it_is_logged_in_over_tls(notifier: MailNotifier, box: Mailbox) -> None:
    send(notifier)
    assert box.logins == [("us@er", "p:ss")]
    assert box.secured == [True]


def test_a_domain_beyond_ascii_is_sent_as_punycode(notifier: MailNotifier, box: Mailbox) -> None:
    send(notifier, Message("1", "user@例え.example", "en", Told.VERIFIED, "x"))
    assert box.envelopes[0][1] == "rcpt TO:<user@xn--r8jz45g.example>"


@pytest.mark.parametrize(
    "address", ["用户@example.com", "a b@example.com", "a,b@example.com", "a@b", "user@a..example", "<a@b.example>", ""]
)
def test_an_address_no_server_takes_is_given_up_without_asking_one(
    notifier: MailNotifier, box: Mailbox, address: str
) -> None:
    with pytest.raises(NotSent) as refused:
        send(notifier, Message("1", address, "en", Told.VERIFIED, "x"))
    assert (refused.value.code, refused.value.for_good) == ("address_refused", True)
    assert box.commands == []


@pytest.mark.parametrize(
    ("verb", "reply", "code", "for_good"),
    [
        ("AUTH", "535 no", "login_refused", False),
        ("MAIL", "451 later", "refused_by_server", False),
        ("RCPT", "450 later", "refused_by_server", False),
        ("RCPT", "550 nobody", "refused_by_server", True),
        ("DATA", "451 later", "refused_by_server", False),
        ("DATA", "554 no", "refused_by_server", True),
        ("END", "452 full", "refused_by_server", False),
        ("END", "550 spam", "refused_by_server", True),
        ("EHLO", None, "server_unreachable", False),
        ("RCPT", None, "server_unreachable", False),
    ],
)
def test_what_the_server_refuses_was_not_sent(
    notifier: MailNotifier, box: Mailbox, verb: str, reply: str | None, code: str, for_good: bool
) -> None:
    box.replies[verb] = reply
    with pytest.raises(NotSent) as refused:
        send(notifier)
    assert (refused.value.code, refused.value.for_good) == (code, for_good)


def test_silence_after_the_message_is_unclear(notifier: MailNotifier, box: Mailbox) -> None:
    box.replies["END"] = None
    with pytest.raises(Unclear):
        send(notifier)
    assert len(box.mails) == 1


def test_a_goodbye_that_fails_does_not_matter(notifier: MailNotifier, box: Mailbox) -> None:
    box.replies["QUIT"] = None
    assert send(notifier) == ["handed over"]


def test_what_the_point_of_no_return_raises_ends_the_sending(notifier: MailNotifier, box: Mailbox) -> None:
    def lost() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        notifier.send(MESSAGE, lost)
    assert box.mails == []
    assert "DATA" not in box.commands


def test_a_server_with_another_names_certificate_is_not_spoken_to(authority: Authority) -> None:
    with mailbox(authority.server("mail.example")) as box:
        notifier = MailNotifier(read_server(f"smtps://u:p@127.0.0.1:{box.port}"), SENDER, authority.client())
        with pytest.raises(NotSent, match="tls_failed"):
            send(notifier)
        assert box.logins == []


class TestStartTls:
    @pytest.fixture
    def far(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """127.0.0.1 stands for another machine."""
        monkeypatch.setattr(mail, "LOOPBACK", frozenset())

    @pytest.mark.usefixtures("far")
    def test_a_connection_is_secured_before_anything_is_said(self, authority: Authority) -> None:
        with mailbox() as box:
            box.starttls = authority.server("127.0.0.1")
            send(MailNotifier(read_server(f"smtp://u:p@127.0.0.1:{box.port}"), SENDER, authority.client()))
        assert box.secured == [True]
        assert box.commands.index("STARTTLS") < box.commands.index("AUTH")

    @pytest.mark.usefixtures("far")
    def test_a_server_without_it_is_not_told_anything(self, authority: Authority) -> None:
        with mailbox() as box, pytest.raises(NotSent, match="tls_failed"):
            send(MailNotifier(read_server(f"smtp://u:p@127.0.0.1:{box.port}"), SENDER, authority.client()))
        assert box.logins == []
        assert box.mails == []

    def test_a_relay_on_this_machine_needs_none(self) -> None:
        with mailbox() as box:
            send(MailNotifier(read_server(f"smtp://127.0.0.1:{box.port}"), SENDER))
        assert box.secured == [False]
        assert "STARTTLS" not in box.commands


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://u:p@mail.example:4650", Server("smtps", "mail.example", 4650, "u", "p")),
        ("smtps://mail.example", Server("smtps", "mail.example", 465, None, "")),
        ("smtp://mail.example/", Server("smtp", "mail.example", 587, None, "")),
    ],
)
def test_a_server_is_read_from_its_url(url: str, server: Server) -> None:
    assert read_server(url) == server


@pytest.mark.parametrize("url", ["smtp://", "smtps://u:secret@mail.example:port", "smtps://u:secret@mail.example/path"])
def test_a_wrong_url_is_named_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="REALNAME_SMTP_URL") as wrong:
        read_server(url)
    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize("sender", ["nobody", "a@b", "Name <>", "two words@example.com"])
def test_a_wrong_sender_is_named(sender: str) -> None:
    with pytest.raises(ConfigurationError, match="REALNAME_MAIL_FROM"):
        MailNotifier(read_server("smtps://mail.example"), sender)


def test_nothing_shows_the_password(notifier: MailNotifier) -> None:
    assert "p:ss" not in repr(notifier) + repr(notifier._server)
