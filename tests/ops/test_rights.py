"""The rights desk in the console: what waits, one request, and what staff of each role may do to it."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.api.test_rights import PATH, verified
from tests.caller import PORTRAIT, Caller, card_of, person
from tests.conftest import Clock, Statements
from tests.desk import Desk, seated
from tests.staff import logged
from verify.audit import Tally, first_break
from verify.models import Account, Event, RightsNote, RightsRequest
from verify.services import Services

__all__ = ["verified"]

ACCOUNT = "/v1/accounts/acct-1001"


def ask(server: Caller, kind: str = "access", account: str = "acct-1001", **more: str) -> str:
    response = server.post(f"/v1/accounts/{account}/rights_requests", {"kind": kind, "details": "请处理", **more})
    assert response.status_code == 201, response.json
    return str(response.json["id"])


def page(desk: Desk, request: str) -> str:
    return desk.get(f"/ops/rights/{request}")


def stored(services: Services, request: str) -> RightsRequest:
    with services.read() as session:
        session.expire_all()
        return session.get_one(RightsRequest, UUID(request.removeprefix("req_")))


@pytest.mark.usefixtures("verified")
def test_the_first_due_comes_first_and_what_is_late_is_marked(
    app: Flask, server: Caller, services: Services, clock: Clock
) -> None:
    ask(server, "access")
    ask(server, "closure")
    desk, _ = seated(app, services, "li")
    shown = desk.get("/ops/rights")
    assert shown.index("Closing the account</td>") < shown.index("Access and copy</td>")
    assert 'class="late"' not in shown
    clock.turn(days=5)
    again, _ = seated(app, services, "wu")
    assert again.get("/ops/rights").count('<tr class="late"') == 1
    assert "Access and copy</td>" not in again.get("/ops/rights?overdue=1")


@pytest.mark.usefixtures("verified")
def test_the_list_is_filtered_by_kind_state_and_whose(app: Flask, server: Caller, services: Services) -> None:
    taken = ask(server, "access")
    ask(server, "complaint")
    desk, _ = seated(app, services, "li")
    page(desk, taken)
    desk.post(f"/ops/rights/{taken}/take")
    assert "Complaint</td>" not in desk.get("/ops/rights?kind=access")
    assert "Complaint</td>" not in desk.get("/ops/rights?mine=1")
    assert "Nothing waits here." in desk.get("/ops/rights?state=answered")
    assert "Complaint</td>" in desk.get("/ops/rights?state=open&kind=nonsense&application=x&after=y")


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.usefixtures("verified")
def test_the_list_takes_as_many_statements_however_long_it_is(
    app: Flask, server: Caller, services: Services, statements: Statements, count: int
) -> None:
    for _ in range(count):
        ask(server)
    desk, _ = seated(app, services, "li")
    desk.get("/ops/rights")
    statements.clear()
    desk.get("/ops/rights")
    assert len(statements.main) == 4, statements.main
    assert statements.keys == []


@pytest.mark.usefixtures("verified")
def test_words_are_sealed_until_revealed_for_a_reason_that_stays(
    app: Flask, server: Caller, services: Services
) -> None:
    request = ask(server, details="姓名有误，应为李雷", proof="已核对身份证原件")
    desk, _ = seated(app, services, "li")
    assert "李雷" not in page(desk, request)
    desk.post(f"/ops/rights/{request}/reveal", 422, text="")
    shown = desk.post(f"/ops/rights/{request}/reveal", 200, text="需要答复")
    assert "李雷" in shown
    assert "已核对身份证原件" in shown
    assert "需要答复" in page(desk, request)
    assert "Words revealed" in page(desk, request)
    with services.read() as session:
        assert "需要答复".encode() not in session.scalars(select(RightsNote.text_ct)).one()
        kinds = session.scalars(select(Event.type).where(Event.about == "rights_request")).all()
    assert "rights_request.revealed" in kinds
    assert ("rights.reveal", "invalid_input") in logged(services)


def test_a_minors_words_are_for_supervisors(app: Flask, server: Caller, services: Services) -> None:
    server.create()
    request = ask(server, requester="guardian", proof="户口簿")
    desk, _ = seated(app, services, "li")
    assert "minor</span>" in desk.get("/ops/rights")
    page(desk, request)
    desk.post(f"/ops/rights/{request}/reveal", 403, text="需要答复")
    chief, _ = seated(app, services, "wang", "supervisor")
    page(chief, request)
    assert "户口簿" in chief.post(f"/ops/rights/{request}/reveal", 200, text="需要答复")


@pytest.mark.promise("6")
@pytest.mark.usefixtures("verified")
def test_for_another_nothing_is_done_without_proof(app: Flask, server: Caller, services: Services) -> None:
    request = ask(server, requester="relative")
    desk, _ = seated(app, services, "li")
    assert "relative</span>" in page(desk, request)
    assert "proof that they may has to be on file" in desk.post(f"/ops/rights/{request}/approve", 409)
    desk.post(f"/ops/rights/{request}/ask_proof")
    assert server.get(f"{PATH}/{request}").json["status"] == "proof_wanted"
    assert server.get("/v1/events?type=rights_request.proof_wanted").json["data"]
    proved = server.post(f"{PATH}/{request}/proof", {"proof": "死亡证明与户口簿"})
    assert (proved.status_code, proved.json["status"], proved.json["proof"]) == (200, "open", "死亡证明与户口簿")
    page(desk, request)
    desk.post(f"/ops/rights/{request}/approve")
    assert server.get(f"{ACCOUNT}/export").status_code == 200
    assert server.post(f"{PATH}/{request}/proof", {"proof": "again"}).json["code"] == "rights_request_final"


@pytest.mark.usefixtures("verified")
def test_time_is_taken_once_and_a_refusal_needs_a_listed_ground(app: Flask, server: Caller, services: Services) -> None:
    request = ask(server)
    desk, _ = seated(app, services, "li")
    page(desk, request)
    desk.post(f"/ops/rights/{request}/extend", 422, reason="busy")
    desk.post(f"/ops/rights/{request}/extend", reason="many_records")
    told = server.get("/v1/events?type=rights_request.extended").json["data"]
    assert told[0]["data"]["extension"] == "many_records"
    page(desk, request)
    desk.post(f"/ops/rights/{request}/extend", 409, reason="many_records")
    desk.post(f"/ops/rights/{request}/refuse", 422, ground="busy", text="不")
    assert "请改日" in desk.post(f"/ops/rights/{request}/refuse", 422, ground="", text="请改日")
    desk.post(f"/ops/rights/{request}/refuse", ground="repetitive", text="上月已答复")
    assert server.get(f"{PATH}/{request}").json["refusal"] == "repetitive"
    assert "Refuse and end" not in page(desk, request)


@pytest.mark.usefixtures("verified")
def test_what_cannot_be_undone_is_for_supervisors(app: Flask, server: Caller, services: Services) -> None:
    request = ask(server, "deletion")
    desk, _ = seated(app, services, "li")
    assert "A supervisor does this" in page(desk, request)
    desk.post(f"/ops/rights/{request}/carry_out", 403)
    chief, _ = seated(app, services, "wang", "supervisor")
    page(chief, request)
    chief.post(f"/ops/rights/{request}/carry_out")
    drafted = page(chief, request)
    assert "Only stored until its day: " in drafted
    assert "反电信网络诈骗法 21" in drafted
    chief.post(f"/ops/rights/{request}/answer", text="已删除")
    with services.read() as session:
        assert session.scalars(select(Account)).one().erased_at is not None
        assert first_break(session, Tally()) is None
    assert server.get(f"{PATH}/{request}").json["carried_out_at"] is not None


@pytest.mark.usefixtures("verified")
def test_an_account_is_closed_from_its_request(app: Flask, server: Caller, services: Services) -> None:
    request = ask(server, "closure")
    chief, _ = seated(app, services, "wang", "supervisor")
    page(chief, request)
    chief.post(f"/ops/rights/{request}/carry_out")
    assert server.get(ACCOUNT).json["personal"]["reason"] == "account_closed"


@pytest.mark.usefixtures("verified")
def test_consents_are_withdrawn_item_by_item(app: Flask, server: Caller, services: Services) -> None:
    request = ask(server, "withdrawal")
    desk, _ = seated(app, services, "li")
    assert 'name="items" value="face"' in page(desk, request)
    desk.post(f"/ops/rights/{request}/carry_out", 422)
    desk.post(f"/ops/rights/{request}/carry_out", items=["face"])
    assert 'name="items" value="face"' not in page(desk, request)
    assert server.get("/v1/events?type=consent.withdrawn").json["data"][0]["data"]["withdrawn"] == ["face"]


@pytest.mark.promise("6.2")
def test_a_correction_is_a_new_verification_of_the_same_kind(
    app: Flask, server: Caller, services: Services, verified: str
) -> None:
    request = ask(server, "correction")
    desk, _ = seated(app, services, "li")
    page(desk, request)
    desk.post(f"/ops/rights/{request}/carry_out", verification=verified)
    made = server.get(f"{PATH}/{request}").json["verification"]
    assert server.read(made)["status"] == "pending"
    page(desk, request)
    desk.post(f"/ops/rights/{request}/carry_out", verification=verified)
    assert server.get(f"{PATH}/{request}").json["verification"] == made
    server.consent(made)
    server.step(made, "identity", person(2))
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    desk.post(f"/ops/rights/{request}/carry_out", 404, verification="ver_0198c0de-0000-7000-8000-000000000001")


@pytest.mark.promise("6", "6.2", "6.3", "6.4", "6.5")
@pytest.mark.parametrize("kind", ["correction", "deletion", "withdrawal", "closure"])
def test_what_was_not_done_is_not_answered_as_if_it_were(
    app: Flask, server: Caller, services: Services, verified: str, kind: str
) -> None:
    request = ask(server, kind)
    chief, _ = seated(app, services, "wang", "supervisor")
    assert "was not done yet" in page(chief, request)
    assert "was not done yet" in chief.post(f"/ops/rights/{request}/answer", 409, text="已处理")
    assert ("rights.answer", "not_carried_out") in logged(services)
    chief.post(f"/ops/rights/{request}/carry_out", verification=verified, items=["face"])
    assert "was not done yet" not in page(chief, request)
    chief.post(f"/ops/rights/{request}/answer", text="已处理")
    assert stored(services, request).status == "answered"


@pytest.mark.parametrize("kind", ["correction", "withdrawal"])
def test_what_there_is_nothing_to_be_done_for_is_answered(
    app: Flask, server: Caller, services: Services, kind: str
) -> None:
    made = server.create()["id"]
    server.post(f"/v1/verifications/{made}/redact")
    request = ask(server, kind)
    desk, _ = seated(app, services, "li")
    page(desk, request)
    desk.post(f"/ops/rights/{request}/answer", text="没有可处理的信息")
    assert stored(services, request).status == "answered"


@pytest.mark.parametrize(
    ("kind", "path", "body"),
    [
        ("deletion", "/v1/verifications/{}/redact", {}),
        ("withdrawal", f"{ACCOUNT}/consents/withdraw", {"items": ["face"]}),
        ("closure", f"{ACCOUNT}/close", {}),
    ],
)
def test_what_the_application_did_since_is_answered(
    app: Flask, server: Caller, services: Services, verified: str, kind: str, path: str, body: dict[str, list[str]]
) -> None:
    request = ask(server, kind)
    assert server.post(path.format(verified), body).status_code == 200
    desk, _ = seated(app, services, "li")
    page(desk, request)
    desk.post(f"/ops/rights/{request}/answer", text="已处理")
    assert stored(services, request).status == "answered"


def test_a_correction_is_answered_once_the_person_was_verified_anew(
    app: Flask, server: Caller, services: Services, verified: str, clock: Clock
) -> None:
    request = ask(server, "correction")
    assert server.read(verified)["status"] == "verified"
    clock.turn(seconds=1)
    made = server.create(asked_by_user=True)["id"]
    desk, _ = seated(app, services, "li")
    page(desk, request)
    desk.post(f"/ops/rights/{request}/answer", 409, text="已更正")
    server.consent(made)
    server.step(made, "identity", person(2))
    server.step(made, "face", PORTRAIT)
    page(desk, request)
    desk.post(f"/ops/rights/{request}/answer", text="已更正")
    assert stored(services, request).status == "answered"


@pytest.mark.promise("6.1")
@pytest.mark.usefixtures("verified")
def test_of_an_erased_account_no_copy_is_opened_and_the_answer_says_what_is_left(
    app: Flask, server: Caller, services: Services
) -> None:
    server.send("DELETE", ACCOUNT)
    request = ask(server)
    desk, _ = seated(app, services, "li")
    shown = page(desk, request)
    assert "Let the copy be fetched" not in shown
    assert "Only stored until its day: " in shown
    assert "nothing this could be done to" in desk.post(f"/ops/rights/{request}/approve", 409)
    assert stored(services, request).open_until is None
    desk.post(f"/ops/rights/{request}/answer", text="已删除，仅依法存储身份信息")
    assert stored(services, request).status == "answered"


@pytest.mark.usefixtures("verified")
def test_who_holds_it_is_seen_and_a_colleague_does_not_take_it(app: Flask, server: Caller, services: Services) -> None:
    request = ask(server)
    desk, _ = seated(app, services, "li")
    other, _ = seated(app, services, "wu")
    page(desk, request)
    desk.post(f"/ops/rights/{request}/take")
    page(other, request)
    assert "A colleague works on this case." in other.post(f"/ops/rights/{request}/take", 409)
    other.post(f"/ops/rights/{request}/release", 403)
    desk.post(f"/ops/rights/{request}/note", text="等待客服回电")
    assert "等待客服回电" in page(other, request)
    desk.post(f"/ops/rights/{request}/release")
    assert stored(services, request).operator_id is None


@pytest.mark.usefixtures("verified")
def test_other_applications_requests_are_not_there(app: Flask, server: Caller, services: Services) -> None:
    request = ask(server)
    desk, _ = seated(app, services, "li", applications=[])
    assert "Nothing waits here." in desk.get("/ops/rights")
    desk.get(f"/ops/rights/{request}", 404)
    desk.get("/ops/rights/req_nonsense", 404)
    seated_elsewhere, _ = seated(app, services, "wu")
    page(seated_elsewhere, request)
    seated_elsewhere.post(f"/ops/rights/{request}/nonsense", 404)


def test_an_auditor_reads_and_does_nothing(app: Flask, server: Caller, services: Services) -> None:
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of(1))
    request = ask(server)
    desk, _ = seated(app, services, "chen", "auditor")
    shown = page(desk, request)
    assert "Work on it" not in shown
    desk.post(f"/ops/rights/{request}/answer", 403, text="ok")
    assert ("rights.answer", "forbidden") in logged(services)
