"""pytest plugin ``realname``: fixtures for suites that test against this service or an adapter. All are opt-in."""

import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from providers.sandbox import Sandbox
from providers.testing.identities import Identities

pytest.register_assert_rewrite("providers.testing.conformance")

#: hosts that are this machine
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


#: functions of ``socket`` that ask a resolver → whom about
LOOK_UPS: Mapping[str, Callable[..., Any]] = {
    "getaddrinfo": lambda host, *_, **__: host,
    "gethostbyname": lambda host: host,
    "gethostbyname_ex": lambda host: host,
    "gethostbyaddr": lambda host: host,
    "getnameinfo": lambda address, _flags: address[0],
}


@pytest.fixture
def realname_sandbox() -> Iterator[Sandbox]:
    """A sandbox provider that remembers references in memory and thinks for no time at all."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def realname_identities() -> Identities:
    """A factory of false people, cards and mobiles, no two alike."""
    return Identities()


@pytest.fixture
def realname_responses() -> Iterator[Any]:
    """What mocks requests for the vendors' fixtures (``responses.RequestsMock``); any other address fails."""
    responses = pytest.importorskip("responses")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def realname_tencent(realname_responses: Any) -> Iterator[Any]:
    """Tencent Cloud, mocked (``providers.testing.scenarios.Mocked``): ``.provider`` and ``.play("outage")``."""
    from providers.testing.scenarios_tencent import tencent  # noqa: PLC0415 - the other fixtures do without responses

    vendor = tencent(realname_responses)
    yield vendor
    vendor.provider.close()


@pytest.fixture
def realname_alibaba(realname_responses: Any) -> Iterator[Any]:
    """Alibaba Cloud, mocked alike."""
    from providers.testing.scenarios_alibaba import alibaba  # noqa: PLC0415 - as above

    vendor = alibaba(realname_responses)
    yield vendor
    vendor.provider.close()


@pytest.fixture
def realname_alipay(realname_responses: Any) -> Iterator[Any]:
    """Alipay, mocked alike; its answers are signed."""
    from providers.testing.scenarios_alipay import alipay  # noqa: PLC0415 - as above

    vendor = alipay(realname_responses)
    yield vendor
    vendor.provider.close()


@pytest.fixture
def realname_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails a test that looks up or connects to another machine; loopback and Unix sockets still work."""
    for look_up, host_of in LOOK_UPS.items():
        monkeypatch.setattr(socket, look_up, _guarded(getattr(socket, look_up), host_of))
    for method in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, method, _guarded(getattr(socket.socket, method), _peer))
    monkeypatch.setattr(
        socket.socket, "sendto", _guarded(socket.socket.sendto, lambda sock, *args: _peer(sock, args[-1]))
    )


def _peer(sock: socket.socket, address: Any) -> Any:
    return "localhost" if sock.family == socket.AF_UNIX else address[0]


def _guarded(call: Callable[..., Any], host_of: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if host_of(*args, **kwargs) not in LOOPBACK | {None}:
            pytest.fail("the test reached for the network", pytrace=True)
        return call(*args, **kwargs)

    return guarded
