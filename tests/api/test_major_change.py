"""Policy 8.2, 8.3: before processing goes on after a major change of the notice, consent is asked for again."""

from datetime import UTC, datetime

import pytest

from tests.caller import Caller, person
from tests.conftest import Clock
from verify.policies import MAJOR, POLICIES, is_outdated

BEFORE = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(BEFORE)


@pytest.mark.promise("8")
def test_a_step_waits_for_a_new_consent(server: Caller, clock: Clock) -> None:
    made = server.create()["id"]
    server.consent(made)
    clock.turn(days=1)
    refused = server.step(made, "identity", person(), status=409)
    assert refused["code"] == "notice_changed"
    shown = server.read(made)
    assert (shown["next_step"], shown["last_error"]["code"]) == ("consent", "notice_changed")
    assert server.consent(made)["next_step"] == "identity"
    assert server.step(made, "identity", person())["next_step"] == "face"


def test_giving_up_needs_no_consent(server: Caller, clock: Clock) -> None:
    made = server.create()["id"]
    server.consent(made)
    clock.turn(days=1)
    assert server.post(f"/v1/verifications/{made}/cancel").json["status"] == "canceled"


@pytest.mark.promise("8")
def test_a_major_change_says_what_of_the_policy_changed() -> None:
    assert MAJOR.keys() <= {policy.version for policy in POLICIES}
    assert all(ground.startswith("8.3.") for grounds in MAJOR.values() for ground in grounds)


def test_a_change_counts_from_its_day() -> None:
    first, second = POLICIES[0], POLICIES[1]
    assert not is_outdated(first.version, BEFORE.date())
    assert is_outdated(first.version, second.effective)
    assert not is_outdated(second.version, second.effective)
