"""A mail server as tests need one: SMTP over a real socket, with TLS where it is given a certificate."""

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext


@dataclass
class Mailbox:
    """``replies`` overrides the answer to a command; None hangs up instead of answering."""

    port: int = 0
    replies: dict[str, str | None] = field(default_factory=dict)
    #: what is done once a message has come in, before it is answered
    taken: Callable[[], None] = lambda: None
    starttls: SSLContext | None = None
    commands: list[str] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)


REPLIES = {
    "EHLO": "250 AUTH PLAIN",
    "HELO": "250 here",
    "STARTTLS": "220 go on",
    "AUTH": "235 welcome",
    "MAIL": "250 fine",
    "RCPT": "250 fine",
    "DATA": "354 go on",
    "END": "250 taken",
    "QUIT": "221 bye",
    "RSET": "250 fine",
}


class _Session:
    def __init__(self, box: Mailbox, connected: socket.socket, *, secure: bool) -> None:
        self.box, self.connected, self.secure = box, connected, secure
        self.lines = connected.makefile("rb")
        self.sender = ""

    def run(self) -> None:
        self.say("220 here")
        while line := self.lines.readline():
            words = line.decode().strip()
            verb = words.split(" ")[0].upper()
            self.box.commands.append(verb)
            if not self.answer(verb) or verb == "QUIT":
                return
            self.after(verb, words)

    def after(self, verb: str, words: str) -> None:
        if verb == "STARTTLS" and self.box.starttls is not None:
            self.lines.close()
            self.connected = self.box.starttls.wrap_socket(self.connected, server_side=True)
            self.lines, self.secure = self.connected.makefile("rb"), True
        elif verb == "AUTH":
            _, user, password = base64.b64decode(words.split(" ")[2]).split(b"\0")
            self.box.logins.append((user.decode(), password.decode()))
        elif verb == "MAIL":
            self.sender = words
        elif verb == "RCPT":
            self.box.envelopes.append((self.sender, words))
        elif verb == "DATA" and not self.box.replies.get("DATA"):
            self.take()

    def take(self) -> None:
        content = b"".join(iter(self.lines.readline, b".\r\n")).replace(b"\r\n..", b"\r\n.")
        self.box.mails.append(message_from_bytes(content, policy=policy.default))
        self.box.secured.append(self.secure)
        self.box.taken()
        self.answer("END")

    def answer(self, verb: str) -> bool:
        reply = self.box.replies.get(verb, REPLIES.get(verb, "502 unknown"))
        if reply is None:
            self.connected.shutdown(socket.SHUT_RDWR)
            return False
        if verb == "EHLO":
            self.say("250-here")
            if self.box.starttls is not None and not self.secure:
                self.say("250-STARTTLS")
        self.say(reply)
        return True

    def say(self, text: str) -> None:
        self.connected.sendall(text.encode() + b"\r\n")


@contextmanager
def mailbox(tls: SSLContext | None = None) -> Iterator[Mailbox]:
    """A server that listens; over TLS from the start where it is given a context."""
    box = Mailbox()
    listening = socket.create_server(("127.0.0.1", 0))
    box.port = listening.getsockname()[1]

    def talk(connected: socket.socket) -> None:
        with suppress(OSError, ValueError):
            secured = tls.wrap_socket(connected, server_side=True) if tls else connected
            session = _Session(box, secured, secure=tls is not None)
            try:
                session.run()
            finally:
                session.lines.close()
                session.connected.close()
        connected.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                talk(listening.accept()[0])

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)
