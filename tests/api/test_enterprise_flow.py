"""Enterprises from outside in, on both databases: every method to its end, and each kind of refusal of its papers."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from providers.base import Capability, LicenseReading, Outcome, Request, Result, Unavailable
from providers.sandbox import Sandbox
from tests import papers
from tests.caller import PORTRAIT, Caller
from tests.conftest import Clock, Statements
from tests.enterprises import (
    authorized,
    begin,
    company_only,
    corporate_account,
    enterprise_of,
    give,
    give_letter,
    in_person,
    read_license,
    to_representative,
    verified_person,
)
from tests.transfers import step_of
from verify.blobs import BlobUnavailable, NoBlob
from verify.file_messages import FILE_MESSAGES
from verify.jobs import documents, rechecks
from verify.models import Document, Event, SealedStep, Verification
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


class Lagging(Sandbox):
    """A register that has no record, closes an enterprise, or is out, when it is told so."""

    answer: Outcome | Exception | None = None

    def call(self, request: Request, reference: str) -> Outcome:
        if request.capability is Capability.REGISTRY and self.answer is not None:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer
        return super().call(request, reference)


NO_RECORD = Outcome(Result.NOT_FOUND)
REVOKED = Outcome(Result.MISMATCH, "enterprise_revoked")


@pytest.fixture
def sandbox() -> Lagging:
    return Lagging()


def documents_of(services: Services) -> list[Document]:
    with services.read() as session:
        return list(session.scalars(select(Document).order_by(Document.id).execution_options(populate_existing=True)))


def test_a_legal_representative_is_verified_by_licence_register_and_face(server: Caller, services: Services) -> None:
    made = to_representative(server)
    assert server.step(made, "representative", in_person())["next_step"] == "face"
    done = server.step(made, "face", PORTRAIT)
    assert done["status"] == "verified"
    result = done["result"]
    assert (result["enterprise_name"], result["credit_code"]) == (
        enterprise_of()["enterprise_name"],
        enterprise_of()["credit_code"],
    )
    assert result["representative_role"] == "legal_representative"
    assert result["name"].endswith("*")
    assert [check["check"] for check in result["assurance"]] == ["license", "registry", "face"]
    gate = server.get("/v1/accounts/acct-1001").json
    assert (gate["personal"]["status"], gate["enterprise"]["status"]) == ("verified", "verified")
    assert gate["enterprise"]["verification"] == made


def test_an_automatic_pass_lets_go_of_the_papers(server: Caller, services: Services) -> None:
    made = to_representative(server)
    server.step(made, "representative", in_person())
    server.step(made, "face", PORTRAIT)
    [kept] = documents_of(services)
    assert list(services.blobs.get(str(kept.id)))
    assert documents.purge(services) == 1
    assert documents.purge(services) == 0
    [gone] = documents_of(services)
    assert gone.purged_at is not None
    with pytest.raises(NoBlob):
        list(services.blobs.get(str(gone.id)))
    with services.read() as session:
        decision = session.scalars(select(Verification.decision).where(Verification.type == "enterprise")).one()
    assert decision is not None
    assert decision["documents"] == [{"step": "license", "id": str(gone.id), "digest": gone.digest}]


def test_an_authorized_person_is_for_a_person_to_decide(server: Caller, services: Services) -> None:
    made = to_representative(server, "authorized_person")
    after = server.step(made, "representative", authorized())
    assert after["next_step"] == "authorization_letter"
    letter = server.get(f"/v1/verifications/{made}/authorization_letter_template")
    assert (letter.status_code, letter.content_type, letter.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert give_letter(server, made)["next_step"] == "face"
    done = server.step(made, "face", PORTRAIT)
    assert (done["status"], done["next_step"], done["last_error"]) == ("review", None, None)
    assert server.get("/v1/accounts/acct-1001").json["enterprise"]["status"] == "review"
    assert documents.purge(services) == 0
    forced = server.post(f"/v1/test/verifications/{made}/review", {"decision": "approve"}).json
    assert (forced["status"], forced["result"]["representative_role"]) == ("verified", "authorized_person")


def test_papers_of_a_reviewed_case_stay_for_appeals(server: Caller, services: Services, clock: Clock) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    give_letter(server, made)
    server.step(made, "face", PORTRAIT)
    server.post(f"/v1/test/verifications/{made}/review", {"decision": "approve"})
    clock.turn(days=29)
    assert documents.purge(services) == 0
    clock.turn(days=2)
    assert documents.purge(services) == 2
    assert {document.step for document in documents_of(services) if document.purged_at} == {
        "license",
        "authorization_letter",
    }


@pytest.mark.parametrize("role", ["legal_representative", "authorized_person"])
def test_a_small_transfer_to_the_corporate_account_verifies(server: Caller, role: str) -> None:
    made = to_representative(server, "micro_transfer")
    body = in_person() if role == "legal_representative" else authorized()
    assert server.step(made, "representative", body)["next_step"] == "id_card"
    server.step(made, "id_card?side=front", PORTRAIT)
    after = server.step(made, "id_card?side=back", PORTRAIT)
    if role == "authorized_person":
        assert after["next_step"] == "authorization_letter"
        after = give_letter(server, made)
    assert after["next_step"] == "bank_account"
    other = server.step(made, "bank_account", corporate_account("别家有限公司"))
    assert (other["next_step"], other["last_error"]["code"]) == ("bank_account", "corporate_name_mismatch")
    named = server.step(made, "bank_account", {**corporate_account(), "name": "张三"}, status=422)
    assert named["errors"][0] | {"message": ""} == {"field": "name", "code": "unknown_field", "message": ""}
    sent = server.step(made, "bank_account", corporate_account(), status=None)
    assert (sent["next_step"], sent["transfer"]["status"]) == ("transfer_amount", "sent")
    done = server.step(made, "transfer_amount", {"amount": "0.37"})
    assert done["status"] == ("verified" if role == "legal_representative" else "review")


def test_an_account_the_bank_cannot_pay_is_spoken_of_as_an_enterprises(server: Caller) -> None:
    made = to_representative(server, "micro_transfer")
    server.step(made, "representative", in_person())
    for side in ("front", "back"):
        server.step(made, f"id_card?side={side}", PORTRAIT)
    error = server.step(made, "bank_account", corporate_account(ending="0002"), status=None)["last_error"]
    assert error["code"] == "account_invalid"
    assert "换一个本企业名下的对公账户" in error["message"]


def test_companies_alone_are_checked_by_identity_too(app: Flask) -> None:
    server = company_only(app)
    made = to_representative(server)
    server.step(made, "representative", in_person())
    done = server.step(made, "face", PORTRAIT)
    assert [check["check"] for check in done["result"]["assurance"]] == ["license", "identity", "registry", "face"]


@pytest.mark.parametrize(
    ("name", "step", "code", "left"),
    [
        ("不符", "enterprise", "license_mismatch", 2),
        ("执照过期", "license", "license_expired", 2),
        ("故障", "license", "provider_unavailable", 3),
    ],
)
def test_a_licence_that_will_not_do_sends_back(server: Caller, name: str, step: str, code: str, left: int) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of(1, f"{name}有限公司"))
    after = read_license(server, made)
    assert (after["status"], after["next_step"], after["last_error"]["code"]) == ("pending", step, code)
    assert step_of(after, step)["attempts_left"] == left


def test_an_unreadable_licence_ends_with_a_person(server: Caller, services: Services) -> None:
    made = to_representative(server, name="执照模糊有限公司")
    server.step(made, "representative", in_person())
    done = server.step(made, "face", PORTRAIT)
    assert done["status"] == "review"
    with services.read() as session:
        payload = session.scalars(select(Event.payload).where(Event.type == "verification.review")).one()
    assert b'"reason_codes":["license_unreadable"]' in payload


def test_what_was_read_is_kept_sealed_for_a_reviewer(server: Caller, services: Services) -> None:
    to_representative(server)
    with services.read() as session:
        classes = set(session.scalars(select(SealedStep.retention_class).where(SealedStep.step == "license")))
    assert classes == {"reading"}


def test_a_pdf_is_read_from_its_first_page(server: Caller, sandbox: Lagging, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    call = sandbox.call

    def watched(request: Request, reference: str) -> Outcome:
        if isinstance(request, LicenseReading):
            asked.append(request.image.data)
        return call(request, reference)

    monkeypatch.setattr(sandbox, "call", watched)
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())
    assert give(server, made, "license", papers.pdf(2))["next_step"] == "representative"
    assert [page[:3] for page in asked] == [b"\xff\xd8\xff"]


@pytest.mark.parametrize(
    ("paper", "reason"),
    [
        (papers.with_script(), "active_content"),
        (papers.encrypted(), "encrypted"),
        (papers.scan() + papers.EMPTY_ZIP, "more_than_one_format"),
        (papers.huge_png(), "too_large"),
        (papers.with_bomb(500_000_000), "too_large"),
    ],
    ids=["script", "encrypted", "polyglot", "50,000 pixels", "bomb"],
)
def test_a_hostile_file_is_refused_and_nothing_is_kept(
    server: Caller, services: Services, paper: bytes, reason: str
) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())
    refused = give(server, made, "license", paper, status=422, **{"Accept-Language": "zh-CN"})
    assert (refused["code"], refused["reason"]) == ("unsupported_file", reason)
    words = FILE_MESSAGES[reason]
    assert refused["detail"] == words.en
    assert refused["errors"] == [{"field": "file", "code": reason, "message": words.zh}]
    assert documents_of(services) == []
    assert server.read(made)["next_step"] == "license"


def test_a_paper_that_no_step_waits_for_is_not_looked_at(server: Caller, services: Services) -> None:
    verified_person(server)
    made = begin(server)
    assert give(server, made, "license", papers.scan(), status=409)["code"] == "step_not_expected"
    assert documents_of(services) == []


def test_a_repeated_upload_is_answered_and_kept_once(server: Caller, services: Services) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())
    once = {"Idempotency-Key": "licence-1"}
    first = give(server, made, "license", papers.scan(), **once)
    again = give(server, made, "license", papers.scan(), **once)
    assert first["next_step"] == again["next_step"] == "representative"
    assert len(documents_of(services)) == 1


def test_a_new_licence_takes_the_place_of_the_old(server: Caller, services: Services) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of(1, "执照过期有限公司"))
    read_license(server, made)
    read_license(server, made)
    assert documents.purge(services) == 1
    assert [document.purged_at is not None for document in documents_of(services)] == [True, False]


def test_what_a_crash_leaves_is_swept(
    server: Caller, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())

    def cut(*_: Any) -> None:
        raise BlobUnavailable("Timeout")

    with monkeypatch.context() as patch:
        patch.setattr(services.blobs, "put", cut)
        assert give(server, made, "license", papers.scan(), status=503)["code"] == "storage_unavailable"
    [left] = documents_of(services)
    assert documents.purge(services) == 0
    clock.turn(hours=2)
    assert documents.purge(services) == 1
    assert documents_of(services)[0].purged_at is not None
    assert not services.vault.keys(left.id).has("document")
    assert read_license(server, made)["next_step"] == "representative"


@pytest.mark.parametrize(
    ("valid_until", "code"), [("2026-11-30", "letter_over"), ("2040-01-01", "letter_too_long"), ("soon", "wrong_type")]
)
def test_a_letter_runs_for_some_time_from_now(server: Caller, services: Services, valid_until: str, code: str) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    path = f"authorization_letter?valid_until={valid_until}"
    refused = give(server, made, path, papers.pdf(), status=422)
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [("valid_until", code)]
    assert code == "wrong_type" or refused["detail"] == "valid_until: 2026-12-01 to 2036-12-01."
    assert [document.step for document in documents_of(services)] == ["license"]


def test_there_is_no_letter_before_an_authorized_person(server: Caller) -> None:
    made = to_representative(server, "authorized_person")
    assert server.get(f"/v1/verifications/{made}/authorization_letter_template").status_code == 409


def test_there_is_no_letter_of_somebody_erased(server: Caller) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    assert server.send("DELETE", "/v1/accounts/acct-1001").status_code in {200, 202}
    assert server.get(f"/v1/verifications/{made}/authorization_letter_template").status_code == 409


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


def verified_enterprise(server: Caller) -> str:
    made = to_representative(server)
    server.step(made, "representative", in_person())
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return made


@pytest.mark.promise("反诈法 22")
def test_a_register_that_says_closed_twice_suspends_the_account(
    server: Caller, services: Services, clock: Clock, sandbox: Lagging
) -> None:
    made = verified_enterprise(server)
    clock.turn(days=90)
    sandbox.answer = REVOKED
    assert rechecks.sweep(services) == 1
    assert server.get("/v1/accounts/acct-1001").json["enterprise"]["status"] == "verified"
    clock.turn(days=3)
    assert rechecks.sweep(services) == 1
    gate = server.get("/v1/accounts/acct-1001").json["enterprise"]
    assert (gate["status"], gate["reason"]) == ("suspended", "enterprise_revoked")
    assert server.read(made)["status"] == "verified"
    clock.turn(days=200)
    assert rechecks.sweep(services) == 0


def test_one_wrong_answer_suspends_nobody(server: Caller, services: Services, clock: Clock, sandbox: Lagging) -> None:
    verified_enterprise(server)
    for answer in (REVOKED, None, REVOKED, NO_RECORD):
        clock.turn(days=90)
        sandbox.answer = answer
        assert rechecks.sweep(services) == 1
    assert server.get("/v1/accounts/acct-1001").json["enterprise"]["status"] == "verified"


@pytest.mark.promise("反诈法 22")
def test_a_letter_that_runs_out_suspends_the_account(server: Caller, services: Services, clock: Clock) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    give_letter(server, made, "2026-12-20")
    server.step(made, "face", PORTRAIT)
    server.post(f"/v1/test/verifications/{made}/review", {"decision": "approve"})
    clock.turn(days=19, hours=11)  # 23:00 of the last day in China
    assert rechecks.sweep(services) == 0
    clock.turn(hours=2)
    assert rechecks.sweep(services) == 1
    assert enterprise_gate(server) == ("suspended", "authorization_letter_expired")


def enterprise_gate(server: Caller) -> tuple[str, str | None]:
    shown = server.get("/v1/accounts/acct-1001").json["enterprise"]
    return shown["status"], shown.get("reason")


def verified_by_letter(server: Caller) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    give_letter(server, made, "2026-12-20")
    server.step(made, "face", PORTRAIT)
    server.post(f"/v1/test/verifications/{made}/review", {"decision": "approve"})


def reinstated(server: Caller) -> str | None:
    reason: str | None = server.post("/v1/accounts/acct-1001/reinstate").json["suspended_reason"]
    return reason


def test_a_letter_that_runs_out_behind_another_reason_holds_once_that_is_lifted(
    server: Caller, services: Services, clock: Clock
) -> None:
    verified_by_letter(server)
    server.post("/v1/accounts/acct-1001/suspend", {"reason": "fraud_found"})
    clock.turn(days=20)
    assert rechecks.sweep(services) == 1
    assert enterprise_gate(server) == ("suspended", "fraud_found")
    assert reinstated(server) == "authorization_letter_expired"
    assert enterprise_gate(server) == ("suspended", "authorization_letter_expired")


def test_a_letter_that_has_run_out_is_not_lifted(server: Caller, services: Services, clock: Clock) -> None:
    verified_by_letter(server)
    clock.turn(days=20)
    rechecks.sweep(services)
    assert reinstated(server) == "authorization_letter_expired"
    assert enterprise_gate(server) == ("suspended", "authorization_letter_expired")


def test_a_letter_that_still_runs_lets_a_suspension_be_lifted(server: Caller, clock: Clock) -> None:
    verified_by_letter(server)
    server.post("/v1/accounts/acct-1001/suspend", {"reason": "fraud_found"})
    assert reinstated(server) is None
    assert enterprise_gate(server) == ("verified", None)


def test_the_register_is_asked_again_once_its_suspension_is_lifted(
    server: Caller, services: Services, clock: Clock, sandbox: Lagging
) -> None:
    verified_enterprise(server)
    sandbox.answer = REVOKED
    for days in (90, 3):
        clock.turn(days=days)
        rechecks.sweep(services)
    assert reinstated(server) is None
    for _ in range(2):
        clock.turn(days=4)
        assert rechecks.sweep(services) == 1
    assert enterprise_gate(server) == ("suspended", "enterprise_revoked")


STEPS = [
    ("enterprise", enterprise_of, 7, 2),
    ("license", papers.scan, 18, 3),
    ("representative", in_person, 16, 4),
]


@pytest.mark.parametrize(("step", "body", "main", "keys"), STEPS, ids=[row[0] for row in STEPS])
def test_a_step_takes_few_statements(
    server: Caller, statements: Statements, step: str, body: Any, main: int, keys: int
) -> None:
    verified_person(server)
    made = begin(server)
    for name, given, _, _ in STEPS:
        statements.clear()
        server.step(made, name, given())
        if name == step:
            break
    assert len(statements.main) <= main, statements.main
    assert len(statements.keys) <= keys, statements.keys
