"""Policy 6, 6.1, 6.3, 6.6 to 6.8: what people ask about their own data is answered in time, in words, for a reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from sqlalchemy import func, select

from tests.caller import PORTRAIT, Caller, card_of, person
from tests.conftest import Clock
from tests.mailbox import Mailbox, mailbox
from tests.staff import make_staff
from verify.audit import Tally, first_break
from verify.config import Settings
from verify.errors import Problem
from verify.flows.holdings import holdings_of
from verify.flows.rights import desk, rules
from verify.flows.staff.desk import Staff, by_login
from verify.jobs import retention, rights
from verify.metrics import expose
from verify.models import Account, Event, RightsRequest
from verify.models.keystore import data_keys
from verify.services import Services

ACCOUNT = "/v1/accounts/acct-1001"
PATH = f"{ACCOUNT}/rights_requests"
NEVER = UUID(int=7)


@pytest.fixture
def verified(server: Caller) -> str:
    made: str = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return made


def ask(server: Caller, kind: str = "access", details: str = "请提供我的全部信息", **more: str) -> UUID:
    response = server.post(PATH, {"kind": kind, "details": details, **more})
    assert response.status_code == 201, response.json
    return UUID(response.json["id"].removeprefix("req_"))


def approve(services: Services, request: UUID) -> None:
    desk.approve(li(services), request, services)


def li(services: Services) -> Staff:
    with services.read() as session:
        known = by_login(session, "li", "console")
    return known or make_staff(services)


@pytest.mark.promise("6", "6.1", "6.2", "6.5", "6.8")
@pytest.mark.parametrize(
    ("kind", "due"), [("access", "2026-12-22"), ("complaint", "2026-12-22"), ("closure", "2026-12-04")]
)
@pytest.mark.usefixtures("verified")
def test_an_answer_is_due_in_working_days_of_china(server: Caller, kind: str, due: str) -> None:
    """Received on Tuesday 1 December 2026 in China; the day itself does not count, the last one ends at 24:00."""
    made = server.post(PATH, {"kind": kind, "details": "please"}).json
    assert made["due_at"] == f"{due}T16:00:00.000Z"


def test_holidays_do_not_count() -> None:
    assert rules.due(datetime(2026, 9, 30, 4, tzinfo=UTC), 3) == datetime(2026, 10, 10, 16, tzinfo=UTC)


@pytest.mark.usefixtures("verified")
def test_a_request_is_read_with_its_words_and_kept_sealed(server: Caller, services: Services) -> None:
    request = ask(server, details="我的名字写错了")
    shown = server.get(f"{PATH}/req_{request}").json
    assert (shown["details"], shown["answer"], shown["status"]) == ("我的名字写错了", None, "open")
    with services.read() as session:
        sealed = session.get_one(RightsRequest, request).details_ct
    assert sealed is not None
    assert "名字".encode() not in sealed
    assert server.get(f"{PATH}/req_{NEVER}").status_code == 404


class TestBothDatabases:
    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    @pytest.mark.promise("6", "6.2", "6.8")
    @pytest.mark.usefixtures("verified")
    def test_an_answer_ends_the_case_and_is_told(self, server: Caller, services: Services) -> None:
        request = ask(server, "complaint")
        desk.answer(li(services), request, "已更正。", services)
        shown = server.get(f"{PATH}/req_{request}").json
        assert (shown["status"], shown["answer"]) == ("answered", "已更正。")
        [event] = server.get("/v1/events?type=rights_request.answered").json["data"]
        assert (event["data"]["object"], event["data"]["id"], event["sequence"]) == (
            "rights_request",
            f"req_{request}",
            1,
        )
        assert "answer" not in event["data"]
        with services.read() as session:
            assert first_break(session, Tally()) is None
        with pytest.raises(Problem):
            desk.answer(li(services), request, "noch einmal", services)

    @pytest.mark.usefixtures("verified")
    def test_answered_requests_go_three_years_later_and_hold_up_their_account(
        self, server: Caller, services: Services, clock: Clock
    ) -> None:
        server.post(f"{ACCOUNT}/close")
        clock.turn(days=20)
        request = ask(server, "complaint")
        desk.answer(li(services), request, "ok", services)
        clock.turn(days=3 * 365 + 1)
        retention.run(services)
        assert left(services, Account) == 1
        clock.turn(days=20)
        retention.run(services)
        assert (left(services, Account), left(services, RightsRequest)) == (0, 0)
        with services.vault.engine.connect() as connection:
            own = data_keys.c.verification_id == request
            assert connection.execute(select(data_keys).where(own)).all() == []


def left(services: Services, table: Any) -> int:
    with services.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.promise("6")
@pytest.mark.parametrize("ground", ["too_busy", ""])
@pytest.mark.usefixtures("verified")
def test_a_refusal_needs_a_listed_ground(server: Caller, services: Services, ground: str) -> None:
    request = ask(server)
    with pytest.raises(Problem):
        desk.refuse(li(services), request, ground, "no", services)
    desk.refuse(li(services), request, "repetitive", "已于上月答复。", services)
    shown = server.get(f"{PATH}/req_{request}").json
    assert (shown["status"], shown["refusal"]) == ("refused", "repetitive")


@pytest.mark.promise("6")
@pytest.mark.usefixtures("verified")
def test_more_time_is_given_once_in_time_and_for_a_listed_reason(
    server: Caller, services: Services, clock: Clock
) -> None:
    request = ask(server)
    extended = desk.extend(li(services), request, "recheck_needed", services)
    assert extended.due_at == datetime(2027, 1, 9, 16, tzinfo=UTC)
    with pytest.raises(Problem):
        desk.extend(li(services), request, "many_records", services)
    late = ask(server)
    clock.turn(days=30)
    with pytest.raises(Problem):
        desk.extend(li(services), late, "many_records", services)


@pytest.mark.promise("6.1", "6.6")
def test_a_copy_needs_an_approved_request_and_holds_everything_in_clear(
    server: Caller, services: Services, verified: str
) -> None:
    assert server.get(f"{ACCOUNT}/export").status_code == 403
    request = ask(server)
    assert server.get(f"{ACCOUNT}/export").status_code == 403
    approve(services, request)
    copy = server.get(f"{ACCOUNT}/export").json
    [held] = copy["verifications"]
    assert held["data"]["identity"]["id_number"] == person()["id_number"]
    assert {consent["item"] for consent in held["consents"]} >= {"identity", "face"}
    assert [disclosure["purpose"] for disclosure in held["disclosures"]] == ["identity", "face"]
    assert all(disclosure["recipient"] for disclosure in held["disclosures"])
    assert {kept["class"] for kept in copy["kept"]} >= {"identity", "consent", "event"}


@pytest.mark.promise("6.1", "6.6")
@pytest.mark.usefixtures("verified")
def test_an_answer_leaves_the_copy_to_be_fetched_until_its_day(
    server: Caller, services: Services, clock: Clock
) -> None:
    request = ask(server)
    approve(services, request)
    desk.answer(li(services), request, "Your copy can be fetched.", services)
    until = datetime.fromisoformat(server.get(f"{PATH}/req_{request}").json["export_until"])
    clock.turn(seconds=(until - clock.now).total_seconds() - 1)
    assert server.get(f"{ACCOUNT}/export").status_code == 200
    clock.turn(seconds=1)
    assert server.get(f"{ACCOUNT}/export").status_code == 403


@pytest.mark.promise("6.6")
@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", ("个人信息副本", "银行卡号", "您的同意")), ("en", ("Copy of personal information", "Card number"))],
)
def test_a_copy_is_read_as_a_page_in_plain_words(
    server: Caller, services: Services, language: str, words: tuple[str, ...]
) -> None:
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of(1))
    server.step(made, "sms_code", {"code": "246810"})
    approve(services, ask(server))
    page = server.get(f"{ACCOUNT}/export", headers={"Accept": "text/html", "Accept-Language": language})
    assert page.mimetype == "text/html"
    assert all(word in page.text for word in (*words, person()["name"], card_of(1)["card_number"], made))


@pytest.mark.promise("6.6")
@pytest.mark.usefixtures("verified")
def test_a_copy_is_a_pdf_with_its_characters_in_it(server: Caller, services: Services) -> None:
    approve(services, ask(server, third_party="示例银行，北京市示例路 1 号"))
    answer = server.get(f"{ACCOUNT}/export", headers={"Accept": "application/pdf"})
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    with pypdfium2.PdfDocument(answer.data) as pdf:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert all(word in text for word in ("个人信息副本", person()["name"], person()["id_number"], "示例银行"))


@pytest.mark.promise("6.6")
@pytest.mark.usefixtures("verified")
def test_a_copy_for_another_names_them_and_is_on_record(server: Caller, services: Services) -> None:
    approve(services, ask(server, third_party="示例银行"))
    first = server.get(f"{ACCOUNT}/export").json
    assert first["third_party"] == "示例银行"
    assert [seen["what"] for seen in first["accesses"]] == ["account.exported"]
    with services.read() as session:
        [payload] = session.scalars(select(Event.payload).where(Event.type == "account.exported"))
    assert b'"for":"third_party"' in payload
    refused = server.post(PATH, {"kind": "deletion", "details": "x", "third_party": "示例银行"})
    assert refused.json["errors"][0]["field"] == "third_party"


@pytest.mark.usefixtures("verified")
def test_an_approval_is_used_up_by_time_and_by_fetches(server: Caller, services: Services, clock: Clock) -> None:
    approve(services, ask(server))
    answers = [server.get(f"{ACCOUNT}/export").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    approve(services, ask(server))
    clock.turn(days=30)
    assert server.get(f"{ACCOUNT}/export").status_code == 403


@pytest.mark.usefixtures("verified")
def test_only_access_is_approved(server: Caller, services: Services) -> None:
    with pytest.raises(Problem):
        approve(services, ask(server, "deletion"))


@pytest.mark.promise("6.7", "PIPL 24")
def test_a_decision_is_explained_in_words_with_the_way_to_a_person(server: Caller, verified: str) -> None:
    """Policy 6.7."""
    shown = server.get(f"/v1/verifications/{verified}/explanation").json
    assert shown["decided_by"] == "rules"
    assert "15 个工作日" in shown["ask_a_person"]
    assert [check["check"] for check in shown["checks"]] == ["identity", "face"]
    assert shown["reasons"][0]["code"] == "checks_passed"


def test_an_explanation_is_read_in_either_language(server: Caller, verified: str) -> None:
    path = f"/v1/verifications/{verified}/explanation"
    assert "15 working days" in server.get(f"{path}?locale=en").json["ask_a_person"]
    assert server.get(f"{path}?locale=fr").status_code == 422


@pytest.mark.promise("6.7")
def test_a_mismatch_is_explained_by_its_check(server: Caller) -> None:
    made = server.create(locale="en")["id"]
    server.consent(made)
    server.step(made, "identity", person(name="张不符"))
    shown = server.get(f"/v1/verifications/{made}/explanation").json
    assert shown["decided_by"] is None
    [check] = shown["checks"]
    assert check["message"].startswith("The name and the ID number")
    assert check["words"].startswith("Sandbox")
    assert "given: ID number, name. Result: The name and the ID number" in check["words"]
    assert {"name": "face", "status": "pending", "words": "Face: waiting for you"} in shown["steps"]


@pytest.mark.promise("6")
@pytest.mark.usefixtures("verified")
def test_staff_are_reminded_before_a_due_date_once_a_day(server: Caller, services: Services, clock: Clock) -> None:
    ask(server)
    assert rights.remind(services) == 0
    clock.turn(days=19)
    assert rights.remind(services) == 1
    assert rights.remind(services) == 0
    clock.now += timedelta(days=1)
    assert rights.remind(services) == 1


class TestReminders:
    @pytest.fixture
    def box(self) -> Iterator[Mailbox]:
        with mailbox() as found:
            yield found

    @pytest.fixture
    def settings(self, tmp_path: Path, database: str, box: Mailbox) -> Settings:
        return Settings(
            instance=tmp_path,
            database_url=database,
            smtp_url=f"smtp://127.0.0.1:{box.port}",
            mail_from="no-reply@verify.example",
            rights_mail="rights@desk.example",
        )

    @pytest.mark.usefixtures("verified")
    def test_staff_get_one_mail_without_words_and_the_application_an_event(
        self, server: Caller, services: Services, clock: Clock, box: Mailbox
    ) -> None:
        asked = [ask(server), ask(server, "complaint")]
        clock.turn(days=19)
        assert rights.remind(services) == 2
        [mail] = box.mails
        text = mail.get_content()
        assert mail["To"] == "rights@desk.example"
        assert all(
            f"2026-12-22  {kind}  req_{one}" in text for one, kind in zip(asked, ("access", "complaint"), strict=True)
        )
        assert "acct-1001" not in text
        told = server.get("/v1/events?type=rights_request.due").json["data"]
        assert [event["data"]["status"] for event in told] == ["open", "open"]
        with services.read() as session:
            assert first_break(session, Tally()) is None

    @pytest.mark.usefixtures("verified")
    def test_a_mail_that_is_not_taken_ends_no_round(
        self, server: Caller, services: Services, clock: Clock, box: Mailbox
    ) -> None:
        box.replies["RCPT"] = "550 no"
        ask(server)
        clock.turn(days=19)
        assert rights.remind(services) == 1


def test_what_is_late_is_counted(server: Caller, services: Services, verified: str, clock: Clock) -> None:
    ask(server)
    desk.answer(li(services), ask(server), "ok", services)
    clock.turn(days=19)
    assert b"realname_rights_requests_open 1.0" in expose(services)[0]
    assert b"realname_rights_requests_overdue 0.0" in expose(services)[0]
    clock.turn(days=3)
    assert b"realname_rights_requests_overdue 1.0" in expose(services)[0]


@pytest.mark.usefixtures("verified")
def test_what_was_asked_is_among_what_is_kept(server: Caller, services: Services) -> None:
    answered, waits = ask(server, "complaint"), ask(server)
    desk.answer(li(services), answered, "ok", services)
    with services.read() as session:
        kept = {kept.of: kept for kept in holdings_of(session, session.scalars(select(Account)).one(), services)}
    assert kept[f"req_{waits}"].reason == "request_open"
    assert kept[f"req_{answered}"].until == datetime(2029, 12, 1, 16, tzinfo=UTC)


@pytest.mark.usefixtures("verified")
def test_erasing_an_account_leaves_its_open_cases_to_be_answered(server: Caller, services: Services) -> None:
    request = ask(server, "deletion")
    server.send("DELETE", ACCOUNT)
    shown = server.get(f"{PATH}/req_{request}").json
    assert (shown["status"], shown["details"]) == ("open", "请提供我的全部信息")
