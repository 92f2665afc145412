from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests.caller import Caller
from tests.conftest import Clock, make_application
from tests.staff import events_of, in_review, logged, make_staff, read
from verify.audit import Tally, first_break
from verify.errors import Problem
from verify.flows import progress
from verify.flows.case import load_any
from verify.flows.review import cases, deciding
from verify.flows.review.four_eyes import ALONE, Matter, overridden, propose
from verify.flows.review.reasons import REJECTIONS
from verify.flows.review.referrals import referrals
from verify.flows.staff.desk import Staff
from verify.flows.view import show
from verify.models import Application, ReviewClaim, ReviewNote, SealedStep
from verify.services import Services

UNREADABLE = {"face": "license_unreadable"}
DISAGREES = {"face": "license_mismatch"}


@pytest.fixture
def li(services: Services) -> Staff:
    return make_staff(services, "li")


@pytest.fixture
def wang(services: Services) -> Staff:
    return make_staff(services, "wang", "supervisor")


def refused(code: str, act: object, *args: object) -> None:
    with pytest.raises(Problem) as problem:
        act(*args)  # type: ignore[operator]
    assert problem.value.code == code


def test_a_case_whose_steps_were_only_unreadable_is_approved_by_one(
    server: Caller, services: Services, li: Staff
) -> None:
    case = in_review(server, services, **UNREADABLE)
    assert deciding.approve(li, case, services) is True
    shown = server.read(f"ver_{case}")
    assert shown["status"] == "verified"
    assert shown["decision"]["by"] == "staff"
    assert shown["decision"]["reason_codes"] == ["approved_by_staff"]
    checks = [check["check"] for check in shown["result"]["assurance"]]
    assert checks == ["identity", "review"]
    assert events_of(services, case)[-2:] == ["review.approved", "verification.verified"]


@pytest.mark.promise("5.2")
@pytest.mark.parametrize("refer", [DISAGREES, {"face": "never heard of"}], ids=["mismatch", "unlisted"])
def test_going_against_a_check_waits_for_a_second_person(
    server: Caller, services: Services, li: Staff, wang: Staff, refer: dict[str, str]
) -> None:
    case = in_review(server, services, **refer)
    assert overridden(read(services, case)) == ["face"]
    assert deciding.approve(li, case, services, "seal compared by phone") is False
    assert read(services, case).status == "review"
    deciding.confirm(wang, case, services)
    assert read(services, case).status == "verified"


def test_what_was_never_answered_is_approved_by_nobody(
    server: Caller, services: Services, li: Staff, wang: Staff
) -> None:
    case = in_review(server, services)
    refused("step_unanswered", deciding.approve, li, case, services, "known customer")
    with services.write() as session:
        propose(session, load_any(session, case), Matter.OVERRIDE, li, services)
    refused("step_unanswered", deciding.confirm, wang, case, services)
    assert read(services, case).status == "review"


def test_an_override_needs_a_reason(server: Caller, services: Services, li: Staff) -> None:
    case = in_review(server, services, **DISAGREES)
    refused("invalid_input", deciding.approve, li, case, services, " ")


def test_nobody_confirms_their_own_override_and_the_try_is_logged(
    server: Caller, services: Services, wang: Staff
) -> None:
    case = in_review(server, services, **DISAGREES)
    deciding.approve(wang, case, services, "known customer")
    refused("own_proposal", deciding.confirm, wang, case, services)
    assert read(services, case).status == "review"
    assert logged(services)[-1] == ("review.confirm", "own_proposal")


def test_a_reviewer_is_no_second_person(server: Caller, services: Services, li: Staff) -> None:
    case = in_review(server, services, **DISAGREES)
    deciding.approve(make_staff(services, "zhao"), case, services, "known customer")
    refused("forbidden", deciding.confirm, li, case, services)
    assert logged(services)[-1] == ("review.confirm", "forbidden")


def test_a_declined_override_is_open_again(server: Caller, services: Services, li: Staff, wang: Staff) -> None:
    case = in_review(server, services, **DISAGREES)
    deciding.approve(li, case, services, "known customer")
    deciding.decline(wang, case, services)
    refused("proposal_answered", deciding.confirm, wang, case, services)
    assert deciding.approve(li, case, services, "once more") is False


def test_a_script_confirms_no_override(server: Caller, services: Services, li: Staff, wang: Staff) -> None:
    case = in_review(server, services, **DISAGREES)
    deciding.approve(li, case, services, "known customer")
    script = Staff(wang.id, wang.login, wang.name, wang.may, None, via="script")
    refused("forbidden", deciding.confirm, script, case, services)


@pytest.mark.promise("PIPL 24", "6.7")
@pytest.mark.parametrize("code", REJECTIONS)
def test_a_rejection_says_why_and_what_staff_wrote(server: Caller, services: Services, li: Staff, code: str) -> None:
    case = in_review(server, services, **UNREADABLE)
    deciding.reject(li, case, code, "第二页缺章", services)
    shown = server.read(f"ver_{case}")
    assert shown["status"] == "rejected"
    assert shown["decision"]["reason_codes"] == [code]
    assert shown["decision"]["message"].endswith("第二页缺章")


def test_a_code_of_the_rules_is_no_reason_to_reject(server: Caller, services: Services, li: Staff) -> None:
    case = in_review(server, services, **UNREADABLE)
    refused("invalid_input", deciding.reject, li, case, "face_mismatch", "", services)
    assert read(services, case).status == "review"


def test_asking_again_reopens_one_step_keeps_the_others_and_shows_the_words(
    server: Caller, services: Services, li: Staff, clock: Clock
) -> None:
    case = in_review(server, services, **UNREADABLE)
    deciding.ask_again(li, case, "face", "请摘下口罩", services)
    shown = server.read(f"ver_{case}")
    assert shown["status"] == "pending"
    assert shown["next_step"] == "face"
    assert [step["status"] for step in shown["steps"]] == ["passed", "passed", "pending"]
    assert shown["request"] == "请摘下口罩"
    assert shown["last_error"]["code"] == "asked_again"
    assert referrals(read(services, case)) == {}


def test_what_was_compared_with_the_step_asked_for_is_done_again_too(
    server: Caller, services: Services, li: Staff
) -> None:
    case = in_review(server, services, **UNREADABLE)
    deciding.ask_again(li, case, "identity", "请填写身份证上的姓名", services)
    assert [step["status"] for step in server.read(f"ver_{case}")["steps"]] == ["passed", "pending", "pending"]


def test_a_step_without_a_try_left_gets_one(server: Caller, services: Services, li: Staff) -> None:
    case = in_review(server, services, **UNREADABLE)
    with services.write() as session:
        verification = cases.load_locked(session, li, case)
        for _ in range(3):
            progress.spend(verification, "face")
    deciding.ask_again(li, case, "face", "再拍一次", services)
    assert server.read(f"ver_{case}")["steps"][2]["attempts_left"] == 1


@pytest.mark.parametrize("step", ["consent", "transfer_amount", "bank_card", "nothing"])
def test_some_steps_are_not_asked_for(server: Caller, services: Services, li: Staff, step: str) -> None:
    case = in_review(server, services, **UNREADABLE)
    refused("invalid_input", deciding.ask_again, li, case, step, "再来", services)


def test_words_of_staff_are_nowhere_in_the_clear(server: Caller, services: Services, li: Staff) -> None:
    case = in_review(server, services, **UNREADABLE)
    cases.note(li, case, "电话核实 13800000000", services)
    deciding.ask_again(li, case, "face", "请摘下口罩", services)
    found = read(services, case)
    with services.read() as session:
        stored = [*session.scalars(select(SealedStep.ciphertext)), found.words_ct or b""]
        notes = session.scalars(select(ReviewNote)).all()
        said = cases.words(session, found, notes, services)
    assert not any("口罩".encode() in blob or b"13800000000" in blob for blob in stored)
    assert sorted(said.values()) == ["电话核实 13800000000", "请摘下口罩"]


def test_a_case_somebody_works_on_is_theirs(server: Caller, services: Services, li: Staff, wang: Staff) -> None:
    case = in_review(server, services, **UNREADABLE)
    cases.claim(li, case, services)
    refused("case_claimed", cases.claim, wang, case, services)
    refused("case_claimed", deciding.approve, wang, case, services)
    cases.release(wang, case, services)
    assert deciding.approve(wang, case, services) is True
    with services.read() as session:
        assert session.scalars(select(ReviewClaim)).all() == []


def test_a_reviewer_releases_only_their_own(server: Caller, services: Services, li: Staff) -> None:
    case = in_review(server, services, **UNREADABLE)
    cases.claim(li, case, services)
    refused("forbidden", cases.release, make_staff(services, "zhao"), case, services)


def test_another_applications_case_is_not_there_and_the_try_is_logged(
    app: Flask, server: Caller, services: Services
) -> None:
    case = in_review(server, services, **UNREADABLE)
    make_application(app, "Other", "https://other.example")
    with services.read() as session:
        other = session.scalars(select(Application.id).where(Application.name == "Other")).one()
    stranger = make_staff(services, "zhao", "supervisor", applications=[other])
    for act in (cases.claim, deciding.approve, deciding.confirm, cases.release):
        refused("not_found", act, stranger, case, services)
    assert logged(services) == [
        (name, "not_found") for name in ("review.claim", "review.approve", "review.confirm", "review.release")
    ]


def test_what_is_not_in_review_is_not_decided(server: Caller, services: Services, li: Staff) -> None:
    made = UUID(server.create()["id"].removeprefix("ver_"))
    refused("not_in_review", deciding.approve, li, made, services)
    refused("not_in_review", deciding.reject, li, made, REJECTIONS[0], "", services)
    refused("not_found", deciding.approve, li, uuid4(), services)


def test_the_chain_holds_every_act(server: Caller, services: Services, li: Staff, wang: Staff) -> None:
    case = in_review(server, services, **DISAGREES)
    cases.claim(li, case, services)
    cases.note(li, case, "called them", services)
    deciding.approve(li, case, services, "called them")
    deciding.confirm(wang, case, services)
    acts = [kind for kind in events_of(services, case) if kind.startswith("review.")]
    assert acts == ["review.claimed", "review.noted", "review.override_proposed", "review.approved"]
    with services.read() as session:
        assert first_break(session, Tally()) is None


def test_reasons_decided_alone_are_no_mismatch() -> None:
    assert not [code for code in ALONE if code.endswith("mismatch")]


def test_an_erased_word_is_shown_as_none(server: Caller, services: Services, li: Staff) -> None:
    case = in_review(server, services, **UNREADABLE)
    deciding.ask_again(li, case, "face", "请摘下口罩", services)
    services.vault.shred(case)
    assert show(read(services, case), services)["request"] is None
