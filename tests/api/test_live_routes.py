"""A live key with real vendors behind it, mocked at the HTTP edge: routing, consent and outages."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from providers.base import Capability, Provider
from providers.sandbox import Sandbox
from providers.testing.scenarios import Mocked
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Keys, make_application
from verify.config import Settings
from verify.flows.review.stuck import waits_for
from verify.models import Attempt, Consent, Verification
from verify.services import Services

FIRST = "tencent"
ROUTES = {
    "identity": [{"provider": FIRST, "weight": 1}],
    "face": [{"provider": FIRST}, {"provider": "sandbox"}, {"provider": "nobody"}],
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, providers={"routes": ROUTES})


@pytest.fixture
def parts(sandbox: Sandbox, realname_tencent: Mocked) -> dict[str, Any]:
    loaded: dict[str, Provider] = {"sandbox": sandbox, FIRST: realname_tencent.provider}
    return {"providers": loaded}


@pytest.fixture
def live(app: Flask) -> Caller:
    return Caller(app, make_application(app, direct_face_image=True).live)


def test_a_live_person_is_verified_by_the_configured_vendor(live: Caller, realname_tencent: Mocked) -> None:
    made = live.create()["id"]
    live.consent(made)
    live.step(made, "identity", person())
    done = live.step(made, "face", PORTRAIT)
    assert done["status"] == "verified"
    assert {check["provider"] for check in done["result"]["assurance"]} == {FIRST}
    assert len(realname_tencent.requests) == 2


@pytest.mark.promise("4.2")
def test_the_notice_names_the_vendor_and_never_the_sandbox(live: Caller) -> None:
    notice = live.get(f"/v1/verifications/{live.create()['id']}/consent_notice").json
    recipients = {item["id"]: item["recipient"] for item in notice["items"] if "recipient" in item}
    assert set(recipients) == {f"share.identity.{FIRST}", f"share.face.{FIRST}"}
    assert all(recipient["contact"] and recipient["name"] for recipient in recipients.values())


@pytest.mark.parametrize(
    ("scenario", "status", "code", "left"),
    [
        ("mismatch", 200, "identity_mismatch", 2),
        ("no_record", 200, "no_record", 2),
        ("outage", 200, "provider_unavailable", 3),
        ("throttled", 200, "provider_throttled", 3),
        ("timeout", 202, None, 3),
    ],
)
def test_each_answer_of_a_vendor_has_its_effect(
    live: Caller, realname_tencent: Mocked, scenario: str, status: int, code: str | None, left: int
) -> None:
    made = live.create()["id"]
    live.consent(made)
    realname_tencent.play(scenario, Capability.IDENTITY)
    after = live.step(made, "identity", person(), status=status)
    assert (after["last_error"] or {}).get("code") == code
    assert [s["attempts_left"] for s in after["steps"] if s["name"] == "identity"] == [left]


@pytest.mark.parametrize("tries", [1, 5])
def test_a_code_that_no_document_has_costs_no_try_and_is_kept_for_staff(
    live: Caller, services: Services, realname_tencent: Mocked, tries: int
) -> None:
    made = live.create()["id"]
    live.consent(made)
    realname_tencent.play("unlisted", Capability.IDENTITY)
    for _ in range(tries):
        after = live.step(made, "identity", person())
    assert after["last_error"]["code"] == "inconclusive"
    assert [s["attempts_left"] for s in after["steps"] if s["name"] == "identity"] == [3]
    with services.read() as session:
        row = session.scalars(select(Attempt)).first()
        verification = session.scalars(select(Verification)).one()
    assert row is not None
    assert (row.outcome, row.vendor_code) == ("inconclusive", "FailedOperation.NobodyHasHeardOf")
    assert waits_for(verification) == ["vendor_unclear"]


def test_without_a_hosted_page_a_live_face_needs_an_application_that_takes_pictures(app: Flask, api_keys: Keys) -> None:
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    assert Caller(app, api_keys.live).post("/v1/verifications", wanted).json["code"] == "not_ready"


def test_each_call_is_recorded_as_a_disclosure_without_its_data(
    live: Caller, services: Services, realname_tencent: Mocked
) -> None:
    made = live.create()["id"]
    live.consent(made)
    live.step(made, "identity", person())
    with services.read() as session:
        row = session.scalars(select(Attempt)).one()
    assert (row.provider, row.kinds, row.consent_item) == (FIRST, ["id_number", "name"], f"share.identity.{FIRST}")
    assert row.outcome == "match"
    assert row.billed is True
    assert person()["id_number"] not in str(vars(row))


@pytest.mark.promise("2.3", "4.2")
def test_without_a_live_consent_nothing_is_sent(live: Caller, services: Services, realname_tencent: Mocked) -> None:
    made = live.create()["id"]
    live.consent(made)
    with services.write() as session:
        for consent in session.scalars(select(Consent)):
            consent.withdrawn_at = services.clock()
    refused = live.step(made, "identity", person(), status=403)
    assert (refused["code"], refused["missing"]) == ("consent_required", ["share.identity"])
    assert realname_tencent.requests == []
