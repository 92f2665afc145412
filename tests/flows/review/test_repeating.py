from uuid import UUID

import pytest
from flask import Flask

from providers.base import Capability, Outcome, Request, Throttled, Unavailable
from providers.sandbox import Sandbox
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock
from tests.enterprises import authorized, begin, enterprise_of, in_person, read_license, verified_person
from tests.staff import events_of, make_staff, read
from verify.errors import Problem
from verify.flows.review import queue, steering
from verify.flows.review.queue import Filters
from verify.flows.staff.desk import Staff
from verify.flows.states import Status
from verify.services import Services


class Faltering(Sandbox):
    """The sandbox, but for what is ``down``."""

    def __init__(self) -> None:
        super().__init__()
        self.down: set[Capability] = set()

    def call(self, request: Request, reference: str) -> Outcome:
        if request.capability in self.down:
            raise Unavailable("down")
        return super().call(request, reference)


@pytest.fixture
def sandbox() -> Faltering:
    return Faltering()


@pytest.fixture
def wang(services: Services) -> Staff:
    return make_staff(services, "wang", "supervisor")


def stuck_person(server: Caller, sandbox: Faltering) -> UUID:
    made = server.create("face")["id"]
    server.consent(made)
    sandbox.down = {Capability.IDENTITY}
    server.step(made, "identity", person())
    return UUID(made.removeprefix("ver_"))


def stalled(services: Services, staff: Staff, **filters: str) -> list[UUID]:
    page = queue.page(staff, Filters(Status.PENDING, **filters), None, services)  # type: ignore[arg-type]
    return [row.verification.id for row in page.rows]


def test_a_case_that_no_vendor_answers_is_a_queue_of_its_own(
    server: Caller, services: Services, sandbox: Faltering, wang: Staff
) -> None:
    case = stuck_person(server, sandbox)
    page = queue.page(wang, Filters(), None, services)
    assert (page.rows, page.stalled) == ([], 1)
    [row] = queue.page(wang, Filters(Status.PENDING), None, services).rows
    assert (row.verification.id, row.waits) == (case, ["vendor_outage"])


def test_it_waits_since_the_first_try_that_nobody_answered(
    server: Caller, services: Services, sandbox: Faltering, wang: Staff, clock: Clock
) -> None:
    case = stuck_person(server, sandbox)
    since = services.clock()
    clock.turn(hours=25)
    server.step(f"ver_{case}", "identity", person())
    [row] = queue.page(wang, Filters(Status.PENDING), None, services).rows
    assert (row.since, row.late) == (since, True)


def test_it_leaves_the_queue_once_a_vendor_answers(
    server: Caller, services: Services, sandbox: Faltering, wang: Staff
) -> None:
    case = stuck_person(server, sandbox)
    sandbox.down.clear()
    server.step(f"ver_{case}", "identity", person())
    assert stalled(services, wang) == []


def test_outages_and_limits_are_told_apart(server: Caller, services: Services, sandbox: Faltering, wang: Staff) -> None:
    case = stuck_person(server, sandbox)
    assert stalled(services, wang, reason="vendor_outage") == [case]
    assert stalled(services, wang, reason="vendor_limit") == []


def test_a_supervisor_has_the_vendor_asked_again_for_the_user(
    server: Caller, services: Services, sandbox: Faltering, wang: Staff
) -> None:
    case = stuck_person(server, sandbox)
    assert steering.retry(wang, case, services) is False
    assert stalled(services, wang) == [case]
    sandbox.down.clear()
    assert steering.retry(wang, case, services) is True
    assert server.read(f"ver_{case}")["next_step"] == "face"
    assert events_of(services, case)[-2:] == ["review.retried", "verification.step_passed"]


def test_a_licence_is_read_again_from_the_kept_scan(
    server: Caller, services: Services, sandbox: Faltering, wang: Staff
) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())
    sandbox.down = {Capability.LICENSE}
    read_license(server, made)
    sandbox.down.clear()
    assert steering.retry(wang, UUID(made.removeprefix("ver_")), services) is True
    assert server.read(made)["next_step"] == "representative"


@pytest.mark.parametrize(
    ("method", "people", "following"),
    [
        ("legal_representative", in_person(), "face"),
        ("authorized_person", authorized(), "authorization_letter"),
    ],
)
def test_a_register_is_asked_again_about_those_who_were_named(
    server: Caller,
    services: Services,
    sandbox: Faltering,
    wang: Staff,
    method: str,
    people: dict[str, object],
    following: str,
) -> None:
    verified_person(server)
    made = begin(server, method)
    server.step(made, "enterprise", enterprise_of())
    read_license(server, made)
    sandbox.down = {Capability.REGISTRY}
    server.step(made, "representative", people)
    case = UUID(made.removeprefix("ver_"))
    assert stalled(services, wang) == [case]
    sandbox.down.clear()
    assert steering.retry(wang, case, services) is True
    assert server.read(made)["next_step"] == following


def test_a_face_is_kept_by_nobody_and_so_not_sent_again(
    server: Caller, services: Services, sandbox: Faltering, wang: Staff
) -> None:
    made = server.create("face")["id"]
    server.consent(made)
    server.step(made, "identity", person())
    sandbox.down = {Capability.FACE}
    server.step(made, "face", PORTRAIT)
    case = UUID(made.removeprefix("ver_"))
    assert stalled(services, wang) == [case]
    with pytest.raises(Problem, match="nothing_to_do"):
        steering.retry(wang, case, services)


def test_an_ended_case_is_stuck_no_more(server: Caller, services: Services, sandbox: Faltering, wang: Staff) -> None:
    case = stuck_person(server, sandbox)
    server.post(f"/v1/verifications/ver_{case}/cancel")
    assert read(services, case).status == Status.CANCELED
    assert stalled(services, wang) == []


def test_too_many_requests_are_an_outage_as_well(
    app: Flask, server: Caller, services: Services, sandbox: Faltering, wang: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: object) -> Outcome:
        raise Throttled("slow down")

    monkeypatch.setattr(sandbox, "call", throttled)
    case = stuck_person(server, sandbox)
    assert stalled(services, wang, reason="vendor_outage") == [case]
