"""Personal verification by micro-transfer, from outside in, with the sandbox's values."""

from typing import Any

import pytest
from flask import Flask

from tests.caller import PORTRAIT, Caller, account_of
from tests.conftest import Clock, make_application
from tests.transfers import step_of, to_amount, to_card

RIGHT = {"amount": "0.37"}


def test_a_person_is_verified_by_micro_transfer(server: Caller) -> None:
    verification = server.create("micro_transfer")["id"]
    consented = server.consent(verification)
    assert consented["next_step"] == "bank_account"
    given = server.step(verification, "bank_account", account_of())
    assert (given["next_step"], step_of(given, "id_card")["needs"]) == ("id_card", ["front", "back"])
    front = server.step(verification, "id_card?side=front", PORTRAIT)
    assert (front["next_step"], step_of(front, "id_card")["needs"]) == ("id_card", ["back"])
    sent = server.step(verification, "id_card?side=back", PORTRAIT)
    assert (sent["status"], sent["next_step"]) == ("pending", "transfer_amount")
    assert sent["transfer"] == {
        "status": "sent",
        "proof": "amount",
        "arrives_by": "2026-12-03T04:00:00.000Z",
        "answer_by": "2026-12-08T04:00:00.000Z",
        "attempts_left": 3,
    }
    done = server.step(verification, "transfer_amount", RIGHT)
    assert done["status"] == "verified"
    assert done["result"]["assurance"] == [
        {"check": "identity", "provider": "sandbox"},
        {"check": "id_card", "provider": "sandbox"},
        {"check": "transfer", "provider": "sandbox", "proof": "amount", "guessing_odds": "3/190"},
    ]
    assert server.get("/v1/accounts/acct-1001").json["personal"]["status"] == "verified"


def test_it_may_take_thirty_days(server: Caller) -> None:
    assert server.create("micro_transfer")["expires_at"] == "2026-12-31T04:00:00.000Z"
    other = server.create("face", "acct-2")["id"]
    switched = server.post(f"/v1/verifications/{other}/switch_method", {"method": "micro_transfer"}).json
    assert switched["expires_at"] == "2026-12-31T04:00:00.000Z"


def test_an_account_in_another_name_starts_no_transfer(server: Caller) -> None:
    verification = server.create("micro_transfer")["id"]
    server.consent(verification)
    after = server.step(verification, "bank_account", {**account_of(), "account_name": "王大力"})
    assert (after["next_step"], after["last_error"]["code"]) == ("bank_account", "account_name_mismatch")
    assert step_of(after, "bank_account")["attempts_left"] == 3


def test_a_name_that_is_not_the_numbers_starts_no_transfer(server: Caller) -> None:
    verification = server.create("micro_transfer")["id"]
    server.consent(verification)
    after = server.step(verification, "bank_account", account_of(name="张不符"))
    assert (after["next_step"], after["last_error"]["code"]) == ("bank_account", "identity_mismatch")
    assert step_of(after, "bank_account")["attempts_left"] == 2


@pytest.mark.parametrize(
    ("name", "side", "code", "left"),
    [
        ("张证件不符", "front", "id_card_mismatch", 2),
        ("张证件过期", "back", "id_card_expired", 2),
        ("张证件反面", "front", "id_card_wrong_side", 3),
        ("张证件模糊", "back", "id_card_unreadable", 3),
    ],
)
def test_a_card_that_will_not_do_is_asked_for_again(server: Caller, name: str, side: str, code: str, left: int) -> None:
    verification = to_card(server, name=name)
    after = server.step(verification, f"id_card?side={side}", PORTRAIT)
    assert (after["next_step"], after["last_error"]["code"]) == ("id_card", code)
    card = step_of(after, "id_card")
    assert (card["attempts_left"], card["needs"]) == (left, ["front", "back"])


def test_a_side_is_front_or_back(server: Caller) -> None:
    verification = to_card(server)
    for query in ("", "?side=left"):
        refused = server.step(verification, f"id_card{query}", PORTRAIT, status=422)
        assert refused["code"] == "invalid_input"


@pytest.mark.parametrize(
    "body", [{}, {"amounts": ["0.37", "0.52"]}, {"amount": "0,37"}, {"amount": "37"}, {"code": "1"}]
)
def test_what_is_no_answer_costs_no_guess(server: Caller, body: dict[str, Any]) -> None:
    verification = to_amount(server)
    assert server.step(verification, "transfer_amount", body, status=422)["code"] == "invalid_input"
    assert server.read(verification)["transfer"]["attempts_left"] == 3


def test_a_refused_account_may_be_replaced(server: Caller) -> None:
    verification = to_amount(server, ending="0002")
    refused = server.read(verification)
    assert (refused["status"], refused["next_step"]) == ("pending", "bank_account")
    assert (refused["last_error"]["code"], refused["transfer"]["status"]) == ("account_invalid", "failed")
    assert step_of(refused, "bank_account")["attempts_left"] == 2
    again = server.step(verification, "bank_account", account_of(2, ending="1111", who=1))
    assert (again["next_step"], again["transfer"]["status"]) == ("transfer_amount", "sent")
    assert server.step(verification, "transfer_amount", RIGHT)["status"] == "verified"


def test_another_person_means_another_card(server: Caller) -> None:
    verification = to_amount(server, ending="0002")
    again = server.step(verification, "bank_account", account_of(2))
    assert (again["next_step"], step_of(again, "id_card")["needs"]) == ("id_card", ["front", "back"])


@pytest.mark.parametrize(
    ("proof", "answer", "odds"),
    [
        ("two_amounts", {"amounts": ["0.37", "0.52"]}, "3/36100"),
        ("remark_code", {"code": "246810"}, "3/1000000"),
    ],
)
def test_an_application_may_ask_for_a_harder_proof(app: Flask, proof: str, answer: dict[str, Any], odds: str) -> None:
    server = Caller(app, make_application(app, transfer_proof=proof).test)
    verification = to_amount(server)
    assert server.read(verification)["transfer"]["proof"] == proof
    done = server.step(verification, "transfer_amount", answer)
    assert done["status"] == "verified"
    assert done["result"]["assurance"][-1]["guessing_odds"] == odds


def test_two_amounts_count_in_their_order(app: Flask) -> None:
    server = Caller(app, make_application(app, transfer_proof="two_amounts").test)
    verification = to_amount(server)
    after = server.step(verification, "transfer_amount", {"amounts": ["0.52", "0.37"]})
    assert after["last_error"]["code"] == "amount_mismatch"


def test_after_seven_days_an_answer_is_too_late(server: Caller, clock: Clock) -> None:
    verification = to_amount(server)
    clock.turn(days=7)
    after = server.step(verification, "transfer_amount", RIGHT)
    assert (after["next_step"], after["last_error"]["code"]) == ("bank_account", "answer_window_over")
    assert step_of(after, "bank_account")["attempts_left"] == 2


def test_a_live_key_without_providers_is_not_ready(app: Flask) -> None:
    live = Caller(app, make_application(app).live)
    body = {"type": "personal", "method": "micro_transfer", "account_ref": "acct-1"}
    assert live.post("/v1/verifications", body).json["code"] == "not_ready"


def test_a_person_without_an_open_transfer_shows_none(server: Caller) -> None:
    assert server.create("micro_transfer")["transfer"] is None
