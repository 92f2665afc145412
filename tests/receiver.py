"""Somebody's server that takes webhooks: real HTTP on 127.0.0.1, answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


def ok(_: Received) -> int:
    return 204


@dataclass
class Receiver:
    """``answer`` decides each request's status; it may think, or return headers with it."""

    answer: Callable[[Received], int | tuple[int, dict[str, str]]] = ok
    received: list[Received] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hooks?from=realname"

    @property
    def types(self) -> list[str]:
        return [one.json["type"] for one in self.received]

    def of(self, verification: str) -> list[int]:
        """Sequences received about one verification, in the order they came."""
        return [one.json["sequence"] for one in self.received if one.json["data"]["id"] == verification]


@contextmanager
def receiving(context: SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that listens; over TLS where it is given a context."""
    receiver = Receiver(scheme="https" if context else "http")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            receiver.received.append(request)
            answer = receiver.answer(request)
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hung up, or one that did not like the certificate."""

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
