"""What is done to accounts: suspended with a reason, reinstated, closed for good (policy 6.5; 反电信网络诈骗法 32)."""

import pytest
from sqlalchemy import select

from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock, Keys
from verify.audit import Tally, first_break
from verify.models import Event
from verify.services import Services

ACCOUNT = "/v1/accounts/acct-1001"


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def verified(server: Caller) -> str:
    made: str = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return made


def gate(server: Caller) -> tuple[str, str | None]:
    shown = server.get(ACCOUNT).json["personal"]
    return shown["status"], shown.get("reason")


@pytest.mark.promise("反诈法 21", "反诈法 32")
def test_a_suspension_blocks_the_gate_with_its_reason_until_it_is_lifted(server: Caller, verified: str) -> None:
    suspended = server.post(f"{ACCOUNT}/suspend", {"reason": "fraud_found"}).json
    assert (suspended["object"], suspended["suspended_reason"]) == ("account", "fraud_found")
    assert gate(server) == ("suspended", "fraud_found")
    assert server.post(f"{ACCOUNT}/reinstate").json["suspended_at"] is None
    assert gate(server) == ("verified", None)


@pytest.mark.parametrize("reason", ["Zhang San did it", "13800000001", "x" * 41, "fraud found"])
def test_a_reason_is_a_code_and_no_person(server: Caller, verified: str, reason: str) -> None:
    assert server.post(f"{ACCOUNT}/suspend", {"reason": reason}).status_code == 422


def test_closing_ends_what_runs_and_lets_nothing_start(server: Caller, clock: Clock) -> None:
    made = server.create()["id"]
    closed = server.post(f"{ACCOUNT}/close").json
    assert closed["closed_at"].startswith(clock.now.strftime("%Y-%m-%dT%H:%M"))
    assert server.read(made)["status"] == "canceled"
    again = server.post("/v1/verifications", {"type": "personal", "method": "face", "account_ref": "acct-1001"})
    assert (again.status_code, again.json["code"]) == (409, "account_closed")


@pytest.mark.promise("6.5")
def test_a_closed_account_does_not_pass_the_gate_and_stays_closed(server: Caller, verified: str, clock: Clock) -> None:
    first = server.post(f"{ACCOUNT}/close").json
    clock.turn(days=3)
    assert server.post(f"{ACCOUNT}/close").json == first
    assert gate(server) == ("suspended", "account_closed")
    assert server.post(f"{ACCOUNT}/reinstate").json["code"] == "account_closed"
    assert server.post(f"{ACCOUNT}/suspend", {"reason": "fraud_found"}).status_code == 409


def test_a_strangers_account_is_not_found(server: Caller, app: object, api_keys: Keys, verified: str) -> None:
    live = Caller(server.app, api_keys.live)
    for action in ("close", "reinstate"):
        assert live.post(f"{ACCOUNT}/{action}").status_code == 404


def test_every_change_of_an_account_is_in_its_chain(server: Caller, verified: str, services: Services) -> None:
    server.post(f"{ACCOUNT}/suspend", {"reason": "fraud_found"})
    server.post(f"{ACCOUNT}/reinstate")
    server.post(f"{ACCOUNT}/close")
    with services.read() as session:
        kinds = session.scalars(select(Event.type).where(Event.account_id.is_not(None)).order_by(Event.seq)).all()
        assert first_break(session, Tally()) is None
    assert kinds == ["account.suspended", "account.reinstated", "account.closed"]


def test_a_changed_entry_of_an_accounts_chain_is_found(server: Caller, verified: str, services: Services) -> None:
    server.post(f"{ACCOUNT}/close")
    with services.write() as session:
        entry = session.scalars(select(Event).where(Event.account_id.is_not(None))).one()
        entry.payload = entry.payload.replace(b"account.closed", b"account.opened")
    with services.read() as session:
        found = first_break(session, Tally())
    assert found is not None
    assert (found.prefix, found.reason) == ("acc_", "changed")
