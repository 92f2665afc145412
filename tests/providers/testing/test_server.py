"""Every call of every vendor in every scenario, mocked and over a real socket; and what only a socket can show."""

import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import responses

from providers.alibaba import Alibaba
from providers.base import (
    BadCallback,
    Capability,
    Misconfigured,
    Outcome,
    Provider,
    ProviderFailure,
    Refused,
    Result,
    SmsCode,
    Unavailable,
    Unknown,
)
from providers.http import Http
from providers.registry import load
from providers.tencent import Tencent
from providers.testing import scenarios_alibaba, scenarios_alipay, scenarios_tencent
from providers.testing import server as serving
from providers.testing.conformance import (
    CALLS,
    answer_to,
    expected,
    kind_of,
    logged,
    reading_of,
    reference,
    reference_of,
    shown,
)
from providers.testing.examples import request_for
from providers.testing.scenarios import PLAYED, Scenario, Stage, mocked, possible
from providers.testing.scrubbing import leaks
from providers.testing.server import SandboxServer
from tests.providers.answers import CARD, IDENTITY, LIVENESS

TRANSFER = Capability.TRANSFER
SCRIPTS: dict[str, ModuleType] = {
    "tencent": scenarios_tencent,
    "alibaba": scenarios_alibaba,
    "alipay": scenarios_alipay,
}

SITUATIONS = {scenario: situation for situation, scenario in PLAYED.items()}

#: seconds; the adapters' own patience is too long for a suite
PATIENCE = 0.4

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    post = Http.post
    monkeypatch.setattr(serving, "SILENCE", 2 * PATIENCE)
    monkeypatch.setattr(Http, "post", lambda self, *args, **given: post(self, *args, **{**given, "read": PATIENCE}))


def served(server: SandboxServer, vendor: str, **changed: Any) -> Provider:
    server.play(vendor, "match")
    server.trouble(vendor)
    return load(vendor, {**server.settings(vendor), **changed})


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def expected_of(vendor: str, capability: Capability, scenario: Scenario) -> set[Any]:
    script = SCRIPTS[vendor].SCRIPT
    own = {*script.calls[capability], *script.readings.get(capability, ())}
    is_order_opened = capability in {LIVENESS, TRANSFER} and scenario is Scenario.LATE_CALLBACK
    if is_order_opened:
        return {Result.ACCEPTED}
    if scenario is Scenario.LATE_CALLBACK:
        return {Unknown}
    connection = {Scenario.TIMEOUT, Scenario.OUTAGE, Scenario.MALFORMED}
    played = scenario if scenario in own | connection else Scenario.MATCH
    return expected(CALLS, (capability, SITUATIONS[played]))


PLAYABLE = [
    (vendor, capability, scenario)
    for vendor, module in SCRIPTS.items()
    for capability, scenarios in possible(module.SCRIPT).items()
    for scenario in scenarios
    if scenario is not Scenario.UNLISTED
]
EVERY = pytest.mark.parametrize(
    ("vendor", "capability", "scenario"), PLAYABLE, ids=[f"{v}-{c}-{s}" for v, c, s in PLAYABLE]
)


@EVERY
def test_mocked_a_call_comes_to(vendor: str, capability: Capability, scenario: Scenario) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        stage = mocked(mock, load(vendor, SCRIPTS[vendor].SETTINGS), SCRIPTS[vendor].SCRIPT)
        stage.play(scenario, capability)
        found = answer_to(stage.provider, request_for(capability))
        assert kind_of(found) in expected_of(vendor, capability, scenario)


@pytest.mark.usefixtures("impatient")
@EVERY
def test_over_a_socket_a_call_comes_to_the_same_and_says_nothing(
    server: SandboxServer,
    vendor: str,
    capability: Capability,
    scenario: Scenario,
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider = served(server, vendor)
    if scenario is Scenario.OUTAGE:  # nobody listens
        provider = served(server, vendor, endpoint=f"http://127.0.0.1:{closed_port()}")
    server.play(vendor, scenario, capability)
    caplog.set_level("DEBUG")
    request = request_for(capability)
    found = answer_to(provider, request)
    provider.close()
    assert kind_of(found) in expected_of(vendor, capability, scenario)
    assert leaks(request, "\n".join([*map(logged, caplog.records), *shown(found)])) == []


@pytest.mark.parametrize(("vendor", "capability"), [("tencent", LIVENESS), ("alibaba", LIVENESS), ("alipay", TRANSFER)])
def test_what_comes_late_is_found_by_reading_back(server: SandboxServer, vendor: str, capability: Capability) -> None:
    provider, ours = served(server, vendor), reference()
    server.play(vendor, "late_callback", capability)
    theirs = reference_of(answer_to(provider, request_for(capability), ours))
    early = reading_of(provider, capability, ours, theirs)
    assert early.transfer == "requested" if isinstance(early, Outcome) else type(early) is Unknown
    if vendor == "tencent":  # calls nobody back
        with pytest.raises(BadCallback):
            provider.callback({}, b"")
        server.play(vendor, "match", capability)
    else:
        headers, body = server.told(vendor, capability, ours, theirs or "")
        hint = provider.callback(headers, body)
        assert (hint.capability, hint.reference) == (capability, ours.replace("-", ""))
    late = reading_of(provider, capability, ours, theirs)
    assert isinstance(late, Outcome)
    assert late.result is Result.MATCH or late.transfer == "sent"


WRONG_KEYS = {
    "tencent": {"secret_key": "another-key"},
    "alibaba": {"access_key_secret": "another-key"},
    "alipay": {"app_private_key": scenarios_alipay.pem(scenarios_alipay.VENDOR_KEY)},
}


@pytest.mark.parametrize("vendor", WRONG_KEYS)
def test_a_request_signed_with_another_key_is_refused(server: SandboxServer, vendor: str) -> None:
    provider = served(server, vendor, **WRONG_KEYS[vendor])
    for capability in provider.capabilities:
        assert kind_of(answer_to(provider, request_for(capability))) is Misconfigured


def test_a_nonce_is_good_for_once(server: SandboxServer) -> None:
    provider = served(server, "alibaba", nonce=lambda: "the-same")
    found = [kind_of(answer_to(provider, request_for(IDENTITY))) for _ in range(2)]
    assert found == [Result.MATCH, Unavailable]


@pytest.mark.parametrize(("vendor", "kind"), [("tencent", Unavailable), ("alibaba", Misconfigured)])
def test_a_clock_that_is_off_is_noticed(server: SandboxServer, vendor: str, kind: type[Exception]) -> None:
    served(server, vendor).close()
    provider = {"tencent": Tencent, "alibaba": Alibaba}[vendor](**server.settings(vendor), clock=lambda: LONG_AGO)
    assert kind_of(answer_to(provider, request_for(IDENTITY))) is kind


@pytest.mark.parametrize("vendor", SCRIPTS)
def test_an_answer_lost_on_its_way_is_unknown_and_only_as_often_as_told(server: SandboxServer, vendor: str) -> None:
    provider = served(server, vendor)
    capability = next(iter(provider.capabilities))
    server.trouble(vendor, lose=True, times=1)
    found = [kind_of(answer_to(provider, request_for(capability))) for _ in range(2)]
    assert found == [Unknown, expected(CALLS, (capability, SITUATIONS[Scenario.MATCH])).pop()]


def test_it_is_scripted_over_http_too(server: SandboxServer) -> None:
    provider = served(server, "tencent")
    asked = {"vendor": "tencent", "scenario": "mismatch", "capabilities": ["bank_card"], "delay": 0.01, "times": 1}
    assert requests.post(f"{server.endpoint}/_sandbox/play", json=asked, timeout=5).status_code == 204
    assert kind_of(answer_to(provider, request_for(CARD))) is Result.MISMATCH
    assert kind_of(answer_to(provider, request_for(IDENTITY))) is Result.MATCH
    told = requests.get(f"{server.endpoint}/_sandbox/settings/tencent", timeout=5).json()
    assert told["endpoint"] == server.endpoint
    log = requests.get(f"{server.endpoint}/_sandbox/log", timeout=5).json()
    assert log[-2:] == [["tencent", "call", "bank_card"], ["tencent", "call", "identity"]]


@pytest.mark.parametrize("trouble", [{"lose": True}, {"scenario": "outage"}])
def test_trouble_can_befall_some_calls_alone_and_so_many_of_them(
    server: SandboxServer, trouble: dict[str, Any]
) -> None:
    provider = served(server, "tencent")
    asked = {"vendor": "tencent", "capabilities": ["bank_card"], "times": 2, **trouble}
    assert requests.post(f"{server.endpoint}/_sandbox/play", json=asked, timeout=5).status_code == 204
    kind = Unknown if "lose" in trouble else Unavailable
    assert [kind_of(answer_to(provider, request_for(IDENTITY))) for _ in range(3)] == 3 * [Result.MATCH]
    found = [kind_of(answer_to(provider, request_for(CARD))) for _ in range(3)]
    assert found == [kind, kind, Result.MATCH]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"vendor": "tencent", "scenario": "match", "dealy": 1}, "dealy; known are vendor"),
        ({"vendor": "tencnt"}, "vendor must be one of tencent, alibaba, alipay"),
        ({"scenario": "match"}, "vendor must be one of"),
        ({"vendor": "tencent", "scenario": "mishap"}, "mishap; possible are match, mismatch"),
        (
            {"vendor": "tencent", "scenario": "no_record", "capabilities": ["bank_card"]},
            "bank_card cannot have the scenario no_record; possible are match, mismatch, timeout",
        ),
        ({"vendor": "alipay", "scenario": "outage", "capabilities": ["face"]}, "no face; possible are transfer"),
        ({"vendor": "alipay", "lose": True, "capabilities": ["face"]}, "no face; possible are transfer"),
        ({"vendor": "alipay", "capabilities": ["fase"]}, "a capability must be one of identity"),
        ({"vendor": "alipay", "capabilities": "transfer"}, "capabilities must be a list"),
        ({"vendor": "alipay", "scenario": 1}, "scenario must be a text"),
        ({"vendor": "alipay", "delay": "1"}, "delay must be seconds"),
        ({"vendor": "alipay", "lose": 1}, "lose must be true or false"),
        ({"vendor": "alipay", "times": 0}, "times must be a whole number"),
        (["alipay"], "the body must be a JSON object"),
    ],
)
def test_what_cannot_be_played_is_refused_with_what_is_possible(server: SandboxServer, asked: Any, told: str) -> None:
    refused = requests.post(f"{server.endpoint}/_sandbox/play", json=asked, timeout=5)
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
    assert told in refused.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"vendor": "alipay"}, "capability, ours, theirs, url must be given"),
        (
            {"vendor": "tencent", "capability": "liveness", "ours": "", "theirs": "", "url": "http://127.0.0.1:1/"},
            "there is no callback of liveness; possible are none",
        ),
    ],
)
def test_a_callback_that_no_vendor_sends_is_refused(server: SandboxServer, asked: Any, told: str) -> None:
    refused = requests.post(f"{server.endpoint}/_sandbox/notify", json=asked, timeout=5)
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
    assert told in refused.json()["detail"]


def test_a_callback_that_nobody_takes_is_told_in_words(server: SandboxServer) -> None:
    asked = {"vendor": "alipay", "capability": "transfer", "ours": "o-1", "theirs": "", "url": ""}
    asked["url"] = f"http://127.0.0.1:{closed_port()}/v1/callbacks/alipay"
    told = requests.post(f"{server.endpoint}/_sandbox/notify", json=asked, timeout=5)
    assert (told.status_code, told.headers["Content-Type"]) == (502, "application/problem+json")
    assert "nobody took the callback" in told.json()["detail"]


def test_whoever_goes_away_before_the_answer_leaves_no_traceback(
    server: SandboxServer, capfd: pytest.CaptureFixture[str]
) -> None:
    provider = served(server, "tencent")
    server.trouble("tencent", delay=0.2)
    port = urlsplit(server.endpoint).port
    headers = "x-tc-action: IdCardVerification\r\nContent-Length: 2\r\n"
    for _ in range(2):  # the second write to a closed connection is the one that fails
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n{{}}".encode())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(0.4)
    server.trouble("tencent")
    assert kind_of(answer_to(provider, request_for(IDENTITY))) is Result.MATCH
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("capability", [IDENTITY, Capability.FACE, CARD])
@pytest.mark.parametrize("vendor", ["tencent", "alibaba"])
def test_a_malformed_number_is_refused_and_not_billed(
    server: SandboxServer, vendor: str, capability: Capability
) -> None:
    request = replace(request_for(capability), id_number="0")  # type: ignore[call-arg]
    assert kind_of(answer_to(served(server, vendor), request)) is Refused


@pytest.mark.parametrize("vendor", ["tencent", "alibaba"])
def test_a_code_that_was_sent_can_be_learnt_from_it(server: SandboxServer, vendor: str) -> None:
    provider = served(server, vendor)
    order = request_for(Capability.SMS)
    assert isinstance(order, SmsCode)
    provider.call(order, reference())
    sent = requests.get(f"{server.endpoint}/_sandbox/sent", timeout=5).json()[-1]
    assert (sent["vendor"], sent["capability"], sent["to"][0][-11:]) == (vendor, "sms", order.mobile)
    assert order.code in sent["parameters"].values()
    before = len(server.sent)
    server.play(vendor, "throttled", Capability.SMS)
    answer_to(provider, order)
    assert len(server.sent) == before


@pytest.mark.parametrize("vendor", SCRIPTS)
@pytest.mark.parametrize(
    ("scenario", "kind"),
    [("match", None), ("bad_credentials", Misconfigured), ("outage", ProviderFailure), ("bad_signature", Exception)],
)
def test_the_harmless_question_is_answered_as_the_scenario_has_it(
    server: SandboxServer, vendor: str, scenario: str, kind: type[Exception] | None
) -> None:
    provider = served(server, vendor)
    server.play(vendor, scenario)
    if kind is None:
        refused = {"tencent": "-2", "alibaba": "401", "alipay": "ORDER_NOT_EXIST"}[vendor]
        assert provider.check() == f"takes our credentials (answered {refused})"
    else:
        with pytest.raises(kind):
            provider.check()


@pytest.mark.parametrize(("scenario", "kind"), [("bad_credentials", Misconfigured), ("outage", Unknown)])
def test_an_order_is_not_read_back_by_whom_the_vendor_does_not_answer(
    server: SandboxServer, scenario: str, kind: type[Exception]
) -> None:
    provider, ours = served(server, "alipay"), reference()
    theirs = reference_of(answer_to(provider, request_for(TRANSFER), ours))
    server.play("alipay", scenario)
    with pytest.raises(kind):
        provider.read_back(TRANSFER, ours, theirs)


def test_callbacks_are_delivered_as_often_as_told_and_on_this_machine_only(server: SandboxServer) -> None:
    with pytest.raises(ValueError, match="this machine"):
        server.notify("alipay", TRANSFER, reference(), "", "https://example.com/")
    before = len(server.log)
    server.notify("alibaba", LIVENESS, reference(), "id", f"{server.endpoint}/_sandbox/log", times=2)
    assert len(server.log) == before


def test_it_keeps_nothing_of_what_it_was_sent(server: SandboxServer) -> None:
    provider = served(server, "tencent")
    answer_to(provider, request_for(IDENTITY))
    assert isinstance(server.stages["tencent"], Stage)
    assert [stage.received for stage in server.stages.values()] == [[], [], []]
