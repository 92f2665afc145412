"""Posting to endpoints over real sockets: no address but the checked one, no redirect, no endless wait."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import structlog

from tests.certificates import Authority
from tests.receiver import Receiver, receiving
from verify.outbound import NotDelivered, Outbound
from verify.outbound.deadline import Deadline

HEADERS = {"Content-Type": "application/json"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def send(outbound: Outbound, url: str, *, livemode: bool = False) -> int:
    return outbound.post(url, HEADERS, b"{}", livemode=livemode).status


def code(call: Callable[[], object]) -> str:
    with pytest.raises(NotDelivered) as failed:
        call()
    return failed.value.code


def test_body_path_and_headers_arrive(receiver: Receiver) -> None:
    assert send(Outbound(allow_private=True), receiver.url) == 204
    [one] = receiver.received
    assert (one.path, one.body) == ("/hooks?from=realname", b"{}")
    assert one.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert one.headers["content-type"] == "application/json"


def test_an_answers_status_and_duration_are_all_that_is_kept(receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    reply = Outbound(allow_private=True).post(receiver.url, HEADERS, b"{}", livemode=False)
    assert reply.status == 500
    assert 0 <= reply.duration_ms < 5000
    assert set(vars(reply)) == {"status", "duration_ms"}


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.answer = lambda _: (307, {"Location": receiver.url})
    assert send(Outbound(allow_private=True), receiver.url) == 307
    assert len(receiver.received) == 1


class TestGuard:
    """Without REALNAME_WEBHOOK_ALLOW_PRIVATE."""

    @pytest.mark.parametrize(
        "addresses",
        [["127.0.0.1"], ["::1"], ["10.1.2.3"], ["::ffff:169.254.169.254"], ["198.41.0.4", "192.168.0.1"]],
    )
    def test_a_name_with_an_address_that_is_not_public_is_not_connected_to(self, addresses: list[str]) -> None:
        def connect(*_: object) -> socket.socket:
            pytest.fail("connected")

        outbound = Outbound(resolve=lambda *_: addresses, connect=connect)
        assert code(lambda: outbound.check("https://hooks.example/", livemode=True)) == "address_refused"
        assert code(lambda: send(outbound, "https://hooks.example/")) == "address_refused"

    @pytest.mark.parametrize(
        "url",
        [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://0/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[0:0:0:0:0:ffff:7f00:1]/",
            "https://localhost/",
        ],
    )
    def test_this_machine_is_refused_however_it_is_spelt(self, url: str) -> None:
        assert code(lambda: Outbound().check(url, livemode=True)) == "address_refused"

    def test_plain_http_is_refused(self) -> None:
        assert code(lambda: Outbound().check("http://hooks.example/", livemode=False)) == "https_required"

    def test_what_is_connected_to_is_what_was_checked_though_the_name_changes_meanwhile(self) -> None:
        answers = iter([["198.41.0.4"], ["127.0.0.1"]])
        connected = []

        def connect(address: tuple[str, int], _: float) -> socket.socket:
            connected.append(address)
            raise ConnectionRefusedError

        outbound = Outbound(resolve=lambda *_: next(answers), connect=connect)
        assert code(lambda: send(outbound, "https://hooks.example:8443/")) == "connection_failed"
        assert connected == [("198.41.0.4", 8443)]
        assert next(answers) == ["127.0.0.1"]  # never asked for

    def test_a_name_that_has_changed_since_registration_is_checked_at_each_delivery(self) -> None:
        answers = iter([["198.41.0.4"], ["127.0.0.1"]])
        outbound = Outbound(resolve=lambda *_: next(answers))
        outbound.check("https://hooks.example/", livemode=True)
        assert code(lambda: send(outbound, "https://hooks.example/", livemode=True)) == "address_refused"

    @pytest.mark.parametrize("error", [socket.gaierror(-2, "x"), UnicodeError("label too long")])
    def test_a_name_that_does_not_resolve_is_said_to(self, error: Exception) -> None:
        def resolve(*_: object) -> list[str]:
            raise error

        assert code(lambda: Outbound(resolve=resolve).check("https://hooks.example/", livemode=True)) == "dns_failed"


def test_lifting_the_guard_does_not_let_live_keys_use_plain_http(receiver: Receiver) -> None:
    assert code(lambda: send(Outbound(allow_private=True), receiver.url, livemode=True)) == "https_required"
    assert receiver.received == []


def test_the_next_address_is_tried_when_one_takes_no_connection(receiver: Receiver) -> None:
    tried = []

    def connect(address: tuple[str, int], within: float) -> socket.socket:
        tried.append(address[0])
        if address[0] != "127.0.0.1":
            raise OSError
        return socket.create_connection(address, within)

    outbound = Outbound(allow_private=True, resolve=lambda *_: ["2001:db8::1", "127.0.0.1"], connect=connect)
    assert send(outbound, f"http://hooks.example:{receiver.port}/") == 204
    assert tried == ["2001:db8::1", "127.0.0.1"]
    assert receiver.received[0].headers["host"] == f"hooks.example:{receiver.port}"


class TestTls:
    @pytest.fixture
    def authority(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path)

    def outbound(self, authority: Authority) -> Outbound:
        return Outbound(allow_private=True, resolve=lambda *_: ["127.0.0.1"], context=authority.client())

    def test_the_certificate_is_that_of_the_name_though_an_address_is_connected_to(self, authority: Authority) -> None:
        with receiving(authority.server("hooks.example")) as receiver:
            assert send(self.outbound(authority), f"https://hooks.example:{receiver.port}/", livemode=True) == 204

    def test_another_names_certificate_is_refused(self, authority: Authority) -> None:
        with receiving(authority.server("other.example")) as receiver:
            url = f"https://hooks.example:{receiver.port}/"
            assert code(lambda: send(self.outbound(authority), url)) == "tls_failed"
            assert receiver.received == []

    def test_a_certificate_of_nobody_we_trust_is_refused(self, authority: Authority) -> None:
        with receiving(authority.server("hooks.example")) as receiver:
            outbound = Outbound(allow_private=True, resolve=lambda *_: ["127.0.0.1"])
            assert code(lambda: send(outbound, f"https://hooks.example:{receiver.port}/")) == "tls_failed"

    def test_a_server_without_tls_is_refused(self, authority: Authority, receiver: Receiver) -> None:
        assert code(lambda: send(self.outbound(authority), f"https://hooks.example:{receiver.port}/")) == "tls_failed"


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says what ``talk`` says, and its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connected, _ = listening.accept()
            with connected, suppress(OSError):
                talk(connected)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join(5)


def drip(connected: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100:
        connected.sendall(bytes([byte]))
        time.sleep(0.05)


def silence(connected: socket.socket) -> None:
    while connected.recv(1000):
        pass


def continue_for_ever(connected: socket.socket) -> None:
    while True:
        connected.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


@pytest.mark.parametrize("talk", [drip, silence, continue_for_ever])
def test_the_whole_exchange_has_one_time_limit(talk: Callable[[socket.socket], None]) -> None:
    with serving(talk) as url:
        started = time.monotonic()
        assert code(lambda: send(Outbound(allow_private=True, answer_within=0.3), url)) == "timeout"
        assert time.monotonic() - started < 2


def test_a_connection_that_comes_too_late_is_cut_at_once(receiver: Receiver) -> None:
    with Deadline(0.01) as deadline, socket.create_connection(("127.0.0.1", receiver.port)) as connected:
        time.sleep(0.1)
        with pytest.raises(TimeoutError):
            deadline.watch(connected)


def test_a_body_is_not_waited_for() -> None:
    def endless(connected: socket.socket) -> None:
        connected.recv(65536)
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nstart")
        time.sleep(0.5)

    with serving(endless) as url:
        started = time.monotonic()
        assert send(Outbound(allow_private=True), url) == 200
        assert time.monotonic() - started < 0.4


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (lambda connected: connected.sendall(b"SSH-2.0-OpenSSH\r\n"), "bad_response"),
        (lambda connected: connected.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200), "bad_response"),
        (lambda _: None, "connection_failed"),
    ],
)
def test_what_is_no_answer_is_called_so(talk: Callable[[socket.socket], None], expected: str) -> None:
    def after_reading(connected: socket.socket) -> None:
        connected.recv(65536)
        talk(connected)

    with serving(after_reading) as url:
        assert code(lambda: send(Outbound(allow_private=True), url)) == expected


def test_a_closed_port_is_a_failed_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert code(lambda: send(Outbound(allow_private=True), f"http://127.0.0.1:{port}/")) == "connection_failed"


def test_a_failure_shows_a_code_and_nothing_of_the_url() -> None:
    with pytest.raises(NotDelivered) as failed:
        Outbound().check("https://127.0.0.1/secret-path", livemode=True)
    assert repr(failed.value) == "NotDelivered('address_refused')"
    assert failed.value.__context__ is None or failed.value.__suppress_context__


@pytest.mark.parametrize(("lifted", "said"), [(True, ["webhooks may reach private addresses"]), (False, [])])
def test_a_lifted_guard_is_said_at_the_start(lifted: bool, said: list[str]) -> None:
    with structlog.testing.capture_logs() as logged:
        Outbound(allow_private=lifted).warn_if_lifted()
    assert [line["event"] for line in logged] == said
    assert all(line["log_level"] == "warning" for line in logged)
