"""A register that has no record yet, or does not answer: the verification waits, and is asked again."""

from typing import Any

import pytest

from providers.base import Unavailable
from tests.caller import PORTRAIT, Caller
from tests.conftest import Clock
from tests.enterprises import (
    in_person,
    to_representative,
)
from tests.registers import NO_RECORD, Lagging
from tests.transfers import step_of
from verify.jobs import rechecks
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def sandbox() -> Lagging:
    return Lagging()


def parked(server: Caller) -> tuple[str, dict[str, Any]]:
    made = to_representative(server, name="待更新有限公司")
    return made, server.step(made, "representative", in_person(), status=202)


def test_no_record_is_no_mismatch_but_asked_again(
    server: Caller, services: Services, clock: Clock, sandbox: Lagging
) -> None:
    sandbox.answer = NO_RECORD
    made = to_representative(server)
    waiting = server.step(made, "representative", in_person(), status=202)
    assert (waiting["status"], waiting["next_step"]) == ("processing", None)
    assert waiting["last_error"]["code"] == "registry_no_record"
    assert step_of(waiting, "representative")["next_check_at"] == "2026-12-02T04:00:00.000Z"
    assert server.get(f"/v1/verifications/{made}").headers["Retry-After"] == "3600"
    assert rechecks.sweep(services) == 0
    clock.turn(days=1)
    assert rechecks.sweep(services) == 1
    assert step_of(server.read(made), "representative")["next_check_at"] == "2026-12-03T04:00:00.000Z"
    sandbox.answer = None
    clock.turn(days=1)
    assert rechecks.sweep(services) == 1
    found = server.read(made)
    assert (found["next_step"], found["last_error"]) == ("face", None)
    assert "next_check_at" not in step_of(found, "representative")
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"


def test_after_fifteen_working_days_a_person_looks(
    server: Caller, services: Services, clock: Clock, sandbox: Lagging
) -> None:
    sandbox.answer = NO_RECORD
    made = to_representative(server)
    server.step(made, "representative", in_person(), status=202)
    asked = []
    for _ in range(30):
        clock.turn(days=1)
        if rechecks.sweep(services):
            asked.append(clock.now.date().isoformat())
    assert (len(asked), asked[0], asked[-1]) == (15, "2026-12-02", "2026-12-22")
    assert server.read(made)["next_step"] == "face"
    assert server.step(made, "face", PORTRAIT)["status"] == "review"


def test_an_outage_on_the_day_leaves_it_waiting(
    server: Caller, services: Services, clock: Clock, sandbox: Lagging
) -> None:
    sandbox.answer = NO_RECORD
    made = to_representative(server)
    server.step(made, "representative", in_person(), status=202)
    sandbox.answer = Unavailable("sandbox.unavailable")
    clock.turn(days=1)
    assert rechecks.sweep(services) == 1
    assert server.read(made)["status"] == "processing"
    sandbox.answer = None
    assert rechecks.sweep(services) == 0
    clock.turn(hours=1)
    assert rechecks.sweep(services) == 1
    assert server.read(made)["next_step"] == "face"


def test_a_parked_one_may_be_given_up(server: Caller, services: Services, clock: Clock, sandbox: Lagging) -> None:
    sandbox.answer = NO_RECORD
    made = to_representative(server)
    server.step(made, "representative", in_person(), status=202)
    assert server.post(f"/v1/verifications/{made}/cancel").json["status"] == "canceled"
    clock.turn(days=1)
    rechecks.sweep(services)
    assert rechecks.sweep(services) == 0
    assert server.read(made)["status"] == "canceled"
