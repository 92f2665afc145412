"""反电信网络诈骗法 22: an account that turns out abnormal is limited at once and checked anew."""

from typing import Any

import pytest

from tests.caller import Caller, person
from tests.conftest import Clock
from verify.images import draw_portrait

ACCOUNT = "/v1/accounts/acct-1001"


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def verify(server: Caller, n: int = 1, name: str | None = None) -> dict[str, Any]:
    """As far as it comes; n is another picture of the same person."""
    made = server.create()["id"]
    server.consent(made)
    shown = server.step(made, "identity", person(1, name))
    if shown["next_step"] == "face":
        shown = server.step(made, "face", draw_portrait(320, 400, noise_seed=n))
    return shown


def gate(server: Caller) -> tuple[str, str | None, str | None]:
    shown = server.get(ACCOUNT).json["personal"]
    return shown["status"], shown.get("reason"), shown["verification"]


@pytest.mark.promise("反诈法 22")
def test_an_abnormal_account_is_shut_at_once_and_opens_once_it_was_checked_anew(server: Caller, clock: Clock) -> None:
    first = verify(server)
    server.post(f"{ACCOUNT}/suspend", {"reason": "fraud_suspected"})
    assert gate(server) == ("suspended", "fraud_suspected", first["id"])
    clock.turn(days=1)
    again = verify(server, 2)
    assert again["status"] == "verified"
    assert gate(server) == ("suspended", "fraud_suspected", again["id"])  # passing a check lifts nothing by itself
    server.post(f"{ACCOUNT}/reinstate")
    assert gate(server) == ("verified", None, again["id"])
    assert server.read(first["id"]) == first


@pytest.mark.promise("反诈法 22")
def test_one_that_fails_its_new_check_stays_shut(server: Caller, clock: Clock) -> None:
    verify(server)
    server.post(f"{ACCOUNT}/suspend", {"reason": "fraud_suspected"})
    clock.turn(days=1)
    assert verify(server, name="王不符")["last_error"]["code"] == "identity_mismatch"
    assert gate(server)[:2] == ("suspended", "fraud_suspected")


@pytest.mark.promise("反诈法 22", "反诈法 32")
def test_its_owner_is_told_by_an_event_that_names_the_reason_and_may_appeal(server: Caller) -> None:
    verify(server)
    server.post(f"{ACCOUNT}/suspend", {"reason": "fraud_suspected"})
    told = [event for event in server.get("/v1/events?limit=100").json["data"] if event["type"] == "account.suspended"]
    assert [event["data"]["suspended_reason"] for event in told] == ["fraud_suspected"]
    appeal = {"kind": "complaint", "details": "我的账号没有异常"}
    assert server.post(f"{ACCOUNT}/rights_requests", appeal).status_code == 201


def test_an_account_shut_for_good_is_not_verified_anew(server: Caller) -> None:
    verify(server)
    server.post(f"{ACCOUNT}/close")
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    assert server.post("/v1/verifications", wanted).json["code"] == "account_closed"
