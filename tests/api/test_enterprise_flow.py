"""Enterprises from outside in, on both databases: every method to its end, and what a bad licence leads to."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import papers
from tests.caller import PORTRAIT, Caller
from tests.conftest import Clock, Statements
from tests.enterprises import (
    authorized,
    begin,
    company_only,
    corporate_account,
    documents_of,
    enterprise_of,
    give_letter,
    in_person,
    read_license,
    to_representative,
    verified_person,
)
from tests.transfers import step_of
from verify.blobs import NoBlob
from verify.jobs import documents
from verify.models import Event, SealedStep, Verification
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


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
