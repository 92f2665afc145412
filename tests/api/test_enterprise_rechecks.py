"""Verified enterprises later on: what the register says of them, and letters that run out."""

import pytest

from tests.caller import PORTRAIT, Caller
from tests.conftest import Clock
from tests.enterprises import (
    authorized,
    give_letter,
    in_person,
    to_representative,
)
from tests.registers import NO_RECORD, REVOKED, Lagging
from verify.jobs import rechecks
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def sandbox() -> Lagging:
    return Lagging()


def verified_enterprise(server: Caller) -> str:
    made = to_representative(server)
    server.step(made, "representative", in_person())
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return made


@pytest.mark.promise("反诈法 22")
def test_a_register_that_says_closed_twice_suspends_the_account(
    server: Caller, services: Services, clock: Clock, sandbox: Lagging
) -> None:
    made = verified_enterprise(server)
    clock.turn(days=90)
    sandbox.answer = REVOKED
    assert rechecks.sweep(services) == 1
    assert server.get("/v1/accounts/acct-1001").json["enterprise"]["status"] == "verified"
    clock.turn(days=3)
    assert rechecks.sweep(services) == 1
    gate = server.get("/v1/accounts/acct-1001").json["enterprise"]
    assert (gate["status"], gate["reason"]) == ("suspended", "enterprise_revoked")
    assert server.read(made)["status"] == "verified"
    clock.turn(days=200)
    assert rechecks.sweep(services) == 0


def test_one_wrong_answer_suspends_nobody(server: Caller, services: Services, clock: Clock, sandbox: Lagging) -> None:
    verified_enterprise(server)
    for answer in (REVOKED, None, REVOKED, NO_RECORD):
        clock.turn(days=90)
        sandbox.answer = answer
        assert rechecks.sweep(services) == 1
    assert server.get("/v1/accounts/acct-1001").json["enterprise"]["status"] == "verified"


@pytest.mark.promise("反诈法 22")
def test_a_letter_that_runs_out_suspends_the_account(server: Caller, services: Services, clock: Clock) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    give_letter(server, made, "2026-12-20")
    server.step(made, "face", PORTRAIT)
    server.post(f"/v1/test/verifications/{made}/review", {"decision": "approve"})
    clock.turn(days=19, hours=11)  # 23:00 of the last day in China
    assert rechecks.sweep(services) == 0
    clock.turn(hours=2)
    assert rechecks.sweep(services) == 1
    assert enterprise_gate(server) == ("suspended", "authorization_letter_expired")


def enterprise_gate(server: Caller) -> tuple[str, str | None]:
    shown = server.get("/v1/accounts/acct-1001").json["enterprise"]
    return shown["status"], shown.get("reason")


def verified_by_letter(server: Caller) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    give_letter(server, made, "2026-12-20")
    server.step(made, "face", PORTRAIT)
    server.post(f"/v1/test/verifications/{made}/review", {"decision": "approve"})


def reinstated(server: Caller) -> str | None:
    reason: str | None = server.post("/v1/accounts/acct-1001/reinstate").json["suspended_reason"]
    return reason


def test_a_letter_that_runs_out_behind_another_reason_holds_once_that_is_lifted(
    server: Caller, services: Services, clock: Clock
) -> None:
    verified_by_letter(server)
    server.post("/v1/accounts/acct-1001/suspend", {"reason": "fraud_found"})
    clock.turn(days=20)
    assert rechecks.sweep(services) == 1
    assert enterprise_gate(server) == ("suspended", "fraud_found")
    assert reinstated(server) == "authorization_letter_expired"
    assert enterprise_gate(server) == ("suspended", "authorization_letter_expired")


def test_a_letter_that_has_run_out_is_not_lifted(server: Caller, services: Services, clock: Clock) -> None:
    verified_by_letter(server)
    clock.turn(days=20)
    rechecks.sweep(services)
    assert reinstated(server) == "authorization_letter_expired"
    assert enterprise_gate(server) == ("suspended", "authorization_letter_expired")


def test_a_letter_that_still_runs_lets_a_suspension_be_lifted(server: Caller, clock: Clock) -> None:
    verified_by_letter(server)
    server.post("/v1/accounts/acct-1001/suspend", {"reason": "fraud_found"})
    assert reinstated(server) is None
    assert enterprise_gate(server) == ("verified", None)


def test_the_register_is_asked_again_once_its_suspension_is_lifted(
    server: Caller, services: Services, clock: Clock, sandbox: Lagging
) -> None:
    verified_enterprise(server)
    sandbox.answer = REVOKED
    for days in (90, 3):
        clock.turn(days=days)
        rechecks.sweep(services)
    assert reinstated(server) is None
    for _ in range(2):
        clock.turn(days=4)
        assert rechecks.sweep(services) == 1
    assert enterprise_gate(server) == ("suspended", "enterprise_revoked")
