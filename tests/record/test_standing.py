"""What accounts are, beside the record: a suspension, a closing or an erasure that is changed there is found."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.caller import Caller
from tests.conftest import Clock
from tests.verifiers import ours
from verify.models import Account
from verify.services import Services

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

#: of each account: what was done to it, what somebody writes over that, and what is named
TAMPERING: dict[str, tuple[tuple[str, ...], dict[str, Any], str]] = {
    "suspended": (("suspend",), {"suspended_at": None, "suspended_reason": None}, "suspension"),
    "suspended for": (("suspend",), {"suspended_reason": "other"}, "suspension"),
    "reinstated": (("suspend", "reinstate"), {"suspended_at": LONG_AGO, "suspended_reason": "x"}, "suspension"),
    "never suspended": ((), {"suspended_at": LONG_AGO, "suspended_reason": "x"}, "suspension"),
    "closed": (("close",), {"closed_at": None}, "closed_at"),
    "closed long ago": (("close",), {"closed_at": LONG_AGO}, "closed_at"),
    "closed later": (("close",), {"closed_at": datetime(2030, 1, 1, tzinfo=UTC)}, "closed_at"),
    "open": ((), {"closed_at": LONG_AGO}, "closed_at"),
    "erased": (("erase",), {"erased_at": None}, "erased_at"),
    "never erased": ((), {"erased_at": LONG_AGO}, "erased_at"),
}


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.mark.parametrize("what", TAMPERING)
def test_what_an_account_is_was_written_by_its_events(
    server: Caller, services: Services, clock: Clock, what: str
) -> None:
    done, values, column = TAMPERING[what]
    server.create()
    for action in done:
        clock.turn(minutes=1)
        if action == "erase":
            assert server.send("DELETE", "/v1/accounts/acct-1001").status_code == 200
        else:
            body = {"reason": "fraud_found"} if action == "suspend" else {}
            assert server.post(f"/v1/accounts/acct-1001/{action}", body).status_code == 200
    assert ours(services) is None
    with services.write() as session:
        account = session.scalars(select(Account.id)).one()
        session.execute(update(Account).values(values))
    assert ours(services) == f"acc_{account}: its {column} is not what its events say"
