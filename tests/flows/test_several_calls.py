"""A step that takes several calls: one after another, each with its own attempt and consent, and safe at any crash."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from providers.base import BankCardCheck, Capability, Outcome, Request, Result, Unknown
from providers.sandbox import Sandbox
from providers.testing.identities import card, mobile
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock
from verify.errors import Problem
from verify.flows import routing
from verify.flows import step as path
from verify.flows.sealing import open_steps
from verify.flows.steps.prepared import Prepared
from verify.jobs.attempts import sweep
from verify.models import Attempt, Verification
from verify.services import Services


class Crash(BaseException):
    """The process ends."""


class Witness(Sandbox):
    """Keeps what it was asked, and does what it is told to at a capability."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Capability, str]] = []
        self.at: dict[Capability, Callable[[], None]] = {}

    def call(self, request: Request, reference: str) -> Outcome:
        self.asked.append((request.capability, reference))
        self.at.get(request.capability, lambda: None)()
        return super().call(request, reference)

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:  # noqa: ARG002
        return Outcome(Result.MATCH)


def card_of_the_same(session: Session, verification: Verification, _: None, services: Services) -> Prepared:
    keys = services.vault.keys(verification.id)
    values = open_steps(session, keys, verification, ("identity",))
    return Prepared(request=BankCardCheck(values["name"], values["id_number"], card(1), mobile(1)), keys=keys)


def refused(*_: Any) -> Prepared:
    raise Problem("too_many_attempts", retry_after=5)


@pytest.fixture
def sandbox() -> Witness:
    return Witness()


@pytest.fixture(autouse=True)
def two_calls(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """The identity step checks a card after name and number."""
    then: dict[Any, Any] = {("identity", Capability.IDENTITY): card_of_the_same}
    monkeypatch.setattr(path, "THEN", then)
    both = {"identity": lambda _: (Capability.IDENTITY, Capability.BANK_CARD)}
    monkeypatch.setattr(routing, "BY_SETTING", both)
    return then


@pytest.fixture
def verification(server: Caller) -> str:
    made = str(server.create()["id"])
    server.consent(made)
    return made


def attempts(app: Flask) -> list[Attempt]:
    services: Services = app.extensions["realname"]
    with app.app_context(), services.read() as session:
        return list(session.scalars(select(Attempt).order_by(Attempt.id)))


@pytest.mark.promise("2.3", "4.1")
def test_each_call_is_an_attempt_of_its_own_with_its_own_consent(
    app: Flask, server: Caller, verification: str, sandbox: Witness
) -> None:
    answered = server.step(verification, "identity", person())
    assert answered["next_step"] == "face"
    made = attempts(app)
    assert [(a.capability, a.consent_item, a.outcome) for a in made] == [
        ("identity", "share.identity.sandbox", "match"),
        ("bank_card", "share.bank_card.sandbox", "match"),
    ]
    assert sandbox.asked == [(Capability(a.capability), str(a.id)) for a in made]


def test_one_call_is_finished_before_the_next_begins(
    app: Flask, server: Caller, verification: str, sandbox: Witness
) -> None:
    seen: list[list[bool]] = []
    sandbox.at[Capability.BANK_CARD] = lambda: seen.append([a.finished_at is None for a in attempts(app)])
    server.step(verification, "identity", person())
    assert seen == [[False, True]]


def test_the_checks_of_all_calls_are_told(server: Caller, verification: str, sandbox: Witness) -> None:
    server.step(verification, "identity", person())
    assured = server.step(verification, "face", PORTRAIT)["result"]["assurance"]
    assert [check["check"] for check in assured] == ["identity", "bank_card", "face"]


@pytest.mark.parametrize(
    ("name", "code", "left"), [("张不符", "identity_mismatch", 2), ("张故障", "provider_unavailable", 3)]
)
def test_nobody_is_asked_after_a_call_that_did_not_pass(
    server: Caller, verification: str, sandbox: Witness, name: str, code: str, left: int
) -> None:
    answered = server.step(verification, "identity", person(name=name))
    assert answered["last_error"]["code"] == code
    assert answered["steps"][1]["attempts_left"] == left
    assert [capability for capability, _ in sandbox.asked] == [Capability.IDENTITY]


def test_a_refusal_between_two_calls_costs_nothing(
    app: Flask, server: Caller, verification: str, two_calls: dict[Any, Any]
) -> None:
    two_calls["identity", Capability.IDENTITY] = refused
    answered = server.step(verification, "identity", person())
    assert answered["status"] == "pending"
    assert answered["last_error"]["code"] == "provider_unavailable"
    assert answered["steps"][1] == {"name": "identity", "status": "pending", "attempts_left": 3}
    assert all(a.finished_at for a in attempts(app))


def end() -> None:
    raise Crash


def late() -> None:
    raise Unknown


@pytest.mark.parametrize("interrupted", [Capability.IDENTITY, Capability.BANK_CARD])
@pytest.mark.parametrize("by", [end, late], ids=["crash", "no answer"])
def test_a_step_interrupted_at_any_call_goes_on(
    app: Flask,
    server: Caller,
    clock: Clock,
    services: Services,
    verification: str,
    sandbox: Witness,
    interrupted: Capability,
    by: Callable[[], None],
) -> None:
    sandbox.at[interrupted] = by
    if by is end:
        with pytest.raises(Crash):
            server.step(verification, "identity", person())
    else:
        server.step(verification, "identity", person(), status=202)
    sandbox.at.clear()
    clock.turn(minutes=1)
    while sweep(services):
        pass
    answered = server.read(verification)
    assert answered["next_step"] == "face"
    assert [a.capability for a in attempts(app)] == ["identity", "bank_card"]
    assert [capability for capability, _ in sandbox.asked] == [Capability.IDENTITY, Capability.BANK_CARD]
