"""Policy 6.7, 6.8; 反电信网络诈骗法 32: an upheld appeal puts right what was decided and rewrites nothing."""

from typing import Any
from uuid import UUID

import pytest

from tests.caller import PORTRAIT, Caller, person
from tests.staff import make_staff
from verify.audit import Tally, first_break
from verify.errors import Problem
from verify.flows.rights import carrying
from verify.models import SealedStep
from verify.services import Services

ACCOUNT = "/v1/accounts/acct-1001"


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def ended(server: Caller) -> str:
    """Ended without being verified; an address was left."""
    made: str = server.create(contact={"email": "user@example.com"}, metadata={"plan": "small"})["id"]
    server.consent(made)
    server.step(made, "identity", person())
    server.post(f"/v1/verifications/{made}/cancel")
    return made


def appeal(server: Caller, kind: str = "human_review") -> UUID:
    made = server.post(f"{ACCOUNT}/rights_requests", {"kind": kind, "details": "请由人复核"})
    assert made.status_code == 201, made.json
    return UUID(made.json["id"].removeprefix("req_"))


def uphold(services: Services, request: UUID, verification_id: UUID | None = None) -> None:
    carrying.carry_out(make_staff(services), request, services, verification=verification_id)


def newest(server: Caller) -> dict[str, Any]:
    found: dict[str, Any] = server.get("/v1/verifications").json["data"][0]
    return found


@pytest.mark.promise("6.7", "6.8")
def test_it_opens_a_verification_in_place_of_the_old_one_which_stays_final(
    server: Caller, services: Services, ended: str
) -> None:
    before = server.read(ended)
    uphold(services, appeal(server))
    made = newest(server)
    assert (made["supersedes"], made["status"], made["next_step"]) == (ended, "pending", "consent")
    assert (made["method"], made["metadata"]) == ("face", {"plan": "small"})
    assert server.read(ended) == before
    with services.read() as session:
        assert first_break(session, Tally()) is None


def test_its_owner_goes_through_it_and_the_gate_opens(server: Caller, services: Services, ended: str) -> None:
    uphold(services, appeal(server), verification_id=UUID(ended.removeprefix("ver_")))
    made = newest(server)["id"]
    assert server.post(f"/v1/verifications/{made}/client_tokens").status_code == 201
    server.consent(made)
    server.step(made, "identity", person())
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    gate = server.get(ACCOUNT).json["personal"]
    assert (gate["status"], gate["verification"]) == ("verified", made)


@pytest.mark.usefixtures("ended")
def test_the_result_is_told_where_the_old_one_would_have_been(server: Caller, services: Services) -> None:
    uphold(services, appeal(server))
    made = UUID(newest(server)["id"].removeprefix("ver_"))
    with services.read() as session:
        assert session.get(SealedStep, (made, "contact", "contact")) is not None


@pytest.mark.usefixtures("ended")
def test_the_request_names_what_was_opened_and_the_application_is_told(server: Caller, services: Services) -> None:
    request = appeal(server, "complaint")
    uphold(services, request)
    shown = server.get(f"{ACCOUNT}/rights_requests/req_{request}").json
    assert (shown["verification"], shown["status"]) == (newest(server)["id"], "open")
    assert "verification.created" in [event["type"] for event in server.get("/v1/events").json["data"]]


@pytest.mark.usefixtures("ended")
def test_upheld_twice_it_opens_one(server: Caller, services: Services) -> None:
    request = appeal(server)
    uphold(services, request)
    made = newest(server)["id"]
    carrying.carry_out(make_staff(services, "wang"), request, services)
    assert newest(server)["id"] == made


@pytest.mark.promise("6.8", "反诈法 32")
def test_a_suspension_is_lifted_and_what_was_verified_stays(server: Caller, services: Services) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    server.step(made, "face", PORTRAIT)
    server.post(f"{ACCOUNT}/suspend", {"reason": "fraud_found"})
    uphold(services, appeal(server))
    gate = server.get(ACCOUNT).json["personal"]
    assert (gate["status"], gate["verification"]) == ("verified", made)
    assert newest(server)["id"] == made


@pytest.mark.usefixtures("ended")
def test_while_another_is_open_none_is_opened_and_the_appeal_stays(server: Caller, services: Services) -> None:
    server.create()
    request = appeal(server)
    with pytest.raises(Problem) as refused:
        uphold(services, request)
    assert refused.value.code == "verification_open"
    assert server.get(f"{ACCOUNT}/rights_requests/req_{request}").json["status"] == "open"


def test_of_an_account_that_nothing_was_decided_about_nothing_is_upheld(server: Caller, services: Services) -> None:
    server.create()
    with pytest.raises(Problem) as refused:
        uphold(services, appeal(server))
    assert refused.value.code == "nothing_to_do"


@pytest.mark.usefixtures("ended")
def test_another_accounts_verification_is_not_opened_anew(server: Caller, services: Services) -> None:
    other = server.create(account_ref="acct-2")["id"]
    server.post(f"/v1/verifications/{other}/cancel")
    with pytest.raises(Problem) as refused:
        uphold(services, appeal(server), verification_id=UUID(other.removeprefix("ver_")))
    assert refused.value.code == "not_found"


@pytest.mark.usefixtures("ended")
def test_a_closed_account_is_opened_by_no_appeal(server: Caller, services: Services) -> None:
    request = appeal(server)
    server.post(f"{ACCOUNT}/close")
    with pytest.raises(Problem) as refused:
        uphold(services, request)
    assert refused.value.code == "account_closed"
