"""The steps of enterprises before any paper: the enterprise, its representative, the register's delays."""

from typing import Any

import pytest
from flask import Flask

from providers.testing.enterprises import enterprise
from providers.testing.identities import minor
from tests.caller import Caller
from tests.enterprises import (
    authorized,
    begin,
    company_only,
    enterprise_of,
    in_person,
    to_representative,
)
from tests.transfers import step_of


def test_an_enterprise_needs_a_verified_person_first(server: Caller) -> None:
    body = {"type": "enterprise", "method": "legal_representative", "account_ref": "acct-1001"}
    refused = server.post("/v1/verifications", body)
    assert (refused.status_code, refused.json["code"]) == (409, "personal_verification_required")
    server.create("face", "acct-1001")  # begun is not verified
    assert server.post("/v1/verifications", body).status_code == 409


def test_an_application_may_take_companies_alone(app: Flask) -> None:
    assert (
        company_only(app).create("legal_representative", type="enterprise")["expires_at"] == "2026-12-31T04:00:00.000Z"
    )


@pytest.mark.parametrize(
    ("method", "steps"),
    [
        ("legal_representative", ["consent", "enterprise", "license", "representative", "face"]),
        (
            "authorized_person",
            ["consent", "enterprise", "license", "representative", "authorization_letter", "face"],
        ),
        (
            "micro_transfer",
            ["consent", "enterprise", "license", "representative", "id_card", "bank_account", "transfer_amount"],
        ),
    ],
)
def test_a_method_has_the_steps_of_the_contract(app: Flask, method: str, steps: list[str]) -> None:
    made = company_only(app).create(method, type="enterprise")
    assert [step["name"] for step in made["steps"]] == steps
    assert made["next_step"] == "consent"


def test_the_notice_asks_who_types_for_another_to_say_so(app: Flask) -> None:
    server = company_only(app)
    items = {}
    for n, method in enumerate(("legal_representative", "authorized_person", "micro_transfer")):
        made = server.create(method, f"acct-{n}", type="enterprise")["id"]
        notice = server.get(f"/v1/verifications/{made}/consent_notice").json
        items[method] = {item["id"]: item["required"] for item in notice["items"]}
    assert "legal_representative" not in items["legal_representative"]
    assert items["authorized_person"]["legal_representative"] is True
    assert items["micro_transfer"]["legal_representative"] is True
    assert "bank_account" not in items["micro_transfer"]
    assert {"corporate_account", "share.license.sandbox", "share.registry.sandbox"} <= items["micro_transfer"].keys()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"credit_code": "91990000000000001A"}, "credit_code", "credit_code_check_digit"),
        ({"credit_code": None}, "credit_code", "wrong_type"),
        ({"organization_code": "000000019"}, "credit_code", "one_of_two_codes"),
        ({"enterprise_name": "厂"}, "enterprise_name", "enterprise_name_format"),
        ({"website": "not a site"}, "website", "website_format"),
        ({"products": " "}, "products", "too_short"),
    ],
)
def test_typing_errors_are_caught_here(app: Flask, change: dict[str, Any], field: str, code: str) -> None:
    server = company_only(app)
    made = begin(server)
    refused = server.step(made, "enterprise", {**enterprise_of(), **change}, status=422)
    assert {(e["field"], e["code"]) for e in refused["errors"]} >= {(field, code)}


def test_the_older_code_will_do(app: Flask) -> None:
    server = company_only(app)
    given = enterprise_of()
    del given["credit_code"]
    made = begin(server)
    after = server.step(made, "enterprise", {**given, "organization_code": enterprise(1).organization_code})
    assert after["next_step"] == "license"


def test_the_representative_is_the_accounts_holder(server: Caller) -> None:
    made = to_representative(server)
    after = server.step(made, "representative", in_person(2))
    assert (after["next_step"], after["last_error"]["code"]) == ("representative", "representative_not_account_holder")
    assert step_of(after, "representative")["attempts_left"] == 2
    assert server.step(made, "representative", in_person())["next_step"] == "face"


def test_without_a_holder_the_person_is_checked_too(app: Flask) -> None:
    server = company_only(app)
    made = to_representative(server)
    after = server.step(made, "representative", {**in_person(), "name": "张不符"})
    assert after["last_error"]["code"] == "identity_mismatch"
    assert after["next_step"] == "representative"
    assert server.step(made, "representative", in_person())["next_step"] == "face"


@pytest.mark.parametrize(
    ("method", "body", "field", "code"),
    [
        ("legal_representative", authorized(), "role", "not_this_method"),
        ("authorized_person", in_person(), "role", "not_this_method"),
        ("authorized_person", {**in_person(), "role": "authorized_person"}, "legal_representative", "required"),
        ("micro_transfer", {**authorized(), "role": "legal_representative"}, "legal_representative", "not_this_role"),
        (
            "authorized_person",
            {**authorized(), "legal_representative": {"name": "李", "id_number": "1"}},
            "legal_representative.id_number",
            "id_number_format",
        ),
    ],
)
def test_who_stands_for_it_fits_the_method(server: Caller, method: str, body: Any, field: str, code: str) -> None:
    made = to_representative(server, method)
    refused = server.step(made, "representative", body, status=422)
    assert (field, code) in {(e["field"], e["code"]) for e in refused["errors"]}


def test_minors_stand_for_no_enterprise(app: Flask) -> None:
    server = company_only(app)
    made = to_representative(server)
    child = minor(1)
    body = {"role": "legal_representative", "name": child.name, "id_number": child.id_number}
    assert server.step(made, "representative", body, status=422)["code"] == "underage"


@pytest.mark.parametrize(
    ("name", "step", "code"),
    [
        ("登记不符", "enterprise", "registry_mismatch"),
        ("法人不符", "representative", "legal_representative_mismatch"),
    ],
)
def test_a_register_that_differs_sends_back_to_what_it_blames(server: Caller, name: str, step: str, code: str) -> None:
    made = to_representative(server, name=f"{name}有限公司")
    after = server.step(made, "representative", in_person())
    assert (after["status"], after["next_step"], after["last_error"]["code"]) == ("pending", step, code)
    assert step_of(after, step)["attempts_left"] == 2


def test_another_enterprise_means_another_licence(server: Caller) -> None:
    made = to_representative(server, name="登记不符有限公司")
    server.step(made, "representative", in_person())
    assert server.step(made, "enterprise", enterprise_of(2))["next_step"] == "license"


@pytest.mark.parametrize(
    ("name", "code"),
    [("注销", "enterprise_deregistered"), ("吊销", "enterprise_revoked"), ("Revoked", "enterprise_revoked")],
)
def test_a_closed_enterprise_is_refused_with_its_reason(server: Caller, name: str, code: str) -> None:
    made = to_representative(server, name=f"{name}有限公司")
    after = server.step(made, "representative", in_person())
    assert (after["status"], after["decision"]["by"], after["decision"]["reason_codes"]) == (
        "rejected",
        "rules",
        [code],
    )
    assert {step.get("attempts_left", 0) for step in after["steps"]} == {0}
    gate = server.get("/v1/accounts/acct-1001").json
    assert (gate["enterprise"]["status"], gate["personal"]["status"]) == ("rejected", "verified")


def test_an_unclear_register_is_for_a_person_to_judge(server: Caller) -> None:
    made = to_representative(server, name="登记不明有限公司")
    after = server.step(made, "representative", in_person())
    assert (after["status"], after["next_step"]) == ("pending", "face")
