"""Personal verification by bank card, from outside in, with the sandbox's values."""

from typing import Any

import pytest
from flask import Flask

from tests.caller import PORTRAIT, Caller, card_of
from tests.conftest import Clock, Nudges, make_application
from verify.jobs.attempts import reconcile
from verify.services import Services

CODE = {"code": "246810"}


def started(server: Caller, account_ref: str = "acct-1001") -> str:
    made = server.create("bank_card", account_ref)
    server.consent(made["id"])
    return str(made["id"])


def step_of(verification: dict[str, Any], name: str) -> dict[str, Any]:
    return next(s for s in verification["steps"] if s["name"] == name)


def test_a_person_is_verified_by_bank_card_and_face(server: Caller) -> None:
    verification = started(server)
    sent = server.step(verification, "bank_card", card_of())
    assert sent["next_step"] == "sms_code"
    assert step_of(sent, "bank_card")["status"] == "processing"
    assert step_of(sent, "sms_code")["sent_to"] == "138****" + card_of()["mobile"][-4:]
    matched = server.step(verification, "sms_code", CODE)
    assert [s["status"] for s in matched["steps"]] == ["passed", "passed", "passed", "pending"]
    assert "sent_to" not in step_of(matched, "sms_code")
    done = server.step(verification, "face", PORTRAIT)
    assert done["status"] == "verified"
    assert [check["check"] for check in done["result"]["assurance"]] == ["bank_card", "face"]


def test_the_face_step_can_be_switched_off(app: Flask) -> None:
    server = Caller(app, make_application(app, bank_card_face=False).test)
    verification = started(server)
    server.step(verification, "bank_card", card_of())
    assert server.step(verification, "sms_code", CODE)["status"] == "verified"


def test_a_wrong_code_costs_a_try_of_the_code_only(server: Caller) -> None:
    verification = started(server)
    server.step(verification, "bank_card", card_of())
    after = server.step(verification, "sms_code", {"code": "111111"})
    assert after["next_step"] == "sms_code"
    assert after["last_error"]["code"] == "code_wrong"
    assert step_of(after, "sms_code")["attempts_left"] == 4
    assert step_of(after, "bank_card")["attempts_left"] == 3


def test_tries_of_the_code_survive_a_resend(server: Caller, clock: Clock) -> None:
    verification = started(server)
    server.step(verification, "bank_card", card_of())
    server.step(verification, "sms_code", {"code": "111111"})
    clock.turn(minutes=1)
    assert server.post(f"/v1/verifications/{verification}/steps/sms_code/resend").status_code == 200
    assert step_of(server.read(verification), "sms_code")["attempts_left"] == 4


def test_a_resend_within_a_minute_is_told_to_wait(server: Caller, clock: Clock) -> None:
    verification = started(server)
    server.step(verification, "bank_card", card_of())
    clock.turn(seconds=20)
    refused = server.post(f"/v1/verifications/{verification}/steps/sms_code/resend")
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_attempts")
    assert refused.headers["Retry-After"] == "40"


def test_an_old_code_expires_at_no_cost(server: Caller, clock: Clock) -> None:
    verification = started(server)
    server.step(verification, "bank_card", card_of())
    clock.turn(minutes=10)
    after = server.step(verification, "sms_code", CODE)
    assert after["last_error"]["code"] == "code_expired"
    assert step_of(after, "sms_code")["attempts_left"] == 5


def test_five_wrong_codes_exhaust_the_method(server: Caller) -> None:
    verification = started(server)
    server.step(verification, "bank_card", card_of())
    for _ in range(5):
        after = server.step(verification, "sms_code", {"code": "000000"})
    assert after["next_step"] is None
    assert step_of(after, "sms_code")["status"] == "failed"
    assert step_of(after, "bank_card")["status"] == "pending"
    assert after["alternatives"] == ["face", "micro_transfer"]


def test_a_sixth_code_to_one_mobile_in_a_day_is_refused_across_accounts(server: Caller, clock: Clock) -> None:
    for n in range(5):
        server.step(started(server, f"acct-{n}"), "bank_card", card_of(1))
    sixth = server.step(started(server, "acct-6"), "bank_card", card_of(1), status=429)
    assert sixth["code"] == "too_many_attempts"
    clock.turn(days=1)
    assert server.step(started(server, "acct-7"), "bank_card", card_of(1))["next_step"] == "sms_code"


@pytest.mark.parametrize(("name", "code"), [("张不符", "bank_card_mismatch"), ("张无记录", "no_record")])
def test_a_card_that_does_not_match_is_asked_for_again(server: Caller, name: str, code: str) -> None:
    verification = started(server)
    server.step(verification, "bank_card", card_of(name=name))
    after = server.step(verification, "sms_code", CODE)
    assert after["next_step"] == "bank_card"
    assert after["last_error"] == {**after["last_error"], "step": "bank_card", "code": code, "retryable": True}
    assert step_of(after, "bank_card")["attempts_left"] == 2
    assert step_of(after, "sms_code")["attempts_left"] == 5
    server.step(verification, "bank_card", card_of(2))
    assert server.step(verification, "sms_code", CODE)["next_step"] == "face"


def test_an_outage_keeps_the_right_code_good(server: Caller) -> None:
    verification = started(server)
    server.step(verification, "bank_card", card_of(name="张故障"))
    after = server.step(verification, "sms_code", CODE)
    assert after["next_step"] == "sms_code"
    assert after["last_error"]["code"] == "provider_unavailable"
    assert step_of(after, "bank_card")["attempts_left"] == 3
    assert step_of(after, "sms_code")["attempts_left"] == 5


def test_a_timed_out_four_element_match_is_read_back(
    server: Caller, services: Services, clock: Clock, nudges: Nudges
) -> None:
    verification = started(server)
    server.step(verification, "bank_card", card_of(name="张超时"))
    assert server.step(verification, "sms_code", CODE, status=202)["status"] == "processing"
    clock.turn(seconds=3)
    reconcile(services, nudges.sent[-1][1])
    assert server.read(verification)["next_step"] == "face"


def test_a_card_whose_checks_are_spent_is_refused_before_a_code_is_sent(server: Caller, clock: Clock) -> None:
    for n in range(5):
        verification = started(server, f"acct-{n}")
        server.step(verification, "bank_card", {**card_of(n), "card_number": card_of(1)["card_number"]})
        assert server.step(verification, "sms_code", CODE)["next_step"] == "face"
    verification = started(server, "acct-6")
    spent = {**card_of(9), "card_number": card_of(1)["card_number"]}
    refused = server.post(f"/v1/verifications/{verification}/steps/bank_card", spent)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_attempts")
    assert 0 < int(refused.headers["Retry-After"]) <= 86400
    assert server.read(verification)["next_step"] == "bank_card"
    assert server.step(verification, "bank_card", card_of(9))["next_step"] == "sms_code"
    clock.turn(days=1)
    assert server.step(started(server, "acct-7"), "bank_card", spent)["next_step"] == "sms_code"


def test_codes_sent_before_the_last_check_of_a_card_do_not_get_it_a_sixth(server: Caller) -> None:
    same_card = card_of(1)["card_number"]
    made = [started(server, f"acct-{n}") for n in range(6)]
    for n, verification in enumerate(made):
        server.step(verification, "bank_card", {**card_of(n), "card_number": same_card})
    for verification in made[:5]:
        assert server.step(verification, "sms_code", CODE)["next_step"] == "face"
    assert server.step(made[5], "sms_code", CODE, status=429)["code"] == "too_many_attempts"
    assert server.read(made[5])["next_step"] == "sms_code"
