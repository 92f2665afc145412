"""Cases that staff took in while no vendor answered: what can be done, and how long they wait."""

from datetime import timedelta
from uuid import UUID

import pytest

from providers.base import Capability, Outcome, Request, Result, Unavailable, Unknown
from providers.sandbox import Sandbox
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import NOW, Clock
from tests.staff import events_of, make_staff, read
from verify.errors import Problem
from verify.flows.review import cases, deciding, queue, steering
from verify.flows.review.allowed import actions
from verify.flows.review.dossier import gather
from verify.flows.review.queue import Filters, Row
from verify.flows.staff.desk import Staff
from verify.flows.states import Status
from verify.jobs import attempts
from verify.services import Services

DOWN, LOST = Unavailable("down"), Unknown("timeout")


class Faltering(Sandbox):
    """The sandbox, but for what has an ``answer`` of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: dict[Capability, Outcome | Exception] = {}

    def call(self, request: Request, reference: str) -> Outcome:
        found = self.answer.get(request.capability)
        if isinstance(found, Exception):
            raise found
        return found or super().call(request, reference)

    def read_back(self, *_: object) -> Outcome:
        raise DOWN


@pytest.fixture
def sandbox() -> Faltering:
    return Faltering()


@pytest.fixture
def wang(services: Services) -> Staff:
    return make_staff(services, "wang", "supervisor")


@pytest.fixture
def case(server: Caller, services: Services, sandbox: Faltering, wang: Staff, clock: Clock) -> UUID:
    """Taken in twenty hours after no vendor answered for the name and number."""
    made = server.create("face")["id"]
    server.consent(made)
    sandbox.answer = {Capability.IDENTITY: DOWN}
    server.step(made, "identity", person())
    clock.turn(hours=20)
    found = UUID(made.removeprefix("ver_"))
    steering.take_in(wang, found, "customer called", services)
    return found


def row(services: Services, staff: Staff, status: Status = Status.REVIEW, **filters: str) -> Row | None:
    rows = queue.page(staff, Filters(status, **filters), None, services).rows  # type: ignore[arg-type]
    return rows[0] if rows else None


def test_it_keeps_naming_the_outage_and_is_filtered_by_it(case: UUID, services: Services, wang: Staff) -> None:
    for reason in (None, "vendor_outage", "taken_in"):
        filters = {"reason": reason} if reason else {}
        found = row(services, wang, **filters)
        assert found is not None
        assert found.waits == ["vendor_outage", "taken_in"]
    assert row(services, wang, reason="vendor_limit") is None


def test_it_waits_since_the_user_found_no_vendor(case: UUID, services: Services, wang: Staff, clock: Clock) -> None:
    clock.turn(hours=5)
    found = row(services, wang)
    assert found is not None
    assert (found.since, found.late) == (NOW, True)


def test_who_waits_longer_stands_before_who_came_before_staff_sooner(
    case: UUID, server: Caller, services: Services, sandbox: Faltering, wang: Staff, clock: Clock
) -> None:
    made = server.create("face", "acct-older")["id"]
    steering.take_in(wang, UUID(made.removeprefix("ver_")), "customer called", services)
    stuck = server.create("face", "acct-stuck")["id"]
    server.consent(stuck)
    server.step(stuck, "identity", person(2))
    clock.turn(hours=1)
    steering.take_in(wang, UUID(stuck.removeprefix("ver_")), "customer called", services)
    page = queue.page(wang, Filters(), None, services)
    assert [row.verification.account_ref for row in page.rows] == ["acct-1001", "acct-older", "acct-stuck"]
    assert [row.since - NOW for row in page.rows] == [timedelta(0), timedelta(hours=20), timedelta(hours=20)]


def test_nobody_is_offered_to_approve_what_is_unanswered(case: UUID, services: Services, wang: Staff) -> None:
    found = gather(wang, case, services)
    assert found.unanswered == ["face"]
    assert {"retry", "reject", "ask-again"} <= set(actions(found, wang))
    assert "approve" not in actions(found, wang)
    with pytest.raises(Problem, match="step_unanswered"):
        deciding.approve(wang, case, services, "I know them")


def test_the_vendor_is_asked_again_and_without_an_answer_it_stays_before_staff(
    case: UUID, services: Services, wang: Staff
) -> None:
    cases.claim(wang, case, services)
    assert steering.retry(wang, case, services) is False
    found = row(services, wang, whose="mine")
    assert found is not None
    assert (found.since, found.waits) == (NOW, ["vendor_outage", "taken_in"])
    assert events_of(services, case)[-2:] == ["review.retried", "verification.step_returned"]


def test_an_answer_that_got_lost_brings_it_back_before_staff_as_well(
    case: UUID, services: Services, sandbox: Faltering, wang: Staff, clock: Clock
) -> None:
    sandbox.answer = {Capability.IDENTITY: LOST}
    assert steering.retry(wang, case, services) is False
    assert read(services, case).status == Status.PROCESSING
    with services.read() as session:
        [owed] = steering.owed_attempts(session, [case])
    for _ in range(40):
        clock.turn(hours=1)
        attempts.reconcile(services, owed.id)
    found = row(services, wang)
    assert found is not None
    assert found.since == NOW


def test_with_an_answer_the_user_goes_on(
    case: UUID, server: Caller, services: Services, sandbox: Faltering, wang: Staff
) -> None:
    cases.claim(wang, case, services)
    sandbox.answer.clear()
    assert steering.retry(wang, case, services) is True
    after = server.read(f"ver_{case}")
    assert (after["status"], after["next_step"], after["last_error"]) == ("pending", "face", None)
    assert gather(wang, case, services).claim is None
    assert server.step(f"ver_{case}", "face", PORTRAIT)["status"] == "verified"


def test_with_a_mismatch_the_user_is_to_do_it_again(
    case: UUID, server: Caller, services: Services, sandbox: Faltering, wang: Staff
) -> None:
    sandbox.answer = {Capability.IDENTITY: Outcome(Result.MISMATCH)}
    steering.retry(wang, case, services)
    after = server.read(f"ver_{case}")
    assert (after["status"], after["last_error"]["code"]) == ("pending", "identity_mismatch")
    sandbox.answer = {Capability.IDENTITY: DOWN}
    assert server.step(f"ver_{case}", "identity", person())["status"] == "pending"


def test_the_wait_before_it_was_asked_again_counts_and_the_users_own_time_does_not(
    case: UUID, server: Caller, services: Services, sandbox: Faltering, wang: Staff, clock: Clock
) -> None:
    clock.turn(hours=1)
    deciding.ask_again(wang, case, "identity", "please once more", services)
    assert row(services, wang, Status.PENDING) is None
    clock.turn(hours=50)
    server.step(f"ver_{case}", "identity", person())
    found = row(services, wang, Status.PENDING)
    assert found is not None
    assert services.clock() - found.since == timedelta(hours=21)
    clock.turn(hours=2)
    steering.take_in(wang, case, "still nothing", services)
    found = row(services, wang)
    assert found is not None
    assert services.clock() - found.since == timedelta(hours=23)


def test_a_user_whom_nobody_kept_the_face_of_is_asked_for_it(
    server: Caller, services: Services, sandbox: Faltering, wang: Staff
) -> None:
    made = server.create("face")["id"]
    server.consent(made)
    server.step(made, "identity", person())
    sandbox.answer = {Capability.FACE: DOWN}
    server.step(made, "face", PORTRAIT)
    found = UUID(made.removeprefix("ver_"))
    steering.take_in(wang, found, "customer called", services)
    assert "retry" not in actions(gather(wang, found, services), wang)
    with pytest.raises(Problem, match="nothing_to_do"):
        steering.retry(wang, found, services)
