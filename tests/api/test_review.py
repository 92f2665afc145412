"""A review decided by a test key, and how it reads."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.caller import PORTRAIT, Caller
from tests.conftest import Keys
from tests.staff import events_of, in_review
from verify.services import Services


def review(server: Caller, case: UUID, status: int = 200, **body: str) -> dict[str, Any]:
    response = server.post(f"/v1/test/verifications/ver_{case}/review", body)
    assert response.status_code == status, response.json
    found: dict[str, Any] = response.json
    return found


@pytest.mark.parametrize(
    ("decision", "status"), [("approve", "verified"), ("reject", "rejected"), ("ask_again", "pending")]
)
def test_a_test_key_forces_each_decision(server: Caller, services: Services, decision: str, status: str) -> None:
    case = in_review(server, services, face="license_unreadable")
    assert review(server, case, decision=decision, step="face")["status"] == status
    assert "review.approved" in events_of(services, case) or decision != "approve"


def test_what_waits_for_a_person_is_listed(server: Caller, services: Services) -> None:
    case = in_review(server, services, face="license_unreadable")
    server.create(account_ref="acct-2")
    found = server.get("/v1/verifications?status=review").json["data"]
    assert [one["id"] for one in found] == [f"ver_{case}"]
    assert found[0]["next_step"] is None


def test_after_asking_again_the_user_finishes(server: Caller, services: Services) -> None:
    case = in_review(server, services, face="license_unreadable")
    asked = review(server, case, decision="ask_again", step="face", message="请正对镜头")
    assert asked["request"] == "请正对镜头"
    done = server.step(asked["id"], "face", PORTRAIT)
    assert done["status"] == "verified"
    assert done["request"] is None


def test_what_is_not_in_review_is_not_decided(server: Caller) -> None:
    made = UUID(server.create()["id"].removeprefix("ver_"))
    assert review(server, made, 409, decision="approve")["code"] == "not_in_review"


def test_a_decision_is_final(server: Caller, services: Services) -> None:
    case = in_review(server, services, face="license_unreadable")
    review(server, case, decision="reject", reason_code="papers_suspect")
    assert review(server, case, 409, decision="approve")["code"] == "verification_final"


def test_a_live_key_forces_nothing(app: Flask, api_keys: Keys, server: Caller, services: Services) -> None:
    case = in_review(server, services, face="license_unreadable")
    live = Caller(app, api_keys.live)
    assert review(live, case, 403, decision="approve")["code"] == "forbidden"
