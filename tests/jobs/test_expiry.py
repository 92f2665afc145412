"""What ends by time alone."""

import pytest
from sqlalchemy import func, select

from tests.caller import Caller, person
from tests.conftest import Clock
from verify.jobs import expiry
from verify.models import Idempotency
from verify.services import Services

NEW = {"type": "personal", "method": "face", "account_ref": "acct-1001"}


def test_a_verification_nobody_finished_expires_after_seven_days(
    server: Caller, services: Services, clock: Clock
) -> None:
    made = server.create()["id"]
    clock.turn(days=6, hours=23)
    assert expiry.expire_verifications(services) == 0
    clock.turn(hours=1)
    assert expiry.expire_verifications(services) == 1
    assert expiry.expire_verifications(services) == 0
    after = server.read(made)
    assert (after["status"], after["next_step"], after["alternatives"]) == ("expired", None, [])


@pytest.mark.parametrize("path", ["steps/identity", "cancel", "switch_method"])
def test_one_that_is_overdue_is_refused_and_expired_before_any_sweep(server: Caller, clock: Clock, path: str) -> None:
    made = server.create()["id"]
    server.consent(made)
    clock.turn(days=7)
    body = {"steps/identity": person(), "cancel": {}, "switch_method": {"method": "bank_card"}}[path]
    refused = server.post(f"/v1/verifications/{made}/{path}", body)
    assert (refused.status_code, refused.json["code"]) == (409, "verification_final")
    assert server.read(made)["status"] == "expired"


def test_an_overdue_one_makes_room_for_a_new_one(server: Caller, clock: Clock) -> None:
    first = server.create()["id"]
    clock.turn(days=7)
    second = server.create()["id"]
    assert server.read(first)["status"] == "expired"
    assert server.read(second)["status"] == "pending"


def test_time_with_a_vendor_does_not_count(server: Caller, services: Services, clock: Clock) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person(name="张超时"), status=202)
    clock.turn(days=8)
    assert expiry.expire_verifications(services) == 0
    assert server.read(made)["status"] == "processing"


def test_a_request_is_remembered_for_24_hours(server: Caller, services: Services, clock: Clock) -> None:
    server.post("/v1/verifications", NEW, headers={"Idempotency-Key": "once"})
    clock.turn(hours=23)
    assert expiry.purge_idempotency(services) == 0
    clock.turn(hours=1)
    assert expiry.purge_idempotency(services) == 1
    with services.read() as session:
        assert session.scalar(select(func.count()).select_from(Idempotency)) == 0


def test_counters_are_dropped_when_their_day_is_over(server: Caller, services: Services, clock: Clock) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    assert expiry.purge_tags(services) == 0
    clock.turn(days=2)
    assert expiry.purge_tags(services) == 1
