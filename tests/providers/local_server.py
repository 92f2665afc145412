"""A server on this machine that does one thing, for what mocks cannot show."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

#: what the double does with an accepted connection; True: go on with the next request on it
Behaviour = Callable[[socket.socket], bool]


def read_request(sock: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = sock.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


class Double:
    """A server on this machine that does one thing, and remembers what it was sent."""

    def __init__(self, behaviour: Behaviour | bytes) -> None:
        double = self
        self.requests: list[bytes] = []
        self.connections = 0

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                double.connections += 1
                with suppress(OSError):  # the caller hung up
                    while behaviour(self.request) if callable(behaviour) else self.answer(behaviour):
                        pass

            def answer(self, answer: bytes) -> bool:
                request = read_request(self.request)
                if request:
                    double.requests.append(request)
                    self.request.sendall(answer)
                return bool(request)

        self._server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def hang(sock: socket.socket) -> bool:
    sock.recv(65536)
    sock.recv(65536)  # until the caller hangs up
    return False


def close_at_once(sock: socket.socket) -> bool:
    read_request(sock)
    return False


def reset(sock: socket.socket) -> bool:
    read_request(sock)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    return False


def reset_before_reading(sock: socket.socket) -> bool:
    sock.recv(1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    return False


def sends(answer: bytes) -> Behaviour:
    def send(sock: socket.socket) -> bool:
        read_request(sock)
        sock.sendall(answer)
        return False

    return send
