"""Policy 7, PIPL 31: people under 18 are verified with a guardian's consent, or not at all."""

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from providers.testing.identities import Identity, child, minor
from tests.caller import PORTRAIT, Caller, card_of, person
from tests.conftest import NOW, ORIGIN, Clock, make_application
from tests.staff import make_staff
from verify.errors import Problem
from verify.flows.case import load_any
from verify.flows.minors import finding
from verify.flows.rights import carrying
from verify.flows.sealing import seal_step
from verify.images import draw_portrait
from verify.models import Attempt, Consent, SealedStep
from verify.services import Services

OFFICER = "儿童个人信息保护负责人 赵敏 children@cloud.example"
TEEN, KID = minor(1, today=NOW.date()), child(1, today=NOW.date())
GUARDIAN = "acct-parent"


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def shop(app: Flask) -> Caller:
    """Of an application that serves minors."""
    made = make_application(app, minors="with_guardian", children_officer=OFFICER)
    caller = Caller(app, made.test)
    verified(caller, GUARDIAN, 40)
    return caller


def verified(shop: Caller, account_ref: str, n: int) -> None:
    made = shop.create(account_ref=account_ref)["id"]
    shop.consent(made)
    shop.step(made, "identity", person(n))
    assert shop.step(made, "face", draw_portrait(320, 400, noise_seed=n))["status"] == "verified"


def typed(who: Identity) -> dict[str, str]:
    return {"name": who.name, "id_number": who.id_number}


def started(shop: Caller, who: Identity = TEEN, method: str = "face", account_ref: str = "acct-minor") -> str:
    """As far as a guardian is owed."""
    made: str = shop.create(method, account_ref)["id"]
    shop.consent(made)
    body = typed(who) if method == "face" else {**card_of(), **typed(who)}
    assert shop.step(made, "identity" if method == "face" else "bank_card", body)["next_step"] == "guardian"
    return made


def named(shop: Caller, made: str, account_ref: str = GUARDIAN, status: int = 201, **more: Any) -> dict[str, Any]:
    asks = {"asked_by_guardian": True} if more.pop("asked_by_guardian", False) else {}
    body = {"account_ref": account_ref, "relationship": "parent", **asks}
    response = shop.post(f"/v1/verifications/{made}/guardian", body, **more)
    assert response.status_code == status, response.json
    found: dict[str, Any] = response.json
    return found


def asked(shop: Caller, made: str) -> Caller:
    """The guardian's browser."""
    return Caller(shop.app, named(shop, made)["guardian_token"])


def agree(
    guardian: Caller, made: str, who: Identity = TEEN, status: int = 200, without: str | None = None
) -> dict[str, Any]:
    path = f"/v1/verifications/{made}/guardian"
    notice = guardian.get(f"{path}/consent_notice").json
    granted = [item["id"] for item in notice["items"] if item["id"] != without]
    body = {"policy_version": notice["policy_version"], "notice_id": notice["notice_id"], "granted": granted}
    response = guardian.post(f"{path}/consent", {**body, **typed(who)})
    assert response.status_code == status, response.json
    found: dict[str, Any] = response.json
    return found


def through(shop: Caller, account_ref: str = "acct-minor", who: Identity = TEEN) -> str:
    """Verified with a guardian's consent."""
    made = started(shop, who, account_ref=account_ref)
    agree(asked(shop, made), made, who)
    shop.step(made, "identity", typed(who))
    assert shop.step(made, "face", PORTRAIT)["status"] == "verified"
    return made


def withdraw(shop: Caller, made: str) -> None:
    assert shop.post(f"/v1/verifications/{made}/guardian/withdraw").json["status"] == "withdrawn"


def gate(shop: Caller, account_ref: str = "acct-minor") -> tuple[str, str | None]:
    shown = shop.get(f"/v1/accounts/{account_ref}").json["personal"]
    return shown["status"], shown.get("reason")


def calls(services: Services, made: str) -> int:
    with services.read() as session:
        own = Attempt.verification_id == UUID(made.removeprefix("ver_"))
        return session.scalar(select(func.count()).select_from(Attempt).where(own)) or 0


def sealed(services: Services, made: str) -> set[str]:
    with services.read() as session:
        own = SealedStep.verification_id == UUID(made.removeprefix("ver_"))
        return set(session.scalars(select(SealedStep.step).where(own)))


# Who is served


@pytest.mark.parametrize("chosen", [{}, {"minors": "with_guardian"}, {"children_officer": OFFICER}])
def test_minors_are_refused_unless_they_are_served_and_somebody_is_in_charge_of_their_data(
    app: Flask, services: Services, chosen: dict[str, str]
) -> None:
    caller = Caller(app, make_application(app, **chosen).test)
    made = caller.create()["id"]
    caller.consent(made)
    assert caller.step(made, "identity", typed(TEEN), status=422)["code"] == "underage"
    assert (calls(services, made), sealed(services, made)) == (0, set())


@pytest.mark.parametrize("method", ["face", "bank_card"])
@pytest.mark.parametrize("who", [TEEN, KID], ids=["minor", "child"])
@pytest.mark.promise("7")
def test_before_a_guardian_consents_nothing_typed_is_kept_and_nobody_is_asked(
    shop: Caller, services: Services, who: Identity, method: str
) -> None:
    made = started(shop, who, method)
    shown = shop.read(made)
    assert [step["name"] for step in shown["steps"]][:2] == ["consent", "guardian"]
    assert (shown["last_error"]["code"], shown["last_error"]["step"]) == ("guardian_required", "guardian")
    assert (calls(services, made), sealed(services, made)) == (0, set())
    assert who.name not in str(shown)


def test_the_application_is_told_that_a_guardian_is_owed(shop: Caller) -> None:
    started(shop)
    assert "verification.step_failed" in [event["type"] for event in shop.get("/v1/events").json["data"]]


@pytest.mark.promise("7")
def test_who_is_in_charge_of_childrens_data_is_named_in_the_notice(shop: Caller) -> None:
    made = started(shop)
    guardian = asked(shop, made)
    own = shop.get(f"/v1/verifications/{made}/consent_notice").json
    theirs = guardian.get(f"/v1/verifications/{made}/guardian/consent_notice").json
    assert OFFICER in own["text"]
    assert OFFICER in theirs["text"]


# The guardian's consent


@pytest.mark.promise("7")
def test_with_a_guardians_consent_a_minor_is_verified(shop: Caller) -> None:
    made = started(shop)
    assert agree(asked(shop, made), made)["status"] == "granted"
    assert shop.read(made)["next_step"] == "identity"
    assert shop.step(made, "identity", typed(TEEN))["next_step"] == "face"
    assert shop.step(made, "face", PORTRAIT)["status"] == "verified"


def test_the_ledger_holds_an_item_of_the_guardians_and_one_behind_each_of_the_minors(
    shop: Caller, services: Services
) -> None:
    made = started(shop)
    agree(asked(shop, made), made)
    with services.read() as session:
        own = Consent.verification_id == UUID(made.removeprefix("ver_"))
        items = set(session.scalars(select(Consent.item).where(own)))
    theirs = {item for item in items if item.startswith("guardian.")}
    assert theirs == {"guardian.minor"} | {f"guardian.{item}" for item in items - theirs}


@pytest.mark.parametrize("without", ["guardian.minor", "guardian.face", "guardian.share.identity.sandbox"])
def test_every_required_item_takes_a_consent_of_its_own(shop: Caller, without: str) -> None:
    made = started(shop)
    refused = agree(asked(shop, made), made, status=403, without=without)
    assert (refused["code"], refused["missing"]) == ("consent_required", [without])


def test_nobody_but_whom_the_guardian_named_is_verified(shop: Caller, services: Services) -> None:
    made = started(shop)
    agree(asked(shop, made), made, TEEN)
    shown = shop.step(made, "identity", typed(minor(2, today=NOW.date())))
    assert (shown["next_step"], shown["last_error"]["code"]) == ("identity", "guardian_mismatch")
    assert calls(services, made) == 0


def test_the_guardian_of_a_minor_does_not_consent_for_a_child(shop: Caller) -> None:
    made = started(shop)
    guardian = asked(shop, made)
    refused = agree(guardian, made, KID, status=422)
    assert refused["errors"][0]["code"] == "other_age"
    agree(guardian, made, TEEN)
    assert shop.step(made, "identity", typed(KID))["next_step"] == "guardian"


def test_an_adult_who_mistyped_goes_on_without_a_guardian(shop: Caller) -> None:
    made = started(shop)
    shop.post(f"/v1/verifications/{made}/switch_method", {"method": "bank_card"})
    shop.consent(made)
    assert shop.read(made)["next_step"] == "guardian"


@pytest.mark.promise("7")
@pytest.mark.parametrize(("locale", "reader"), [("zh-CN", "您"), ("en", r"\byou")])
@pytest.mark.parametrize("method", ["face", "bank_card"])
def test_a_guardian_reads_of_the_minor_and_is_spoken_to_in_their_own_item_alone(
    shop: Caller, method: str, locale: str, reader: str
) -> None:
    made = started(shop, TEEN, method)
    path = f"/v1/verifications/{made}/guardian/consent_notice?locale={locale}"
    own, *granted = asked(shop, made).get(path).json["items"]
    assert re.search(reader, own["purpose"])
    said = [text for item in granted for text in (item["purpose"], item["retention"], str(item.get("recipient")))]
    assert [text for text in said if re.search(reader, text)] == []


# Nobody consents in a guardian's name


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("", {"account_ref": GUARDIAN, "relationship": "parent"}),
        ("/consent", {}),
        ("/decline", {}),
        ("/withdraw", {}),
    ],
)
@pytest.mark.promise("7")
def test_a_minors_own_token_does_nothing_about_the_guardian(shop: Caller, action: str, body: dict[str, str]) -> None:
    made = started(shop)
    token = shop.post(f"/v1/verifications/{made}/client_tokens").json["client_token"]
    assert Caller(shop.app, token).post(f"/v1/verifications/{made}/guardian{action}", body).status_code == 403


@pytest.mark.parametrize("action", ["consent", "decline"])
def test_not_even_the_application_answers_for_the_guardian(shop: Caller, action: str) -> None:
    made = started(shop)
    named(shop, made)
    assert shop.post(f"/v1/verifications/{made}/guardian/{action}", {}).json["code"] == "forbidden"


def test_a_guardians_token_reaches_nothing_of_the_minors_steps(shop: Caller) -> None:
    made = started(shop)
    guardian = asked(shop, made)
    assert guardian.get(f"/v1/verifications/{made}").status_code == 403
    assert guardian.post(f"/v1/verifications/{made}/cancel").status_code == 403
    other = started(shop, minor(3, today=NOW.date()), account_ref="acct-other")
    assert guardian.get(f"/v1/verifications/{other}/guardian").status_code == 404


def test_a_guardians_token_is_held_by_pages_of_the_applications_origins_only(shop: Caller) -> None:
    made = started(shop)
    guardian = asked(shop, made)
    path = f"/v1/verifications/{made}/guardian"
    assert guardian.get(path, headers={"Origin": ORIGIN}).status_code == 200
    assert guardian.get(path, headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_naming_another_guardian_ends_the_token_before(shop: Caller) -> None:
    made = started(shop)
    first = asked(shop, made)
    second = asked(shop, made)
    assert first.get(f"/v1/verifications/{made}/guardian").status_code == 401
    assert agree(second, made)["status"] == "granted"


def test_a_repeated_naming_answers_the_same_token(shop: Caller) -> None:
    made = started(shop)
    key = {"Idempotency-Key": "name-1"}
    assert named(shop, made, headers=key)["guardian_token"] == named(shop, made, headers=key)["guardian_token"]


def test_a_guardian_is_a_verified_adult_on_an_account_of_their_own(shop: Caller, services: Services) -> None:
    made = started(shop)
    shop.create(account_ref="acct-unverified")
    for account_ref in ("acct-nobody", "acct-unverified"):
        assert named(shop, made, account_ref, 409)["code"] == "guardian_not_verified"
    assert named(shop, made, "acct-minor", 422)["errors"][0]["code"] == "own_account"
    agree(asked(shop, made), made)
    shop.step(made, "identity", typed(TEEN))
    shop.step(made, "face", PORTRAIT)
    younger = started(shop, minor(5, today=NOW.date()), account_ref="acct-friend")
    assert named(shop, younger, "acct-minor", 409)["code"] == "guardian_not_verified"


def test_a_suspended_guardian_does_not_answer_any_more(shop: Caller) -> None:
    made = started(shop)
    guardian = asked(shop, made)
    shop.post(f"/v1/accounts/{GUARDIAN}/suspend", {"reason": "fraud_found"})
    assert agree(guardian, made, status=409)["code"] == "guardian_not_verified"


# Children


@pytest.mark.promise("7")
def test_a_child_is_always_decided_by_a_person(shop: Caller) -> None:
    """Policy 7.4: never by rules, neither for nor against."""
    made = started(shop, KID)
    agree(asked(shop, made), made, KID)
    shop.step(made, "identity", typed(KID))
    assert shop.step(made, "face", PORTRAIT)["status"] == "review"
    done = shop.post(f"/v1/test/verifications/{made}/review", {"decision": "approve"}).json
    assert (done["status"], done["decision"]["by"]) == ("verified", "staff")


@pytest.mark.promise("7")
def test_a_child_that_cannot_pass_is_not_rejected_by_rules(shop: Caller, services: Services) -> None:
    made = started(shop, KID)
    agree(asked(shop, made), made, KID)
    other = typed(child(2, today=NOW.date()))
    while (shown := shop.read(made))["status"] == "pending":
        if shown["next_step"] is None:
            method = shown["alternatives"][0]
            shop.post(f"/v1/verifications/{made}/switch_method", {"method": method})
            continue
        match shown["next_step"]:
            case "consent":
                shop.consent(made)
            case "guardian":
                agree(asked(shop, made), made, KID)
            case "identity":
                shop.step(made, "identity", other)
            case "bank_card":
                shop.step(made, "bank_card", {**card_of(), **other})
            case "bank_account":
                shop.step(made, "bank_account", {**ACCOUNT, **other, "account_name": other["name"]})
    assert shown["status"] == "review"
    assert shown["decision"] is None
    assert calls(services, made) == 0


ACCOUNT = {
    "account_number": "62100000000011111",
    "bank_name": "中国银行",
    "bank_province": "上海",
    "bank_city": "上海",
    "bank_branch": "张江支行",
}

# Refusal and withdrawal


def test_a_guardian_who_declines_is_not_asked_again_at_once_and_another_may_be(shop: Caller, clock: Clock) -> None:
    made = started(shop)
    declined = asked(shop, made).post(f"/v1/verifications/{made}/guardian/decline").json
    assert declined["status"] == "declined"
    shown = shop.read(made)
    assert (shown["next_step"], shown["last_error"]["code"]) == ("guardian", "guardian_declined")
    assert named(shop, made, status=409)["code"] == "consent_refused"
    verified(shop, "acct-other-parent", 41)
    named(shop, made, "acct-other-parent")
    clock.turn(hours=49)
    named(shop, made)


def test_a_guardian_who_changes_their_mind_is_named_again_at_once(shop: Caller) -> None:
    made = started(shop)
    asked(shop, made).post(f"/v1/verifications/{made}/guardian/decline")
    guardian = Caller(shop.app, named(shop, made, asked_by_guardian=True)["guardian_token"])
    assert agree(guardian, made)["status"] == "granted"


@pytest.mark.promise("7")
def test_a_withdrawal_ends_what_runs_and_leaves_nothing_of_the_minor(shop: Caller, services: Services) -> None:
    made = started(shop)
    guardian = asked(shop, made)
    agree(guardian, made)
    shop.step(made, "identity", typed(TEEN))
    assert sealed(services, made) == {"guardian", "identity"}
    assert guardian.post(f"/v1/verifications/{made}/guardian/withdraw").json["status"] == "withdrawn"
    shown = shop.read(made)
    assert (shown["status"], shown["redacted_at"] is not None) == ("canceled", True)
    assert sealed(services, made) == set()
    assert guardian.get(f"/v1/verifications/{made}/guardian").status_code == 401


def test_a_withdrawal_after_the_end_suspends_the_account(shop: Caller, services: Services) -> None:
    made = through(shop)
    key = {"Idempotency-Key": "withdraw-1"}
    for _ in range(2):
        found = shop.post(f"/v1/verifications/{made}/guardian/withdraw", headers=key)
        assert (found.status_code, found.json["status"]) == (200, "withdrawn")
    assert gate(shop) == ("suspended", "guardian_withdrew")
    assert shop.read(made)["status"] == "verified"


@pytest.mark.promise("7")
@pytest.mark.parametrize("reason", [None, "fraud_found"], ids=["at once", "behind another reason"])
def test_no_reinstating_lifts_what_a_guardian_withdrew(shop: Caller, reason: str | None) -> None:
    made = through(shop)
    if reason:
        shop.post("/v1/accounts/acct-minor/suspend", {"reason": reason})
    withdraw(shop, made)
    assert gate(shop) == ("suspended", reason or "guardian_withdrew")
    for _ in range(2):
        assert shop.post("/v1/accounts/acct-minor/reinstate").json["suspended_reason"] == "guardian_withdrew"
    assert gate(shop) == ("suspended", "guardian_withdrew")


def test_an_appeal_that_is_upheld_lifts_nothing_a_guardian_withdrew(shop: Caller, services: Services) -> None:
    withdraw(shop, through(shop))
    asked_for = {"kind": "complaint", "details": "请恢复账号"}
    case = shop.post("/v1/accounts/acct-minor/rights_requests", asked_for).json["id"]
    with pytest.raises(Problem) as refused:
        carrying.carry_out(make_staff(services), UUID(case.removeprefix("req_")), services)
    assert refused.value.code == "nothing_to_do"
    assert gate(shop) == ("suspended", "guardian_withdrew")


@pytest.mark.promise("7")
def test_once_a_guardian_consented_again_reinstating_opens_the_gate(shop: Caller, clock: Clock) -> None:
    withdraw(shop, through(shop))
    clock.turn(hours=49)
    again = started(shop)
    agree(asked(shop, again), again)
    assert shop.post("/v1/accounts/acct-minor/reinstate").json["suspended_reason"] == "guardian_withdrew"
    shop.step(again, "identity", typed(TEEN))
    shop.step(again, "face", PORTRAIT)
    assert shop.post("/v1/accounts/acct-minor/reinstate").json["suspended_reason"] is None
    assert gate(shop) == ("verified", None)


@pytest.mark.promise("7")
@pytest.mark.parametrize("end", ["suspend", "close", "erase"])
def test_a_guardian_whose_account_ends_withdraws_nothing_and_the_application_may_for_them(
    shop: Caller, end: str
) -> None:
    """个人信息保护法 15: what was consented to stands until it is withdrawn."""
    made = through(shop)
    if end == "erase":
        shop.send("DELETE", f"/v1/accounts/{GUARDIAN}")
    else:
        shop.post(f"/v1/accounts/{GUARDIAN}/{end}", {"reason": "false_identity"} if end == "suspend" else {})
    assert gate(shop) == ("verified", None)
    withdraw(shop, made)
    assert gate(shop) == ("suspended", "guardian_withdrew")


def test_a_guardian_whose_account_was_suspended_meanwhile_consents_to_nothing(shop: Caller) -> None:
    made = started(shop)
    guardian = asked(shop, made)
    shop.post(f"/v1/accounts/{GUARDIAN}/suspend", {"reason": "false_identity"})
    assert agree(guardian, made, status=409)["code"] == "guardian_not_verified"


@pytest.mark.promise("7")
def test_no_vendor_is_asked_without_the_guardians_consent_to_that_very_recipient(
    shop: Caller, services: Services
) -> None:
    """Policy 7.2: whatever else went wrong, the one place that asks vendors refuses."""
    made = started(shop)
    agree(asked(shop, made), made)
    with services.write() as session:
        behind = Consent.item == "guardian.share.identity.sandbox"
        session.scalars(select(Consent).where(behind)).one().withdrawn_at = services.clock()
    refused = shop.step(made, "identity", typed(TEEN), status=403)
    assert (refused["code"], refused["missing"]) == ("consent_required", ["guardian.share.identity"])
    assert calls(services, made) == 0


# Found later


def listed(found: finding.Found) -> tuple[str, str, str]:
    return f"ver_{found.ref.verification_id}", found.group, found.because


@pytest.mark.promise("7")
def test_a_minor_found_without_a_guardian_is_erased_whatever_a_law_would_keep(shop: Caller, services: Services) -> None:
    """Policy 7.3, 7.4.4."""
    allowed = through(shop)
    made = started(shop, KID, account_ref="acct-found")
    with services.write() as session:  # as data that came in before anybody looked at ages
        verification = load_any(session, UUID(made.removeprefix("ver_")))
        keys = services.vault.create(verification.account_id, verification.id, ["identity"])
        seal_step(session, keys, verification, "identity", {"identity": typed(KID)}, services.clock())
    found = list(finding.find(services))
    assert [listed(one) for one in found] == [(made, "child", "never_consented")]
    finding.erase(found[0], services)
    assert sealed(services, made) == set()
    assert list(finding.find(services)) == []
    assert shop.read(allowed)["result"]["name"] is not None


@pytest.mark.promise("7")
def test_a_minor_whose_guardian_withdrew_is_found_and_only_what_a_law_keeps_stays(
    shop: Caller, services: Services
) -> None:
    made = through(shop)
    assert list(finding.find(services)) == []
    withdraw(shop, made)
    found = list(finding.find(services))
    assert [listed(one) for one in found] == [(made, "minor", "guardian_withdrew")]
    finding.erase(found[0], services)
    assert list(finding.find(services)) == []
    shown = shop.read(made)
    assert (shown["status"], shown["result"]["name"], sealed(services, made)) == (
        "verified",
        None,
        {"guardian", "identity"},
    )
