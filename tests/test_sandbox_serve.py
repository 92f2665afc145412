import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests
from click.testing import CliRunner
from click.testing import Result as ClickResult

from providers.base import Capability, Result
from providers.registry import load
from providers.testing.examples import request_for
from verify.commands.sandbox import group


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


def test_a_port_that_is_taken_is_told_in_a_sentence(endpoint: str) -> None:
    told = served("--port", endpoint.rpartition(":")[2])
    assert told.exit_code == 1
    assert "choose another with --port" in told.output


def test_what_test_suites_need_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.commands.sandbox.import_module", _missing)
    assert "responses is not installed; install" in served().output


def served(*options: str) -> ClickResult:
    return CliRunner().invoke(group, ["serve", *options])


def _missing(_: str) -> None:
    raise ModuleNotFoundError(name="responses")
