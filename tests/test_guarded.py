"""No provider can be asked around the one place that has consent and record."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from providers.base import Capability, IdentityCheck, Kind
from providers.sandbox import Sandbox
from providers.testing.identities import adult
from tests.caller import PORTRAIT, Caller, card_of, person
from verify.guarded import Guarded, Permit, Undisclosed, permitted
from verify.services import Services

CHECK = IdentityCheck(adult(1).name, adult(1).id_number)
BOTH = frozenset({Kind.NAME, Kind.ID_NUMBER})


def test_every_provider_the_service_holds_is_guarded(services: Services) -> None:
    assert {type(provider) for provider in services.providers.values()} == {Guarded}


@pytest.mark.parametrize(
    "ask",
    [
        lambda provider: provider.call(CHECK, "ref"),
        lambda provider: provider.read_back(Capability.IDENTITY, "ref"),
        lambda provider: provider.erase(Capability.LIVENESS, "ref"),
    ],
    ids=["call", "read back", "erase"],
)
def test_without_a_permit_nothing_is_asked(services: Services, sandbox: Sandbox, ask: Callable[[Any], Any]) -> None:
    with pytest.raises(Undisclosed):
        ask(services.providers["sandbox"])


@pytest.mark.parametrize(
    "permit",
    [
        Permit("other", Capability.IDENTITY, BOTH),
        Permit("sandbox", Capability.FACE, BOTH),
        Permit("sandbox", Capability.IDENTITY, frozenset({Kind.NAME})),
        Permit("sandbox", Capability.IDENTITY),
    ],
    ids=["another recipient", "another purpose", "fewer kinds", "no data"],
)
def test_a_permit_for_something_else_is_none(services: Services, permit: Permit) -> None:
    with permitted(permit), pytest.raises(Undisclosed):
        services.providers["sandbox"].call(CHECK, "ref")


def test_a_permit_ends_with_its_call(services: Services) -> None:
    with permitted(Permit("sandbox", Capability.IDENTITY, BOTH)):
        services.providers["sandbox"].call(CHECK, "ref")
    with pytest.raises(Undisclosed):
        services.providers["sandbox"].call(CHECK, "ref")


def test_whole_flows_pass_the_guard(app: Flask, server: Caller) -> None:
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    server.step(made, "sms_code", {"code": "246810"})
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    other = server.create(account_ref="acct-2")["id"]
    server.consent(other)
    assert server.step(other, "identity", person(2))["next_step"] == "face"
