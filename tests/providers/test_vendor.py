import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from providers.base import Capability, Provider, Result, Unavailable
from providers.registry import load
from providers.testing import scenarios_alibaba, scenarios_tencent
from providers.testing.conformance import answer_to, kind_of, logged
from providers.testing.examples import request_for
from providers.testing.scenarios import Replies, Scenario
from providers.testing.scrubbing import leaks
from tests.providers.answers import CHECKS, REFERENCE
from tests.providers.local_server import Double

VENDORS: dict[str, tuple[dict[str, Any], Replies, str]] = {
    "tencent": (
        dict(scenarios_tencent.SETTINGS),
        scenarios_tencent.REPLIES,
        "faceid.ap-guangzhou.tencentcloudapi.com",
    ),
    "alibaba": (dict(scenarios_alibaba.SETTINGS), scenarios_alibaba.REPLIES, "cloudauth.aliyuncs.com"),
}


@pytest.fixture(params=VENDORS)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(params=CHECKS)
def capability(request: pytest.FixtureRequest) -> Capability:
    found: Capability = request.param
    return found


@pytest.fixture
def double(name: str, capability: Capability) -> Iterator[Double]:
    body = json.dumps(VENDORS[name][1][capability][Scenario.MATCH].body).encode()
    double = Double(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    yield double
    double.close()


@pytest.fixture
def provider(name: str, double: Double) -> Iterator[Provider]:
    provider = load(name, {**VENDORS[name][0], "endpoint": f"http://127.0.0.1:{double.port}"})
    yield provider
    provider.close()


def test_a_vendor_is_asked_over_a_socket(provider: Provider, name: str, capability: Capability, double: Double) -> None:
    outcomes = [provider.call(request_for(capability), REFERENCE).result for _ in range(3)]
    assert outcomes == [Result.MATCH] * 3
    assert double.connections == 1
    assert f"host: {VENDORS[name][2]}" in double.requests[0].decode("utf-8", "replace").lower()


def test_asking_over_a_socket_says_nothing_of_the_person(
    provider: Provider,
    capability: Capability,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    request = request_for(capability)
    provider.call(request, REFERENCE)
    assert leaks(request, "\n".join([*map(logged, caplog.records), *capfd.readouterr()])) == []


def test_a_vendor_that_is_gone_is_unavailable(provider: Provider, capability: Capability, double: Double) -> None:
    double.close()
    assert kind_of(answer_to(provider, request_for(capability))) is Unavailable
