"""The gate to ask before selling."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock


def gate(server: Caller, account_ref: str = "acct-1001") -> dict[str, Any]:
    answer: dict[str, Any] = server.get(f"/v1/accounts/{account_ref}").json
    return answer


def verify(server: Caller) -> str:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return str(made)


def test_an_account_never_seen_is_none(server: Caller) -> None:
    none = {"status": "none", "verification": None}
    assert gate(server) == {"account_ref": "acct-1001", "livemode": False, "personal": none, "enterprise": none}


def test_an_open_verification_is_pending(server: Caller) -> None:
    made = server.create()["id"]
    assert gate(server)["personal"] == {"status": "pending", "verification": made}


def test_one_a_vendor_owes_an_answer_for_is_pending_too(server: Caller) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person(name="张超时"), status=202)
    assert gate(server)["personal"]["status"] == "pending"


def test_a_canceled_one_says_nothing(server: Caller) -> None:
    server.post(f"/v1/verifications/{server.create()['id']}/cancel")
    assert gate(server)["personal"] == {"status": "none", "verification": None}


def test_a_verified_account_stays_so_whatever_comes_after(server: Caller, clock: Clock) -> None:
    made = verify(server)
    assert gate(server)["personal"] == {"status": "verified", "verification": made}
    server.create()
    assert gate(server)["personal"] == {"status": "verified", "verification": made}
    assert gate(server)["enterprise"]["status"] == "none"


@pytest.mark.parametrize("account_ref", ["acct 1", "账号", "a.b", "a%b"])
def test_every_reference_that_can_be_made_can_be_asked_for(server: Caller, account_ref: str) -> None:
    made = server.create(account_ref=account_ref)["id"]
    assert gate(server, quote(account_ref))["personal"] == {"status": "pending", "verification": made}
