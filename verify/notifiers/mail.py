"""E-mail over SMTP, in the clear to a relay on this machine only."""

import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from verify.config import ConfigurationError
from verify.notifiers.base import HandOver, Letter, Message, NotSent, Unclear
from verify.notifiers.texts import written

#: seconds each answer of the server may take
ANSWER_WITHIN = 15.0

PORTS = {"smtps": 465, "smtp": 587}

#: nothing leaves the machine on its way there
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

REFUSED, REFUSED_FOR_GOOD = 400, 500

#: what every server takes as it stands; domains are turned into ASCII first
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, repr=False)
class Server:
    """smtps:// is TLS from the start, smtp:// is raised to it by STARTTLS or not used."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str


def read_server(url: str) -> Server:
    """Raises ConfigurationError, without the URL, which holds a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        port, parts = None, urlsplit("")
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        msg = "REALNAME_SMTP_URL must be like smtps://user:password@mail.example.com:465"
        raise ConfigurationError(msg)
    user = unquote(parts.username) if parts.username else None
    return Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, unquote(parts.password or ""))


class MailNotifier:
    """One connection a message: results are few, and most servers would close a kept one meanwhile."""

    def __init__(self, server: Server, sender: str, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._sender = sender
        self._sender_address = parseaddr(sender)[1]
        self._domain = self._sender_address.rpartition("@")[2]
        self._context = context
        if not ADDRESS.fullmatch(self._sender_address):
            msg = "REALNAME_MAIL_FROM must be an address, or a name with one: Example <no-reply@example.com>"
            raise ConfigurationError(msg)

    def __repr__(self) -> str:
        return "<MailNotifier>"

    def address(self, contact: Mapping[str, str]) -> str | None:
        return contact.get("email")

    def send(self, message: Message, hand_over: HandOver) -> None:
        subject, text = message.words or written(message.told, message.locale, message.application)
        self.post(Letter(message.id, message.to, message.locale, subject, text), hand_over)

    def post(self, letter: Letter, hand_over: HandOver) -> None:
        """As ``send``, with words that are no user's."""
        to = _ascii(letter.to)
        content = self._composed(letter, to).as_bytes(policy=CRLF)
        smtp = self._connected()
        try:
            _offer(smtp, self._sender_address, to)
            hand_over()
            _give(smtp, content)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _composed(self, letter: Letter, to: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = to
        mail["Subject"] = letter.subject
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{letter.id}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text, cte="base64")
        mail["Content-Language"] = letter.locale
        return mail

    def _connected(self) -> smtplib.SMTP:
        """A session that is secured and logged in. Raises NotSent."""
        try:
            return self._open()
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError):
            raise NotSent("login_refused") from None
        except ssl.SSLError:
            raise NotSent("tls_failed") from None
        except (OSError, smtplib.SMTPException):
            raise NotSent("server_unreachable") from None

    def _open(self) -> smtplib.SMTP:
        server, context = self._server, self._context or ssl.create_default_context()
        if server.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, self._domain, timeout=ANSWER_WITHIN, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, self._domain, timeout=ANSWER_WITHIN)
        try:
            if server.scheme == "smtp" and server.host not in LOOPBACK:
                _secure(smtp, context)
            if server.user is not None:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


def _secure(smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
    try:
        smtp.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        raise NotSent("tls_failed") from None


def _offer(smtp: smtplib.SMTP, sender: str, to: str) -> None:
    try:
        smtp.ehlo_or_helo_if_needed()
        for code, _ in (smtp.mail(sender), smtp.rcpt(to)):
            _require_taken(code)
    except (OSError, smtplib.SMTPException):
        raise NotSent("server_unreachable") from None


def _give(smtp: smtplib.SMTP, content: bytes) -> None:
    """Hand the message over. A server that says no has not taken it; one that falls silent may have."""
    try:
        code, _ = smtp.data(content)
    except smtplib.SMTPDataError as refused:
        code = refused.smtp_code
    except (OSError, smtplib.SMTPException):
        raise Unclear from None
    _require_taken(code)


def _require_taken(code: int) -> None:
    if code >= REFUSED:
        raise NotSent("refused_by_server", for_good=code >= REFUSED_FOR_GOOD)


def _ascii(address: str) -> str:
    """Raises NotSent for an address that not every server takes."""
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        plain = ""
    if not ADDRESS.fullmatch(plain):
        raise NotSent("address_refused", for_good=True)
    return plain
