"""One POST to an endpoint: no redirect, no proxy, no body read, and no address but the one that was checked."""

import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

import certifi
import structlog

from verify.outbound import target
from verify.outbound.addresses import require_public
from verify.outbound.deadline import Deadline
from verify.outbound.refusals import NotDelivered
from verify.outbound.target import Target

log = structlog.get_logger()

#: seconds for one connection to come about, and for everything
CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 15.0

Connect = Callable[[tuple[str, int], float], socket.socket]

#: what an exchange breaks with; the first that fits
FAILURES: Mapping[type[Exception], str] = {
    ssl.SSLError: "tls_failed",
    TimeoutError: "timeout",
    OSError: "connection_failed",
    HTTPException: "bad_response",
}


@dataclass(frozen=True)
class Reply:
    """What is kept of an answer."""

    status: int
    duration_ms: int


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses, in the system's order of preference. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def connect(address: tuple[str, int], within: float) -> socket.socket:
    return socket.create_connection(address, within)


def trust() -> ssl.SSLContext:
    """The system's authorities (SSL_CERT_FILE names others) and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class Outbound:
    """Posts to endpoints. ``allow_private`` lifts the guard, for local work only."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Callable[[str, int], Sequence[str]] = resolve,
        connect: Connect = connect,
        context: ssl.SSLContext | None = None,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._connect = connect
        self._context = context
        self._answer_within = answer_within

    def warn_if_lifted(self) -> None:
        """To be called when a process starts to serve."""
        if self._allow_private:
            log.warning("webhooks may reach private addresses", setting="REALNAME_WEBHOOK_ALLOW_PRIVATE")

    def check(self, url: str, *, livemode: bool) -> None:
        """Raises NotDelivered for a URL that would not be called now."""
        self._addresses(self._target(url, livemode=livemode))

    def post(self, url: str, headers: Mapping[str, str], body: bytes, *, livemode: bool) -> Reply:
        """Send, and read no more than the answer's head. Raises NotDelivered."""
        at = self._target(url, livemode=livemode)
        started = time.monotonic()
        with Deadline(self._answer_within) as deadline:
            try:
                status = self._exchange(at, self._addresses(at), headers, body, deadline)
            except tuple(FAILURES) as error:
                raise NotDelivered("timeout" if deadline.passed else _code(error)) from None
        return Reply(status, round((time.monotonic() - started) * 1000))

    def _target(self, url: str, *, livemode: bool) -> Target:
        return target.read(url, plain=self._allow_private and not livemode)

    def _addresses(self, at: Target) -> Sequence[str]:
        """Every address of the host; one that is not public refuses them all."""
        try:
            addresses = self._resolve(at.host, at.port)
        except (OSError, UnicodeError):
            raise NotDelivered("dns_failed") from None
        if not self._allow_private:
            for address in addresses:
                require_public(address)
        return addresses

    def _exchange(
        self, at: Target, addresses: Sequence[str], headers: Mapping[str, str], body: bytes, deadline: Deadline
    ) -> int:
        with closing(self._first(at, addresses, deadline)) as plain:
            deadline.watch(plain)
            plain.settimeout(deadline.left())
            with closing(self._secured(at, plain)) as connected, closing(HTTPConnection(at.host, at.port)) as http:
                http.sock = connected
                http.request("POST", at.path, body, {"Host": at.authority, "Connection": "close", **headers})
                with http.getresponse() as response:
                    return response.status

    def _secured(self, at: Target, plain: socket.socket) -> socket.socket:
        """The certificate must be the URL's host's, whatever the address."""
        if at.scheme == "http":
            return plain
        if self._context is None:
            self._context = trust()
        return self._context.wrap_socket(plain, server_hostname=at.host)

    def _first(self, at: Target, addresses: Sequence[str], deadline: Deadline) -> socket.socket:
        failed: OSError = ConnectionError()
        for address in addresses:
            try:
                return self._connect((address, at.port), min(CONNECT_WITHIN, deadline.left()))
            except OSError as error:
                failed = error
        raise failed


def _code(error: Exception) -> str:
    return next(code for kind, code in FAILURES.items() if isinstance(error, kind))
