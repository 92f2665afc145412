import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from providers.base import Outcome, Result, Unavailable
from providers.sandbox import Sandbox
from providers.testing.identities import child
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock, Statements, make_application
from tests.desk import Desk, seated
from tests.enterprises import begin, enterprise_of, in_person, read_license, verified_person
from tests.staff import events_of, in_review, logged, read
from verify.flows import documents
from verify.flows.case import load_any
from verify.flows.reasons import message
from verify.flows.review import cases, deciding, viewing
from verify.flows.review.comparing import compare, differing
from verify.flows.review.reasons import REJECTIONS
from verify.flows.sealing import seal_step
from verify.models import AccessEntry, Application
from verify.services import Services

UNKNOWN = UUID(int=1)
UNREADABLE = {"face": "license_unreadable"}
DISAGREES = {"face": "license_mismatch"}


BLURRED = "执照模糊有限公司"


def begun(server: Caller, name: str) -> UUID:
    """An enterprise whose licence was given."""
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of(1, name))
    read_license(server, made)
    return UUID(made.removeprefix("ver_"))


def blurred(server: Caller) -> UUID:
    """As its user brings it before staff: a licence that cannot be read."""
    found = begun(server, BLURRED)
    server.step(f"ver_{found}", "representative", in_person())
    assert server.step(f"ver_{found}", "face", PORTRAIT)["status"] == "review"
    return found


def path(case: UUID, action: str = "") -> str:
    return f"/ops/cases/ver_{case}" + (f"/{action}" if action else "")


@pytest.mark.promise("5.2")
def test_a_case_shows_what_was_given_masked_and_nothing_of_it_in_clear(
    app: Flask, server: Caller, services: Services
) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, _ = seated(app, services, "li")
    page = desk.get(path(case))
    given = person()
    assert given["name"] not in page
    assert given["id_number"] not in page
    assert f"{given['id_number'][0]}****************{given['id_number'][-1]}" in page
    assert "Unreadable licence" in page
    assert "Identity check" in page
    assert logged(services)[-1] == ("case.open", None)


def test_the_commonest_case_is_sent_back_from_its_page(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, _ = seated(app, services, "li")
    desk.get(path(case))
    desk.post(path(case, "ask_again"), step="face", text="请上传清晰的扫描件")
    assert server.read(f"ver_{case}")["request"] == "请上传清晰的扫描件"
    assert "Done." in desk.get(path(case))
    assert "Done." not in desk.get(path(case))


def test_an_override_takes_two_people(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **DISAGREES)
    first, _ = seated(app, services, "wang", "supervisor")
    second, _ = seated(app, services, "zhao", "supervisor")
    assert "goes against a check" in first.get(path(case))
    first.post(path(case, "approve"), text="名称变更通知书已核对")
    first.get(path(case))
    first.post(path(case, "confirm"), 403)
    assert "acct-1001" in second.get("/ops/queue?whose=second")
    assert "Confirm the override" in second.get(path(case))
    second.post(path(case, "confirm"))
    assert server.read(f"ver_{case}")["status"] == "verified"
    assert ("review.confirm", "own_proposal") in logged(services)


def test_what_is_wrong_about_a_form_is_said_beside_it_and_nothing_typed_is_lost(
    app: Flask, server: Caller, services: Services
) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, _ = seated(app, services, "li")
    desk.get(path(case))
    page = desk.post(path(case, "reject"), 422, reason="not_a_code", text="typed by hand")
    assert 'role="alert"' in page
    assert "typed by hand" in page


@pytest.mark.promise("5.2")
def test_a_value_is_revealed_with_a_reason_once_and_recorded(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, _ = seated(app, services, "li")
    desk.get(path(case))
    desk.post(path(case, "reveal"), 422, step="identity", field="name", text=" ")
    page = desk.post(path(case, "reveal"), 200, step="identity", field="name", text="compare with licence")
    assert person()["name"] in page
    assert person()["id_number"] not in page
    assert person()["name"] not in desk.get(path(case))
    assert "review.revealed" in events_of(services, case)
    with services.read() as session:
        entry = session.scalars(
            select(AccessEntry).where(AccessEntry.action == "case.reveal").order_by(AccessEntry.id.desc())
        ).first()
    assert entry is not None
    assert (entry.detail["step"], entry.detail["field"], entry.refused) == ("identity", "name", None)


@pytest.mark.parametrize(("step", "field"), [("identity", "card_number"), ("", "note"), ("nowhere", "name")])
def test_what_is_not_there_is_not_revealed(
    app: Flask, server: Caller, services: Services, step: str, field: str
) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, _ = seated(app, services, "li")
    desk.get(path(case))
    desk.post(path(case, "reveal"), 404, step=step, field=field, text="why not")
    assert logged(services)[-1] == ("case.reveal", "not_found")


def of_a_minor(server: Caller, services: Services) -> UUID:
    case = in_review(server, services, **UNREADABLE)
    who = child(1)
    with services.write() as session:
        verification = load_any(session, case)
        keys = services.vault.create(verification.account_id, case, ["identity"])
        values = {"identity": {"name": who.name, "id_number": who.id_number}}
        seal_step(session, keys, verification, "identity", values, services.clock())
    return case


def ask(desk: Desk, case: UUID, status: int) -> str:
    desk.get(path(case))
    return desk.post(path(case, "reveal"), status, step="identity", field="name", text="guardian called")


@pytest.mark.promise("5.2", "7")
def test_a_minors_value_takes_a_second_person_and_is_open_for_half_an_hour(
    app: Flask, server: Caller, services: Services, clock: Clock
) -> None:
    case = of_a_minor(server, services)
    li, _ = seated(app, services, "li")
    wang, _ = seated(app, services, "wang", "supervisor")
    ask(li, case, 302)
    assert child(1).name not in li.get(path(case))
    proposal = re.findall(r'name="proposal" value="([^"]+)"', wang.get(path(case)))[0]
    wang.post(path(case, "agree"), proposal=proposal)
    assert child(1).name in ask(li, case, 200)
    clock.turn(minutes=31)
    li, _ = seated(app, services, "li2")
    ask(li, case, 302)


@pytest.mark.promise("5.2", "7")
def test_what_waits_for_a_second_person_keeps_nothing_else_back(app: Flask, server: Caller, services: Services) -> None:
    case = of_a_minor(server, services)
    with services.write() as session:
        verification = load_any(session, case)
        keys = services.vault.create(verification.account_id, case, ["contact"])
        values = {"contact": {"mobile": "13800138000"}}
        seal_step(session, keys, verification, "contact", values, services.clock())
    li, _ = seated(app, services, "li")
    wang, _ = seated(app, services, "wang", "supervisor")
    ask(li, case, 302)
    proposal = re.findall(r'name="proposal" value="([^"]+)"', wang.get(path(case)))[0]
    wang.post(path(case, "agree"), proposal=proposal)
    li.get(path(case))
    for _ in range(2):
        page = li.post(path(case, "reveal"), 200, text="guardian called")
        assert child(1).name in page
        assert "13800138000" not in page
        assert "Revealed, but for what a second person has to agree to first: Contact." in page


def test_nobody_agrees_to_their_own_reveal(app: Flask, server: Caller, services: Services) -> None:
    case = of_a_minor(server, services)
    wang, _ = seated(app, services, "wang", "supervisor")
    other, _ = seated(app, services, "zhao", "supervisor")
    ask(wang, case, 302)
    proposal = re.findall(r'name="proposal" value="([^"]+)"', other.get(path(case)))[0]
    wang.get(path(case))
    wang.post(path(case, "agree"), 403, proposal=proposal)
    assert logged(services)[-2:] == [("case.reveal_agree", "own_proposal"), ("case.open", None)]


@pytest.mark.parametrize("action", ["claim", "approve", "reject", "ask_again", "note", "confirm", "extend", "retry"])
def test_an_auditor_looks_and_does_nothing(app: Flask, server: Caller, services: Services, action: str) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, _ = seated(app, services, "chen", "auditor")
    page = desk.get(path(case))
    assert "Reveal" not in page
    desk.post(path(case, action), 403, text="x", step="face", reason="papers_suspect", days="7")
    assert (f"review.{action}", "forbidden") in logged(services)
    assert read(services, case).status == "review"


def test_another_applications_case_is_not_there_and_every_try_is_logged(
    app: Flask, server: Caller, services: Services
) -> None:
    case = in_review(server, services, **UNREADABLE)
    make_application(app, "Other", "https://other.example")
    with services.read() as session:
        other = session.scalars(select(Application.id).where(Application.name == "Other")).one()
    desk, _ = seated(app, services, "li", applications=[other])
    desk.get("/ops/queue")
    desk.get(path(case), 404)
    desk.post(path(case, "approve"), 404)
    desk.post(path(case, "reveal"), 404, step="identity", field="name", text="curious")
    assert logged(services) == [
        ("case.open", "not_found"),
        ("review.approve", "not_found"),
        ("case.reveal", "not_found"),
    ]


@pytest.mark.parametrize("case", ["ver_x", f"ver_{UNKNOWN}"])
def test_what_is_no_case_is_a_page_that_says_so(app: Flask, services: Services, case: str) -> None:
    desk, _ = seated(app, services, "li")
    assert "There is nothing here" in desk.get(f"/ops/cases/{case}", 404)


def test_what_staff_write_is_shown_as_text(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, who = seated(app, services, "li")
    cases.note(who, case, "<script>alert(1)</script>", services)
    page = desk.get(path(case))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_case_whose_keys_are_gone_says_so(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    services.vault.shred(case)
    desk, _ = seated(app, services, "li")
    assert "has been erased" in desk.get(path(case))


@pytest.mark.parametrize("notes", [0, 8])
def test_a_case_takes_as_many_statements_whatever_it_holds(
    app: Flask, server: Caller, services: Services, statements: Statements, notes: int
) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, who = seated(app, services, "li")
    for n in range(notes):
        cases.note(who, case, f"note {n}", services)
    desk.get(path(case))
    statements.clear()
    desk.get(path(case))
    assert len(statements.main) <= 14, statements.main
    assert len(statements.keys) == 1


def test_differences_between_paper_and_entry_are_cut_out() -> None:
    typed, found = differing("星河云计算有限公司", "星河云计箅有限公司")
    assert [text for text, same in typed if not same] == ["算"]
    assert [text for text, same in found if not same] == ["箅"]
    assert "".join(text for text, _ in found) == "星河云计箅有限公司"


def test_a_persons_name_is_compared_without_being_shown() -> None:
    values = {
        "representative": {"legal_representative_name": "张伟明"},
        "license": {"read_legal_representative": "张伟民"},
    }
    [row] = compare(values, {})
    assert (row.typed, row.read, row.same) == ([("张**", False)], [("张**", False)], False)


def test_time_is_given_by_a_supervisor(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    before = read(services, case).expires_at
    desk, _ = seated(app, services, "wang", "supervisor")
    desk.get(path(case))
    desk.post(path(case, "extend"), days="7")
    desk.get(path(case))
    desk.post(path(case, "extend"), 422, days="8")
    assert read(services, case).expires_at - before == timedelta(days=7)


def test_a_licence_that_could_not_be_read_is_to_be_compared_with_what_was_typed(
    app: Flask, server: Caller, services: Services
) -> None:
    made = blurred(server)
    desk, _ = seated(app, services, "li")
    page = desk.get(path(made))
    compared = page.split('class="compare"')[1].split("</table>")[0]
    assert enterprise_of(1, BLURRED)["credit_code"] in compared
    assert compared.count("could not be read") == 3
    assert "same" not in compared.split("<tbody>")[1]
    assert f"<h1>{BLURRED} " in page
    assert f"data-row>{BLURRED}</a>" in desk.get("/ops/queue")


def compared_of(page: str) -> str:
    return page.split('class="compare"')[1].split("<tbody>")[1].split("</table>", maxsplit=1)[0]


def test_a_licence_that_no_vendor_read_is_not_called_unreadable(
    app: Flask, server: Caller, services: Services, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    def down(*_: object) -> Outcome:
        raise Unavailable("down")

    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())
    monkeypatch.setattr(sandbox, "call", down)
    read_license(server, made)
    desk, _ = seated(app, services, "li")
    compared = compared_of(desk.get(path(UUID(made.removeprefix("ver_")))))
    assert compared.count("not read yet") == 2
    assert "could not be read" not in compared


def test_the_reading_of_a_licence_is_not_held_against_the_scan_that_took_its_place(
    app: Flask, server: Caller, services: Services, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    made = begun(server, "不符有限公司")
    server.step(f"ver_{made}", "enterprise", enterprise_of())
    unreadable = Outcome(Result.NOT_FOUND)
    monkeypatch.setattr(sandbox, "call", lambda *_: unreadable)
    read_license(server, f"ver_{made}")
    desk, _ = seated(app, services, "li")
    compared = compared_of(desk.get(path(made)))
    assert compared.count("could not be read") == 2
    assert "differs" not in compared


def test_a_reading_that_was_erased_is_called_so(app: Flask, server: Caller, services: Services) -> None:
    made = begun(server, "读取有限公司")
    services.vault.shred(made, ["reading"])
    desk, _ = seated(app, services, "li")
    compared = compared_of(desk.get(path(made)))
    assert compared.count("erased") >= 2
    assert "not to be compared any more" in compared
    assert ">to compare<" not in compared


def test_a_licence_that_differs_is_nowhere_good(app: Flask, server: Caller, services: Services) -> None:
    made = begun(server, "不符有限公司")
    desk, _ = seated(app, services, "li")
    [line] = re.findall(r'<li class="(\w*)">(?:(?!</li>).)*Licence reading', desk.get(path(made)), re.DOTALL)
    assert line == "bad"


@pytest.mark.parametrize(
    ("typed", "read", "same"),
    [
        ("星河（深圳）有限公司", "星河(深圳) 有限公司", True),
        ("星河有限公司", "星河有眼公司", False),
    ],
)
def test_a_name_is_compared_as_the_step_does(typed: str, read: str, same: bool) -> None:
    [row] = compare({"enterprise": {"enterprise_name": typed}, "license": {"read_enterprise_name": read}}, {})
    assert row.same is same


def test_an_organization_code_is_held_against_the_credit_code_that_holds_it() -> None:
    code = enterprise_of()["credit_code"]
    [row] = compare({"enterprise": {"organization_code": code[8:17]}, "license": {"read_credit_code": code}}, {})
    assert row.same is True


def test_one_reason_reveals_all_of_a_case_and_every_value_is_on_the_record(
    app: Flask, server: Caller, services: Services
) -> None:
    made = blurred(server)
    desk, _ = seated(app, services, "li")
    desk.get(path(made))
    page = desk.post(path(made, "reveal"), 200, text="compare with the scan")
    given = person()
    assert given["name"] in page
    assert given["id_number"] in page
    assert events_of(services, made).count("review.revealed") == 4
    with services.read() as session:
        kept = session.scalars(select(AccessEntry).where(AccessEntry.action == "case.reveal")).all()
    fields = [(entry.detail["step"], entry.detail["field"]) for entry in kept if entry.detail["field"]]
    assert ("representative", "id_number") in fields
    assert len(fields) == 4


def test_pages_looked_at_in_a_row_are_one_line(app: Flask, server: Caller, services: Services) -> None:
    made = blurred(server)
    desk, who = seated(app, services, "li")
    with services.read() as session:
        [paper] = documents.of(session, made)
    for _ in range(3):
        viewing.page(who, made, paper.id, 0, services, lambda picture, _name: picture)
    page = desk.get(path(made))
    assert page.count("Document viewed") == 1
    assert "×3" in page


def test_a_case_of_a_colleague_offers_nothing_that_would_be_refused(
    app: Flask, server: Caller, services: Services
) -> None:
    case = in_review(server, services, **UNREADABLE)
    _, wang = seated(app, services, "wang")
    cases.claim(wang, case, services)
    desk, _ = seated(app, services, "li")
    page = desk.get(path(case))
    assert "With Wang" in page
    assert not any(path(case, action) in page for action in ("ask_again", "approve", "reject"))


def test_an_act_that_a_colleague_came_before_says_so_and_gives_the_words_back(
    app: Flask, server: Caller, services: Services
) -> None:
    case = in_review(server, services, **UNREADABLE)
    _, wang = seated(app, services, "wang")
    desk, _ = seated(app, services, "li")
    desk.get(path(case))
    cases.claim(wang, case, services)
    words = {"step": "license", "text": "Scan the licence flat."}
    refused = desk.post(f"{path(case)}/ask_again", 409, **words)
    assert re.search(r'role="alert">A colleague works on this case\..*Scan the licence flat\.', refused)
    deciding.reject(wang, case, REJECTIONS[0], "", services)
    refused = desk.post(f"{path(case)}/ask_again", 409, **words)
    assert re.search(r'role="alert">[^<]*a colleague decided meanwhile\..*Scan the licence flat\.', refused)


def test_a_reason_to_reject_is_there_to_read_in_full(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, _ = seated(app, services, "li")
    offered = unescape(desk.get(path(case)).split('name="reason"', 1)[1])
    assert all(message(code, "en") in offered for code in REJECTIONS)


def test_a_step_that_waits_for_a_person_is_not_called_passed(app: Flask, server: Caller, services: Services) -> None:
    made = blurred(server)
    desk, _ = seated(app, services, "li")
    story = desk.get(path(made)).split('class="timeline"')[1]
    lines = re.findall(r"<strong>(Left to a person|Step passed)</strong>(?: ×\d+)? · ([^<\n]*)", story)
    left = {step.strip() for text, step in lines if text == "Left to a person"}
    assert left
    assert left.isdisjoint(step.strip() for text, step in lines if text == "Step passed")


def test_every_page_says_which_clock_it_shows(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    desk, _ = seated(app, services, "wang", "supervisor")
    for page in ("/ops/queue", "/ops/overview", path(case)):
        assert desk.get(page).count("China time (UTC+8)") == 1
