"""The way out to vendors: kept-alive, bounded, verified and silent; and what a call comes to that broke on it."""

import json
import logging
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from providers.base import Misconfigured, ProviderFailure, Throttled, Unavailable, Unknown
from providers.patience import patient_for

#: seconds a vendor may take to accept a connection; its answer has a limit of its own
CONNECT_TIMEOUT = 3.0

#: bytes of an answer; verdicts are a few hundred
MAX_ANSWER = 1_000_000

#: headers of every request
ALWAYS = {"User-Agent": "realname", "Accept": "application/json", "Accept-Encoding": "identity"}

#: loggers that print URLs, some of which hold names and numbers
NOISY = ("urllib3.connection", "urllib3.connectionpool", "urllib3.response", "urllib3.util.retry")


class Phase(Enum):
    """How far this thread's call came. What went wrong up to CONNECTING never reached the vendor."""

    IDLE = "idle"
    BEGUN = "begun"
    CONNECTING = "connecting"
    SENT = "sent"


class _Here(threading.local):
    phase: Phase = Phase.IDLE


_here = _Here()


def _is_elsewhere(_record: logging.LogRecord) -> bool:
    """Drops what a library logs while this thread calls a vendor, at whatever level."""
    return _here.phase is Phase.IDLE


class Answer:
    """A vendor's answer of whatever status, for the adapter alone: no repr of it, and nothing keeps it."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.status = status
        self.body = body
        self.headers = headers

    def __repr__(self) -> str:
        return "Answer"

    def members(self) -> Mapping[str, Any] | None:
        """The JSON object it holds; None when it is anything else, such as a gateway's page."""
        with suppress(ValueError, RecursionError):
            found = json.loads(self.body)
            if isinstance(found, dict):
                return found
        return None


class Http:
    """Connections of one provider, one set a thread.

    ``endpoint`` stands for the vendor's hosts in tests: http on 127.0.0.1. Raises Misconfigured for another.
    """

    def __init__(self, provider: str, endpoint: str | None = None) -> None:
        if endpoint is not None and not _is_local(endpoint):
            msg = f"provider {provider}: endpoint is for tests only and must be http://127.0.0.1:PORT"
            raise Misconfigured(msg)
        self._endpoint = endpoint
        self._local = threading.local()
        self._sessions: WeakSet[requests.Session] = WeakSet()
        for name in NOISY:
            logging.getLogger(name).addFilter(_is_elsewhere)

    def post(
        self, host: str, headers: Mapping[str, str], body: bytes, *, read: float, query: str = "", path: str = ""
    ) -> Answer:
        """``query`` is encoded already; ``read`` in seconds. Redirects are answers. Raises Unavailable when nothing
        was sent, else Unknown; neither has a cause, since that of requests holds URL, headers and body."""
        url = f"{self._endpoint or f'https://{host}'}/{path}{'?' if query else ''}{query}"
        _here.phase = Phase.BEGUN
        try:
            answer = self._exchange(url, {**headers, "Host": host}, body, read)
        finally:
            _here.phase = Phase.IDLE
        if isinstance(answer, ProviderFailure):
            raise answer
        return answer

    def close(self) -> None:
        for session in list(self._sessions):
            session.close()

    def _exchange(self, url: str, headers: Mapping[str, str], body: bytes, read: float) -> Answer | ProviderFailure:
        try:
            adapter = self._session().get_adapter(url)
            timeout = (CONNECT_TIMEOUT, patient_for(read))
            with adapter.send(_prepared(url, headers, body), stream=True, timeout=timeout, verify=True) as response:
                content = response.raw.read(MAX_ANSWER + 1, decode_content=True)
        except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
            return _failure(error)
        if len(content) > MAX_ANSWER:
            return Unknown("http.too_large")
        return Answer(response.status_code, content, response.headers)

    def _session(self) -> requests.Session:
        held: tuple[int, requests.Session] | None = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid():  # a fork must not share its parent's sockets
            held = self._local.held = (os.getpid(), _new_session())
            self._sessions.add(held[1])
        return held[1]


def gateway_failure(status: int) -> ProviderFailure:
    """What an answer comes to that something in between gave in the vendor's place."""
    code = f"http.{status}"
    if status == requests.codes.too_many_requests:
        return Throttled(code)
    was_refused = requests.codes.multiple_choices <= status < requests.codes.internal_server_error
    if was_refused or status == requests.codes.service_unavailable:
        return Unavailable(code)
    return Unknown(code)


def _failure(error: Exception) -> ProviderFailure:
    if _here.phase is Phase.CONNECTING or (_here.phase is Phase.BEGUN and _tells_of_no_connection(error)):
        return Unavailable("http.no_connection")
    if isinstance(error, requests.Timeout | ReadTimeoutError | TimeoutError):
        return Unknown("http.timeout")
    return Unknown("http.broken")


def _tells_of_no_connection(error: Exception) -> bool:
    """By its type alone, where no connection of ours was watched: under mocks."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    return any(isinstance(getattr(cause, "reason", cause), NewConnectionError) for cause in error.args)


def _is_local(endpoint: str) -> bool:
    with suppress(ValueError, AttributeError):  # a port that is none, or no text at all
        parts = urlsplit(endpoint)
        return endpoint == f"http://127.0.0.1:{parts.port}"
    return False


def _prepared(url: str, headers: Mapping[str, str], body: bytes) -> requests.PreparedRequest:
    """As it is to be sent, to the byte. What a session would do on top (redirects, cookies, proxies, environment,
    quoting anew) is neither wanted here nor cheap."""
    request = requests.PreparedRequest()
    request.method, request.url, request.body = "POST", url, body
    request.headers = CaseInsensitiveDict({**ALWAYS, **headers, "Content-Length": str(len(body))})
    request.hooks = default_hooks()
    return request


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, netrc or certificate bundle by environment
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter())
    return session


class _Plain(HTTPConnection):
    """Tells how far a call came: what requests raises does not."""

    debuglevel = 0  # http.client's switch for everybody would print requests

    def connect(self) -> None:
        _here.phase = Phase.CONNECTING
        super().connect()
        _here.phase = Phase.SENT

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        _here.phase = Phase.SENT
        super().putrequest(*args, **kwargs)


class _Secure(_Plain, HTTPSConnection):
    """The same over TLS, whose handshake belongs to connecting."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
