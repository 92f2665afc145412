"""``check`` of each vendor's adapter: a signed question about nobody, over a real socket."""

from collections.abc import Iterator

import pytest

from providers.base import Capability, Misconfigured, Provider, ProviderFailure, Refused
from providers.registry import load
from providers.testing import scenarios_alibaba, scenarios_alipay, scenarios_tencent
from providers.testing.scenarios import Ask, Reply
from providers.testing.server import SandboxServer

VENDORS = ("tencent", "alibaba", "alipay")

PARAMETERS: dict[str, Reply] = {
    "tencent": scenarios_tencent.error("InvalidParameterValue"),
    "alibaba": scenarios_alibaba.refused("401"),
    "alipay": scenarios_alipay.failure("ORDER_NOT_EXIST", "40004"),
}
ELSE: dict[str, Reply] = {
    "tencent": scenarios_tencent.error("UnsupportedRegion"),
    "alibaba": scenarios_alibaba.refused("InvalidVersion"),
    "alipay": scenarios_alipay.failure("INVALID_PARAMETER", "40004"),
}


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def asking(server: SandboxServer, vendor: str) -> Provider:
    return load(vendor, server.settings(vendor))


def answers(server: SandboxServer, vendor: str, reply: Reply) -> None:
    ask, capability = (Ask.CHECK, Capability.TRANSFER) if vendor == "alipay" else (Ask.CALL, Capability.IDENTITY)
    server.stages[vendor].answer(capability, reply, ask)


def test_a_question_refused_for_its_parameters_shows_that_the_credentials_are_good(
    server: SandboxServer, vendor: str
) -> None:
    answers(server, vendor, PARAMETERS[vendor])
    assert asking(server, vendor).check().startswith("takes our credentials (answered ")
    assert len(server.log) == 1


def test_any_other_refusal_shows_nothing(server: SandboxServer, vendor: str) -> None:
    answers(server, vendor, ELSE[vendor])
    with pytest.raises(Refused):
        asking(server, vendor).check()


def test_bad_credentials_are_told_by_vendor_and_code(server: SandboxServer, vendor: str) -> None:
    server.play(vendor, "bad_credentials")
    with pytest.raises(Misconfigured, match=rf"provider {vendor}: refuses us with \S+;"):
        asking(server, vendor).check()


def test_an_outage_is_a_failure(server: SandboxServer, vendor: str) -> None:
    answers(server, vendor, Reply("", status=503))
    with pytest.raises(ProviderFailure) as raised:
        asking(server, vendor).check()
    assert raised.value.vendor_code == "http.503"


def test_an_answer_that_the_configured_key_did_not_sign_is_told_by_its_setting(server: SandboxServer) -> None:
    server.play("alipay", "bad_signature")
    with pytest.raises(Misconfigured, match=r"provider alipay: .* not signed by alipay_public_key"):
        asking(server, "alipay").check()
