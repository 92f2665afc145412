import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.exceptions import MaxRetryError, NewConnectionError

from providers import http
from providers.base import Misconfigured, ProviderFailure, Throttled, Unavailable, Unknown, patience
from providers.http import Http, gateway_failure
from tests.providers.local_server import (
    Behaviour,
    Double,
    close_at_once,
    hang,
    read_request,
    reset,
    reset_before_reading,
    sends,
)

SECRET = "a-value-of-nobody"
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nSet-Cookie: a=b\r\n\r\n{"a": "\xe4\xb8\x89"}'

Serve = Callable[[Behaviour | bytes], Double]


@pytest.fixture
def serve() -> Iterator[Serve]:
    doubles: list[Double] = []

    def start(behaviour: Behaviour | bytes) -> Double:
        doubles.append(Double(behaviour))
        return doubles[-1]

    yield start
    for double in doubles:
        double.close()


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "CONNECT_TIMEOUT", 0.3)


def to(double: Double) -> Http:
    return Http("tests", f"http://127.0.0.1:{double.port}")


def ask(out: Http, host: str = "vendor.example") -> http.Answer:
    return out.post(host, {"Authorization": SECRET}, SECRET.encode(), query=f"name={SECRET}", read=0.3)


def failure_of(out: Http, host: str = "vendor.example") -> ProviderFailure:
    with pytest.raises(ProviderFailure) as raised:
        ask(out, host)
    out.close()
    return raised.value


def test_what_is_given_is_sent_and_the_answer_given_back(serve: Serve) -> None:
    double = serve(OK)
    out = to(double)
    answer = ask(out)
    out.close()
    assert (answer.status, answer.members()) == (200, {"a": "三"})
    head, _, body = double.requests[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == f"POST /?name={SECRET} HTTP/1.1".encode()
    assert {b"Host: vendor.example", b"Authorization: a-value-of-nobody", b"User-Agent: realname"} <= set(lines)
    assert body == SECRET.encode()


def test_a_thread_keeps_its_connection(serve: Serve) -> None:
    double = serve(OK)
    out = to(double)
    for _ in range(5):
        ask(out)
    out.close()
    assert double.connections == 1


def test_threads_do_not_share_a_connection(serve: Serve) -> None:
    double = serve(OK)
    out = to(double)
    both = threading.Barrier(2)

    def twice(_: int) -> None:
        both.wait()
        for _ in range(2):
            ask(out)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(twice, range(2)))
        out.close()
    assert (double.connections, len(double.requests)) == (2, 4)


def test_a_fork_does_not_use_its_parents_connection(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    double = serve(OK)
    out = to(double)
    ask(out)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    ask(out)
    out.close()
    assert double.connections == 2


def test_a_provider_that_was_closed_can_call_again(serve: Serve) -> None:
    out = to(serve(OK))
    ask(out)
    out.close()
    assert ask(out).status == 200
    out.close()


def test_no_cookie_is_kept(serve: Serve) -> None:
    double = serve(OK)
    out = to(double)
    ask(out)
    ask(out)
    out.close()
    assert b"cookie" not in double.requests[1].lower()


def test_a_proxy_of_the_environment_is_not_asked(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    out = to(serve(OK))
    assert ask(out).status == 200
    out.close()


def test_a_redirect_is_not_followed(serve: Serve) -> None:
    elsewhere = serve(OK)
    moved = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere.port}/\r\nContent-Length: 0\r\n\r\n"
    out = to(serve(moved.encode()))
    assert ask(out).status == 302
    out.close()
    assert elsewhere.requests == []


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n0\r\n\r\n"


def test_an_answer_in_chunks_keeps_the_connection(serve: Serve) -> None:
    double = serve(CHUNKED)
    out = to(double)
    assert [ask(out).members() for _ in range(2)] == [{}, {}]
    out.close()
    assert double.connections == 1


SENT: dict[str, Behaviour] = {
    "hangs": hang,
    "closes": close_at_once,
    "resets": reset,
    "answers nonsense": sends(b"nonsense\r\n\r\n"),
    "stops half-way": sends(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}"),
    "stops in a chunk": sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}"),
    "never ends": sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b" " * 9_000_000),
}


@pytest.mark.parametrize("behaviour", SENT.values(), ids=SENT)
def test_what_may_have_happened_is_unknown(serve: Serve, behaviour: Behaviour) -> None:
    assert type(failure_of(to(serve(behaviour)))) is Unknown


def test_a_kept_connection_that_breaks_is_unknown(serve: Serve) -> None:
    answered = threading.Event()

    def once(sock: socket.socket) -> bool:
        if answered.is_set():
            return reset(sock)
        read_request(sock)
        sock.sendall(OK)
        answered.set()
        return True

    out = to(serve(once))
    ask(out)
    with pytest.raises(Unknown):
        ask(out)
    out.close()


def test_a_refused_connection_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert type(failure_of(Http("tests", f"http://127.0.0.1:{port}"))) is Unavailable


def test_an_unknown_host_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert type(failure_of(Http("tests"), "vendor.invalid")) is Unavailable


UNSECURED: dict[str, Behaviour] = {
    "hangs": hang,
    "closes": close_at_once,
    "resets": reset_before_reading,
    "answers in clear": sends(b"HTTP/1.1 200 OK\r\n\r\n"),
}


@pytest.mark.parametrize("behaviour", UNSECURED.values(), ids=UNSECURED)
def test_a_broken_handshake_is_unavailable(serve: Serve, behaviour: Behaviour) -> None:
    double = serve(behaviour)
    assert type(failure_of(Http("tests"), f"127.0.0.1:{double.port}")) is Unavailable


def test_a_certificate_that_nobody_vouches_for_is_unavailable(serve: Serve, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    heard = []

    def handshake(sock: socket.socket) -> bool:
        try:
            with context.wrap_socket(sock, server_side=True) as secured:
                heard.append(secured.recv(65536))
        except OSError:
            pass
        return False

    assert type(failure_of(Http("tests"), f"127.0.0.1:{serve(handshake).port}")) is Unavailable
    assert heard in ([], [b""])


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    certificate = builder.sign(key, hashes.SHA256())
    path = folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(pem))
    return path


MOCKED: dict[str, tuple[Exception, type[ProviderFailure]]] = {
    "connect timeout": (requests.ConnectTimeout(), Unavailable),
    "tls": (requests.exceptions.SSLError(), Unavailable),
    "refused": (requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "x"))), Unavailable),  # type: ignore[arg-type]
    "read timeout": (requests.ReadTimeout(), Unknown),
    "some timeout": (requests.Timeout(), Unknown),
    "some trouble": (requests.ConnectionError(), Unknown),
}


@pytest.mark.parametrize(("error", "kind"), MOCKED.values(), ids=MOCKED)
def test_a_mocked_failure_is_told_by_its_type(
    realname_responses: Any, error: Exception, kind: type[ProviderFailure]
) -> None:
    realname_responses.post("https://vendor.example/", body=error)
    assert type(failure_of(Http("tests"))) is kind


@pytest.mark.parametrize("behaviour", [*SENT.values(), sends(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n")])
def test_nothing_of_a_call_is_told_by_logs_output_or_exceptions(
    serve: Serve, behaviour: Behaviour, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in http.NOISY:
        caplog.set_level(logging.DEBUG, name)
    out = to(serve(behaviour))
    with suppress(ProviderFailure):
        ask(out)
    out.close()
    assert caplog.records == []
    assert SECRET not in "".join(capfd.readouterr())


@pytest.mark.parametrize("behaviour", SENT.values(), ids=SENT)
def test_a_failure_leads_back_to_nothing_of_the_call(serve: Serve, behaviour: Behaviour) -> None:
    failure = failure_of(to(serve(behaviour)))
    assert (failure.__context__, failure.__cause__) == (None, None)
    assert SECRET not in f"{failure!r} {vars(failure)}"


def test_debugging_of_the_standard_client_prints_no_call(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("http.client.HTTPConnection.debuglevel", 1)
    out = to(serve(OK))
    ask(out)
    out.close()
    assert SECRET not in "".join(capfd.readouterr())


def test_others_may_still_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    double = serve(OK)
    Http("tests")
    with requests.Session() as session:
        session.post(f"http://127.0.0.1:{double.port}/", data=b"x")
    assert "urllib3.connectionpool" in {record.name for record in caplog.records}


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://localhost:80",
        "http://127.0.0.1",
        "http://127.0.0.1:80/path",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:x",
        "http://127.0.0.1@vendor.example:80",
        "http://vendor.example:80",
        "https://127.0.0.1:80",
        "https://vendor.example",
    ],
)
def test_only_this_machine_stands_for_a_vendor(endpoint: str) -> None:
    with pytest.raises(Misconfigured, match="provider tests: endpoint"):
        Http("tests", endpoint)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"a"', b"\xff", b"[" * 100_000, b"9" * 5000])
def test_what_is_no_object_has_no_members(body: bytes) -> None:
    assert http.Answer(200, body, {}).members() is None


def test_an_answer_does_not_show_its_body() -> None:
    assert SECRET not in repr(http.Answer(200, SECRET.encode(), {}))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Unknown),
        (302, Unavailable),
        (400, Unavailable),
        (403, Unavailable),
        (404, Unavailable),
        (413, Unavailable),
        (429, Throttled),
        (500, Unknown),
        (502, Unknown),
        (503, Unavailable),
        (504, Unknown),
    ],
)
def test_a_gateways_status_tells_whether_the_vendor_was_reached(status: int, kind: type[ProviderFailure]) -> None:
    failure = gateway_failure(status)
    assert type(failure) is kind
    assert failure.vendor_code == f"http.{status}"


def test_the_operator_may_decide_how_long_an_answer_is_waited_for(serve: Serve) -> None:
    with patience(0.05), pytest.raises(Unknown) as raised:
        to(serve(hang)).post("vendor.example", {}, b"", read=3600)
    assert raised.value.vendor_code == "http.timeout"
