from uuid import UUID

import pytest
from sqlalchemy import update

from providers.base import Capability
from tests.caller import Caller, person
from tests.conftest import Clock, Nudges
from tests.staff import in_review, make_staff, read
from tests.verifiers import ours
from verify.errors import Problem
from verify.flows.review import steering
from verify.flows.staff.desk import Staff
from verify.jobs import attempts
from verify.models import Consent
from verify.services import Services


@pytest.fixture
def wang(services: Services) -> Staff:
    return make_staff(services, "wang", "supervisor")


def owing(server: Caller) -> UUID:
    """A verification whose vendor owes an answer."""
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person(name="张超时"), status=202)
    return UUID(made.removeprefix("ver_"))


def test_an_owed_answer_is_asked_for_at_once(
    server: Caller, services: Services, wang: Staff, nudges: Nudges, clock: Clock
) -> None:
    case = owing(server)
    nudges.sent.clear()
    steering.retry(wang, case, services)
    [(table, attempt)] = nudges.sent
    assert table == "attempts"
    attempts.reconcile(services, attempt)
    assert read(services, case).status == "pending"


def test_where_nothing_is_owed_nothing_is_retried(server: Caller, services: Services, wang: Staff) -> None:
    case = in_review(server, services)
    with pytest.raises(Problem, match="nothing_to_do"):
        steering.retry(wang, case, services)


def test_more_time_is_given_while_it_is_open(server: Caller, services: Services, wang: Staff) -> None:
    case = in_review(server, services)
    before = read(services, case).expires_at
    steering.extend(wang, case, 14, services)
    assert (read(services, case).expires_at - before).days == 14


def test_no_recipient_is_taken_that_the_user_did_not_consent_to(
    server: Caller, services: Services, wang: Staff
) -> None:
    case = in_review(server, services)
    with pytest.raises(Problem, match="consent_required"):
        steering.switch_provider(wang, case, Capability.FACE, "another", services)


def test_a_consented_recipient_is_asked_first_from_then_on(server: Caller, services: Services, wang: Staff) -> None:
    case = in_review(server, services)
    steering.switch_provider(wang, case, Capability.FACE, "sandbox", services)
    [first, *_] = [c for c in steering.recipients(read(services, case), services) if c.capability == "face"]
    assert (first.provider, first.position) == ("sandbox", -1)
    assert ours(services) is None
    with services.write() as session:
        session.execute(update(Consent).where(Consent.id == first.id).values(position=0))
    assert ours(services) == f"ver_{case}: the position of consent {first.item} is not what event 2 holds"


def test_a_supervisor_takes_in_what_the_user_cannot_finish(server: Caller, services: Services, wang: Staff) -> None:
    made = server.create()["id"]
    case = UUID(made.removeprefix("ver_"))
    steering.take_in(wang, case, "customer called", services)
    assert server.read(made)["status"] == "review"


def test_a_reviewer_does_not_steer(server: Caller, services: Services) -> None:
    case = in_review(server, services)
    with pytest.raises(Problem, match="forbidden"):
        steering.extend(make_staff(services, "li"), case, 7, services)
