"""Policy 8.2, 8.3: a major change is announced before it takes effect, and the verified are asked again."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock
from verify.audit import Tally, first_break
from verify.flows import renewal
from verify.models import Consent
from verify.services import Services

#: in China the day before a major change
BEFORE = datetime(2026, 11, 27, 4, tzinfo=UTC)
ACCOUNT = "/v1/accounts/acct-1001"


@pytest.fixture
def clock() -> Clock:
    return Clock(BEFORE)


@pytest.fixture
def verified(server: Caller) -> str:
    made: str = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return made


def gate(server: Caller) -> dict[str, Any]:
    found: dict[str, Any] = server.get(ACCOUNT).json["personal"]
    return found


def notice(server: Caller, query: str = "", status: int = 200) -> dict[str, Any]:
    response = server.get(f"{ACCOUNT}/consent_notice{query}")
    assert response.status_code == status, response.json
    found: dict[str, Any] = response.json
    return found


def announcements(server: Caller) -> list[dict[str, Any]]:
    return [event for event in server.get("/v1/events").json["data"] if event["type"] == "policy.announced"]


class TestBothDatabases:
    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    @pytest.mark.usefixtures("verified")
    @pytest.mark.promise("8")
    def test_a_change_is_announced_once_to_each_account_before_it_takes_effect(
        self, server: Caller, services: Services
    ) -> None:
        server.create(account_ref="acct-unverified")
        assert renewal.announce(services) == 1
        assert renewal.announce(services) == 0
        [told] = announcements(server)
        assert (told["data"]["account_ref"], told["data"]["policy_version"]) == ("acct-1001", "2026-11-28")
        with services.read() as session:
            assert first_break(session, Tally()) is None

    @pytest.mark.promise("8")
    def test_the_gate_says_that_consent_is_owed_and_stays_open(
        self, server: Caller, clock: Clock, verified: str
    ) -> None:
        assert gate(server) == {"status": "verified", "verification": verified}
        clock.turn(days=1)
        assert gate(server) == {"status": "verified", "verification": verified, "consent": "outdated"}


@pytest.mark.usefixtures("verified")
def test_what_is_in_force_is_not_announced_any_more(server: Caller, services: Services, clock: Clock) -> None:
    clock.turn(days=1)
    assert renewal.announce(services) == 0
    assert announcements(server) == []


@pytest.mark.promise("8")
def test_what_is_asked_again_is_what_goes_on(server: Caller, clock: Clock, services: Services, verified: str) -> None:
    clock.turn(days=1)
    asked = notice(server)
    assert ([item["id"] for item in asked["items"]], asked["policy_version"]) == (["identity"], "2026-11-28")
    body = {"policy_version": asked["policy_version"], "notice_id": asked["notice_id"], "granted": ["identity"]}
    for refused in ({**body, "granted": []}, {**body, "policy_version": "2026-11-26"}):
        assert server.post(f"{ACCOUNT}/consents", refused).status_code in {403, 409}
    assert server.post(f"{ACCOUNT}/consents", body).status_code == 200
    assert gate(server) == {"status": "verified", "verification": verified}
    with services.read() as session:
        own = Consent.verification_id == UUID(verified.removeprefix("ver_"))
        kept = session.scalars(select(Consent.policy_version).where(own, Consent.item == "identity")).all()
    assert sorted(kept) == ["2026-11-26", "2026-11-28"]


@pytest.mark.usefixtures("verified")
@pytest.mark.promise("8")
def test_after_a_no_nobody_asks_again_at_once_unless_the_user_does(server: Caller, clock: Clock) -> None:
    """Policy 2.3: no nagging."""
    clock.turn(days=1)
    assert server.post(f"{ACCOUNT}/consents/decline").status_code == 200
    assert (gate(server)["status"], gate(server)["consent"]) == ("verified", "declined")
    assert notice(server, status=409)["code"] == "consent_refused"
    assert notice(server, "?asked_by_user=true")["items"]
    clock.turn(hours=49)
    asked = notice(server)
    server.post(f"{ACCOUNT}/consents", {"policy_version": asked["policy_version"], "granted": ["identity"]})
    assert "consent" not in gate(server)


@pytest.mark.parametrize("query", ["?type=enterprise", ""])
def test_who_was_never_verified_is_asked_nothing(server: Caller, query: str) -> None:
    server.create()
    assert notice(server, query, status=404)["code"] == "not_found"
