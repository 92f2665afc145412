"""Forced outcomes: what would take days, for test keys alone."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.caller import Caller
from tests.conftest import Keys, make_application
from tests.transfers import to_amount, to_card
from verify.jobs import transfers
from verify.models import Transfer
from verify.services import Services

RIGHT = {"amount": "0.37"}


def advance(server: Caller, verification: str, to: str, status: int = 200, **more: Any) -> dict[str, Any]:
    response = server.post(f"/v1/test/verifications/{verification}/advance_transfer", {"to": to}, **more)
    assert response.status_code == status, response.json
    found: dict[str, Any] = response.json
    return found


def test_a_transfer_that_stays_requested_is_advanced_to_sent(server: Caller) -> None:
    verification = to_amount(server, ending="0003")
    assert server.read(verification)["status"] == "processing"
    sent = advance(server, verification, "sent")
    assert (sent["next_step"], sent["transfer"]["status"]) == ("transfer_amount", "sent")
    assert server.step(verification, "transfer_amount", RIGHT)["status"] == "verified"


@pytest.mark.parametrize(("to", "code"), [("failed", "account_invalid"), ("returned", "transfer_returned")])
def test_a_transfer_is_advanced_to_an_end(server: Caller, to: str, code: str) -> None:
    verification = to_amount(server, ending="0003")
    ended = advance(server, verification, to)
    assert (ended["next_step"], ended["last_error"]["code"]) == ("bank_account", code)


@pytest.mark.parametrize("to", ["failed", "returned"])
@pytest.mark.parametrize("ending", ["0001", "0003"])
def test_a_forced_end_is_what_reading_back_finds(server: Caller, services: Services, ending: str, to: str) -> None:
    verification = to_amount(server, ending=ending)
    advance(server, verification, to)
    assert transfers.sweep(services) == 0
    with services.write() as session:  # as a callback would have it
        session.execute(update(Transfer).values(due_at=services.clock(), hinted_at=services.clock()))
    assert transfers.sweep(services) == 1
    with services.read() as session:
        assert session.scalars(select(Transfer.contradiction)).all() == [None]


def test_a_late_return_is_forced_upon_a_verified_account(server: Caller) -> None:
    verification = to_amount(server)
    server.step(verification, "transfer_amount", RIGHT)
    assert advance(server, verification, "returned")["status"] == "verified"
    assert server.get("/v1/accounts/acct-1001").json["personal"] == {
        "status": "suspended",
        "reason": "transfer_returned",
        "verification": verification,
    }


def test_both_of_two_amounts_are_advanced(app: Flask) -> None:
    server = Caller(app, make_application(app, transfer_proof="two_amounts").test)
    verification = to_amount(server, ending="0003")
    assert advance(server, verification, "sent")["next_step"] == "transfer_amount"


def test_an_unknown_one_is_what_a_bank_has_not_answered(server: Caller, services: Services) -> None:
    verification = to_amount(server, ending="0003")
    assert advance(server, verification, "unknown", status=202)["transfer"]["status"] == "unknown"
    assert transfers.sweep(services) == 0


@pytest.mark.parametrize(("first", "then"), [("sent", "failed"), ("failed", "sent"), ("returned", "sent")])
def test_what_cannot_follow_is_refused(server: Caller, first: str, then: str) -> None:
    verification = to_amount(server, ending="0003")
    advance(server, verification, first)
    if (first, then) == ("sent", "failed"):
        assert advance(server, verification, then)["transfer"]["status"] == "returned"
    else:
        assert advance(server, verification, then, status=409)["code"] == "step_not_expected"


def test_without_a_transfer_there_is_nothing_to_advance(server: Caller) -> None:
    assert advance(server, to_card(server), "sent", status=409)["code"] == "step_not_expected"


def test_a_repeated_order_is_answered_once(server: Caller) -> None:
    verification = to_amount(server, ending="0003")
    key = {"Idempotency-Key": "once"}
    advance(server, verification, "sent", headers=key)
    assert advance(server, verification, "sent", headers=key)["transfer"]["status"] == "sent"


def test_a_pending_verification_is_expired(server: Caller) -> None:
    verification = server.create()["id"]
    path = f"/v1/test/verifications/{verification}/expire"
    assert server.post(path).json["status"] == "expired"
    assert server.post(path).json["code"] == "verification_final"


def test_one_that_a_bank_works_on_is_not_expired(server: Caller) -> None:
    verification = to_amount(server, ending="0003")
    refused = server.post(f"/v1/test/verifications/{verification}/expire")
    assert (refused.status_code, refused.json["code"]) == (409, "step_not_expected")


@pytest.mark.parametrize("path", ["expire", "advance_transfer"])
def test_a_live_key_forces_nothing(app: Flask, api_keys: Keys, server: Caller, path: str) -> None:
    verification = server.create()["id"]
    refused = Caller(app, api_keys.live).post(
        f"/v1/test/verifications/{verification}/{path}", {"to": "sent"} if path != "expire" else {}
    )
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert server.read(verification)["status"] == "pending"


def test_a_client_token_forces_nothing(app: Flask, server: Caller) -> None:
    made = server.create()
    refused = Caller(app, made["client_token"]).post(f"/v1/test/verifications/{made['id']}/expire")
    assert refused.status_code == 403
