"""Policy 6.4: consent is withdrawn item by item, what rests on it stops, and nobody is asked again at once."""

from typing import Any

import pytest
from sqlalchemy import select

from providers.sandbox import Sandbox
from tests.caller import PORTRAIT, Caller, account_of, card_of, person
from tests.conftest import Clock, make_application
from tests.enterprises import authorized, give_letter, to_representative
from verify.audit import Tally, first_break
from verify.flows.event_log import Told, public
from verify.jobs.attempts import sweep
from verify.jobs.fan_out import sweep as fan_out
from verify.models import Consent, ReviewReason
from verify.services import Services


@pytest.fixture
def made(server: Caller) -> str:
    made: str = server.create()["id"]
    server.consent(made)
    return made


def withdraw(server: Caller, *items: str, account_ref: str = "acct-1001", status: int = 200) -> dict[str, Any]:
    response = server.post(f"/v1/accounts/{account_ref}/consents/withdraw", {"items": list(items)})
    assert response.status_code == status, response.json
    found: dict[str, Any] = response.json
    return found


@pytest.mark.promise("6.4", "4.2")
def test_a_withdrawn_item_stops_what_rests_on_it_and_consent_is_owed(server: Caller, made: str) -> None:
    answer = withdraw(server, "share.identity.sandbox")
    assert answer["withdrawn"] == ["share.identity.sandbox"]
    assert answer["stopped"] == [made]
    shown = server.read(made)
    assert (shown["status"], shown["next_step"]) == ("pending", "consent")
    assert shown["last_error"]["code"] == "consent_withdrawn"
    assert server.step(made, "identity", person(), status=409)["code"] == "step_not_expected"


def test_after_a_new_consent_it_goes_on_where_it_was(server: Caller, made: str) -> None:
    server.step(made, "identity", person())
    withdraw(server, "face")
    assert server.consent(made)["next_step"] == "face"
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"


def test_after_a_new_consent_a_review_goes_on_when_nothing_else_is_owed(server: Caller, services: Services) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    give_letter(server, made)
    assert server.step(made, "face", PORTRAIT)["status"] == "review"
    withdraw(server, "face")
    assert server.read(made)["next_step"] == "consent"
    shown = server.consent(made)
    assert (shown["status"], shown["next_step"]) == ("review", None)
    with services.read() as session:
        assert session.scalars(select(ReviewReason.code)).all() == ["authorization_letter_review"]


def test_a_card_that_was_held_for_its_code_is_no_longer(server: Caller) -> None:
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    withdraw(server, "bank_card")
    assert server.consent(made)["next_step"] == "bank_card"


def test_nobody_asks_for_an_amount_after_the_account_was_withdrawn(server: Caller) -> None:
    made = server.create("micro_transfer")["id"]
    server.consent(made)
    server.step(made, "bank_account", account_of())
    for side in ("front", "back"):
        server.post(f"/v1/verifications/{made}/steps/id_card?side={side}", data=PORTRAIT, content_type="image/jpeg")
    assert server.read(made)["next_step"] == "transfer_amount"
    withdraw(server, "bank_account")
    shown = server.consent(made)
    assert (shown["next_step"], shown["transfer"]) == ("bank_account", None)


def test_what_does_not_rest_on_an_item_runs_on(server: Caller, made: str) -> None:
    other = server.create(account_ref="acct-2")["id"]
    server.consent(other)
    answer = withdraw(server, "bank_card")
    assert (answer["withdrawn"], answer["stopped"]) == ([], [])
    withdraw(server, "identity")
    assert server.read(other)["next_step"] == "identity"


@pytest.mark.promise("6.4")
def test_what_was_verified_before_stays_so(server: Caller, made: str, services: Services) -> None:
    server.step(made, "identity", person())
    server.step(made, "face", PORTRAIT)
    assert withdraw(server, "face", "identity")["stopped"] == []
    assert server.read(made)["status"] == "verified"
    with services.read() as session:
        rows = session.scalars(select(Consent).where(Consent.item.in_(["face", "identity"]))).all()
    assert all(row.withdrawn_at is not None for row in rows)


def test_an_item_nobody_can_have_granted_is_refused(server: Caller, made: str) -> None:
    assert withdraw(server, "everything", status=422)["errors"][0]["code"] == "unknown_item"
    assert withdraw(server, "share.identity.", status=422)["code"] == "invalid_input"


def test_a_repeated_withdrawal_answers_again(server: Caller, made: str) -> None:
    path = "/v1/accounts/acct-1001/consents/withdraw"
    headers = {"Idempotency-Key": "once"}
    first = server.post(path, {"items": ["face"]}, headers=headers)
    again = server.post(path, {"items": ["face"]}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.promise("6.4")
def test_nobody_is_asked_again_until_the_cool_down_is_over(server: Caller, made: str, clock: Clock) -> None:
    withdraw(server, "identity")
    server.post(f"/v1/verifications/{made}/cancel")
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    refused = server.post("/v1/verifications", wanted)
    assert (refused.status_code, refused.json["code"]) == (409, "consent_refused")
    assert refused.headers["Retry-After"] == str(48 * 3600)
    assert server.post("/v1/verifications", {**wanted, "asked_by_user": True}).status_code == 201


def test_a_consent_given_anew_ends_the_cool_down(server: Caller, made: str, clock: Clock) -> None:
    withdraw(server, "identity")
    clock.turn(hours=1)
    server.consent(made)
    server.post(f"/v1/verifications/{made}/cancel")
    again = server.create()["id"]
    clock.turn(hours=1)
    server.post(f"/v1/verifications/{again}/cancel", {"reason": "consent_declined"})
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    assert server.post("/v1/verifications", wanted).json["code"] == "consent_refused"


def test_a_consent_to_something_else_ends_no_cool_down(server: Caller, made: str, clock: Clock) -> None:
    withdraw(server, "face")
    server.post(f"/v1/verifications/{made}/cancel")
    clock.turn(hours=1)
    other = server.create("micro_transfer")["id"]
    server.consent(other)
    server.post(f"/v1/verifications/{other}/cancel")
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    assert server.post("/v1/verifications", wanted).json["code"] == "consent_refused"


@pytest.mark.promise("6.4", "2.3")
def test_a_no_to_the_first_notice_ends_it_and_is_remembered(server: Caller, clock: Clock) -> None:
    made = server.create()["id"]
    declined = server.post(f"/v1/verifications/{made}/cancel", {"reason": "consent_declined"})
    assert (declined.status_code, declined.json["status"]) == (200, "canceled")
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    refused = server.post("/v1/verifications", wanted)
    assert (refused.status_code, refused.json["code"]) == (409, "consent_refused")
    asked = server.post("/v1/verifications", {**wanted, "asked_by_user": True})
    assert asked.status_code == 201
    server.post(f"/v1/verifications/{asked.json['id']}/cancel")
    clock.turn(hours=48)
    server.create()


def test_giving_up_is_no_refusal_of_the_notice(server: Caller) -> None:
    server.post(f"/v1/verifications/{server.create()['id']}/cancel")
    server.create()


def test_who_has_consented_declines_nothing_any_more(server: Caller, made: str) -> None:
    refused = server.post(f"/v1/verifications/{made}/cancel", {"reason": "consent_declined"})
    assert (refused.status_code, refused.json["code"]) == (409, "step_not_expected")
    assert server.post(f"/v1/verifications/{made}/cancel", {"reason": "bored"}).status_code == 422
    assert server.read(made)["status"] == "pending"


def test_after_the_cool_down_an_application_may_ask(server: Caller, made: str, clock: Clock) -> None:
    withdraw(server, "identity")
    server.post(f"/v1/verifications/{made}/cancel")
    clock.turn(hours=48)
    server.create()


def test_an_application_may_have_a_longer_cool_down(app: Any, clock: Clock) -> None:
    server = Caller(app, make_application(app, "Shop", "https://shop.example", consent_cooldown_hours=240).test)
    made = server.create()["id"]
    server.consent(made)
    withdraw(server, "identity")
    server.post(f"/v1/verifications/{made}/cancel")
    clock.turn(hours=48)
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    assert server.post("/v1/verifications", wanted).json["code"] == "consent_refused"


def test_a_method_that_needs_nothing_of_it_may_be_offered(server: Caller, made: str, sandbox: Sandbox) -> None:
    withdraw(server, "face")
    server.post(f"/v1/verifications/{made}/cancel")
    server.create("micro_transfer")


class TestBothDatabases:
    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    @pytest.mark.promise("6.4")
    def test_an_answer_that_comes_after_the_withdrawal_changes_nothing(
        self, server: Caller, made: str, services: Services, clock: Clock
    ) -> None:
        assert server.step(made, "identity", person(name="张超时"), status=202)["status"] == "processing"
        withdraw(server, "identity")
        assert server.read(made)["next_step"] == "consent"
        clock.turn(minutes=1)
        assert sweep(services) == 0
        assert server.read(made)["next_step"] == "consent"

    @pytest.mark.usefixtures("made")
    def test_the_application_is_told_and_the_record_stays_whole(self, server: Caller, services: Services) -> None:
        withdraw(server, "identity")
        events = server.get("/v1/events", query_string={"type": "consent.withdrawn"}).json["data"]
        assert [event["data"]["object"] for event in events] == ["account"]
        assert events[0]["data"]["withdrawn"] == ["identity"]
        assert events[0]["sequence"] == 1
        with services.read() as session:
            assert first_break(session, Tally()) is None
            assert any(Told._make(row).account for row in session.execute(public()))
        assert fan_out(services) == 2
