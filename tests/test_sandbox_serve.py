import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from providers.base import Capability, Result
from providers.registry import load
from providers.testing.examples import request_for


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    command = [sys.executable, "-m", "verify.cli", "sandbox", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONUNBUFFERED": "1"}) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[0]
        server.terminate()


@pytest.mark.parametrize(
    ("vendor", "capability", "result"),
    [
        ("tencent", Capability.IDENTITY, Result.MATCH),
        ("alibaba", Capability.BANK_CARD, Result.MATCH),
        ("alipay", Capability.TRANSFER, Result.ACCEPTED),
    ],
)
def test_an_adapter_asks_the_served_vendor_with_the_settings_it_tells(
    endpoint: str, vendor: str, capability: Capability, result: Result
) -> None:
    settings = requests.get(f"{endpoint}/_sandbox/settings/{vendor}", timeout=10).json()
    provider = load(vendor, settings)
    assert provider.call(request_for(capability), "0198c0de-0000-7000-8000-000000000001").result is result
    provider.close()
