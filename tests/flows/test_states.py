"""The whole matrix of statuses and actions."""

from contextlib import suppress
from datetime import timedelta

import pytest

from tests.conftest import NOW
from verify.flows.states import FINAL, IGNORE, Action, InvalidTransition, Status, advance, following
from verify.models import Verification

X = "refused"
ENDS = ("verified", "rejected")

#: one row a status; the columns are the members of Action in order:
#: ask, wait, advance, return, verify, reject, refer, expire, cancel, switch, ask_again
MATRIX = {
    "pending": ("processing", X, "pending", "pending", *ENDS, "review", "expired", "canceled", "pending", X),
    "processing": (X, "processing", "pending", "pending", *ENDS, "review", IGNORE, "canceled", X, X),
    "review": ("processing", X, X, X, *ENDS, X, IGNORE, "canceled", X, "pending"),
    "verified": (X, *[IGNORE] * 7, X, X, X),
    "rejected": (X, *[IGNORE] * 7, X, X, X),
    "expired": (X, *[IGNORE] * 7, X, X, X),
    "canceled": (X, *[IGNORE] * 7, X, X, X),
}

CELLS = [
    (Status(status), action, cell) for status, row in MATRIX.items() for action, cell in zip(Action, row, strict=True)
]


@pytest.mark.parametrize(("status", "action", "expected"), CELLS)
def test_each_cell_of_the_matrix(status: Status, action: Action, expected: str) -> None:
    if expected == X:
        with pytest.raises(InvalidTransition):
            following(status, action)
    else:
        assert following(status, action) == expected


def verification(status: Status) -> Verification:
    return Verification(status=status, expires_at=NOW + timedelta(days=7), updated_at=NOW)


@pytest.mark.parametrize("status", sorted(FINAL))
@pytest.mark.parametrize("action", list(Action))
def test_a_final_status_never_changes(status: Status, action: Action) -> None:
    found = verification(status)
    with suppress(InvalidTransition):
        assert advance(found, action, NOW) is False
    assert found.status == status
    assert found.updated_at == NOW


def test_the_clock_of_expiry_stands_still_while_a_vendor_owes_an_answer() -> None:
    found = verification(Status.PENDING)
    advance(found, Action.ASK, NOW)
    advance(found, Action.WAIT, NOW + timedelta(hours=1))
    advance(found, Action.RETURN, NOW + timedelta(hours=5))
    assert found.expires_at == NOW + timedelta(days=7, hours=5)
    assert found.paused_at is None


@pytest.mark.parametrize(
    ("action", "decided"),
    [(Action.VERIFY, True), (Action.REJECT, True), (Action.EXPIRE, False), (Action.CANCEL, False)],
)
def test_the_end_is_dated_and_a_decision_too(action: Action, decided: bool) -> None:
    found = verification(Status.PENDING)
    advance(found, action, NOW)
    assert found.ended_at == NOW
    assert (found.decided_at == NOW) is decided
