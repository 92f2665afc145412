import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from providers.sandbox import Sandbox

#: of TEST-NET-1 (RFC 5737): routed nowhere
ELSEWHERE = ("192.0.2.1", 9)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server


def test_the_sandbox_is_ready_and_thinks_for_no_time(realname_sandbox: Sandbox) -> None:
    assert isinstance(realname_sandbox, Sandbox)


@pytest.mark.usefixtures("realname_no_network")
@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_connecting_elsewhere_fails_the_test(method: str) -> None:
    with closing(socket.socket()) as sock, pytest.raises(pytest.fail.Exception):
        getattr(sock, method)(ELSEWHERE)


@pytest.mark.usefixtures("realname_no_network")
def test_sending_elsewhere_fails_the_test() -> None:
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as sock, pytest.raises(pytest.fail.Exception):
        sock.sendto(b"x", ELSEWHERE)


@pytest.mark.usefixtures("realname_no_network")
def test_looking_a_name_up_fails_the_test() -> None:
    with pytest.raises(pytest.fail.Exception):
        socket.create_connection(("vendor.invalid", 443))


@pytest.mark.usefixtures("realname_no_network")
@pytest.mark.parametrize(
    ("look_up", "given"),
    [
        ("gethostbyname", ("vendor.invalid",)),
        ("gethostbyname_ex", ("vendor.invalid",)),
        ("gethostbyaddr", ("192.0.2.1",)),
        ("getnameinfo", (ELSEWHERE, 0)),
        ("getfqdn", ("vendor.invalid",)),
    ],
)
def test_a_look_up_fails_the_test_even_where_its_error_is_swallowed(look_up: str, given: tuple[object, ...]) -> None:
    with pytest.raises(pytest.fail.Exception), suppress(Exception):
        getattr(socket, look_up)(*given)


@pytest.mark.usefixtures("realname_no_network")
def test_this_machine_is_still_looked_up() -> None:
    assert socket.gethostbyname("localhost") == "127.0.0.1"


@pytest.mark.usefixtures("realname_no_network")
def test_this_machine_can_be_reached(listener: socket.socket) -> None:
    with closing(socket.create_connection(listener.getsockname())) as sock:
        accepted, peer = listener.accept()
        accepted.close()
        assert peer == sock.getsockname()


@pytest.mark.usefixtures("realname_no_network")
def test_unix_sockets_work() -> None:
    one, other = socket.socketpair()
    with closing(one), closing(other):
        one.sendall(b"x")
        assert other.recv(1) == b"x"
