"""What staff read when the case moved on while they looked at it: never nothing, and never that it is not there."""

import re
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from tests.caller import Caller, person
from tests.desk import seated
from tests.staff import in_review, make_staff
from verify.errors import Problem
from verify.flows.review import cases, deciding, repeating, steering
from verify.models import Proposal
from verify.services import Services

DISAGREES = {"face": "license_mismatch"}
ALERT = re.compile(r'role="alert"[^>]*>([^<]+)')


def path(case: UUID, action: str = "") -> str:
    return f"/ops/cases/ver_{case}" + (f"/{action}" if action else "")


@pytest.mark.parametrize(
    ("action", "form", "status", "said"),
    [
        ("retry", {}, 409, "There is nothing this could be done to now."),
        ("take_in", {"text": "customer called"}, 409, "There is nothing this could be done to now."),
        ("switch_provider", {"recipient": "face/another"}, 403, "The user has not consented to this recipient."),
        ("confirm", {}, 409, "answered or taken back meanwhile"),
        ("decline", {}, 409, "answered or taken back meanwhile"),
    ],
)
def test_what_is_refused_is_said_though_its_form_is_not_on_the_page(
    app: Flask, server: Caller, services: Services, action: str, form: dict[str, str], status: int, said: str
) -> None:
    case = in_review(server, services, face="license_unreadable")
    wang, _ = seated(app, services, "wang", "supervisor")
    wang.get(path(case))
    page = wang.post(path(case, action), status, **form)
    assert [said in one for one in ALERT.findall(page)] == [True]
    assert form.get("text", "") in page


@pytest.mark.parametrize("kind", ["taken back", "confirmed by another"])
def test_a_second_person_who_comes_late_reads_so(app: Flask, server: Caller, services: Services, kind: str) -> None:
    case = in_review(server, services, **DISAGREES)
    li = make_staff(services, "li")
    deciding.approve(li, case, services, "known customer")
    wang, _ = seated(app, services, "wang", "supervisor")
    wang.get(path(case))
    if kind == "taken back":
        deciding.decline(li, case, services)
        said = "answered or taken back meanwhile"
    else:
        deciding.confirm(make_staff(services, "zhao", "supervisor"), case, services)
        said = "a colleague decided meanwhile"
    assert said in wang.post(path(case, "confirm"), 409)


def test_an_agreement_that_a_colleague_gave_before_is_no_missing_page(
    app: Flask, server: Caller, services: Services
) -> None:
    case = in_review(server, services, **DISAGREES)
    deciding.approve(make_staff(services, "li"), case, services, "known customer")
    with services.write() as session:
        [proposal] = session.scalars(update(Proposal).values(answered_at=services.clock()).returning(Proposal.id))
    wang, _ = seated(app, services, "wang", "supervisor")
    wang.get(path(case))
    assert "answered or taken back meanwhile" in wang.post(path(case, "agree"), 409, proposal=str(proposal))


@pytest.mark.parametrize(
    ("code", "said"),
    [("too_many_attempts", "A limit is used up for now"), ("step_not_expected", "The case has moved on meanwhile")],
)
def test_a_vendor_that_may_not_be_asked_again_is_no_matter_of_signing_in(
    app: Flask, server: Caller, services: Services, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    made = server.create("face")["id"]
    server.consent(made)
    server.step(made, "identity", person(name="王故障"))

    def refuse(*_: object) -> None:
        raise Problem(code)

    monkeypatch.setattr(repeating, "repeat", refuse)
    wang, _ = seated(app, services, "wang", "supervisor")
    wang.get(f"/ops/cases/{made}")
    page = wang.post(f"/ops/cases/{made}/retry", int(Problem(code).kind.status))
    assert said in page
    assert "This login rests" not in page


def test_who_has_the_vendor_asked_for_a_step_that_is_owed_no_more_changes_nothing(
    server: Caller, services: Services
) -> None:
    made = server.create("face")["id"]
    server.consent(made)
    server.step(made, "identity", person(name="王故障"))
    case = UUID(made.removeprefix("ver_"))
    wang = make_staff(services, "wang", "supervisor")
    steering.take_in(wang, case, "customer called", services)
    with services.read() as session:
        seen = cases.load(session, wang, case)
        session.expunge_all()
    deciding.ask_again(wang, case, "identity", "once more", services)
    assert server.step(made, "identity", person())["next_step"] == "face"
    with pytest.raises(Problem, match="step_not_expected"):
        repeating.repeat(seen, services)
