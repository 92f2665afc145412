from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.caller import Caller, person
from tests.conftest import Clock, Statements, make_application
from tests.desk import seated
from tests.staff import in_review, logged, make_staff
from verify.flows.case import load_any
from verify.flows.review import cases, queue
from verify.flows.review.queue import Filters
from verify.flows.review.referring import refer
from verify.flows.states import Status
from verify.models import Application, Verification
from verify.services import Services

UNREADABLE = {"face": "license_unreadable"}


def test_the_longest_waits_first_and_stands_out_when_late(
    app: Flask, server: Caller, services: Services, clock: Clock
) -> None:
    in_review(server, services, "acct-old", **UNREADABLE)
    clock.turn(hours=25)
    in_review(server, services, "acct-new", face="authorization_letter_review")
    desk, _ = seated(app, services, "li")
    page = desk.get("/ops/queue")
    assert page.index("acct-old") < page.index("acct-new")
    assert page.count('class="late"') == 1
    assert "Unreadable licence" in page
    assert "Letter to read" in page


@pytest.mark.parametrize("count", [1, 12])
def test_a_page_takes_as_many_statements_for_one_case_as_for_many(
    app: Flask, server: Caller, services: Services, statements: Statements, count: int
) -> None:
    for n in range(count):
        in_review(server, services, f"acct-{n}", **UNREADABLE)
    desk, _ = seated(app, services, "li")
    statements.clear()
    desk.get("/ops/queue")
    # session, cases, their number, applications to filter by
    assert len(statements.main) == 4, statements.main
    assert statements.keys == []


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ("reason=license_unreadable", {"acct-1"}),
        ("reason=authorization_letter_review", {"acct-2"}),
        ("reason=taken_in", set()),
        ("reason=nothing", {"acct-1", "acct-2"}),
        ("method=face", {"acct-1", "acct-2"}),
        ("method=bank_card", set()),
        ("type=enterprise", set()),
        ("mode=test", {"acct-1", "acct-2"}),
        ("mode=live", set()),
        ("whose=free", {"acct-2"}),
        ("whose=mine", {"acct-1"}),
        ("whose=second", set()),
        ("status=processing", {"acct-3"}),
        ("status=outage", set()),
        ("reason=vendor_owes", {"acct-3"}),
        ("status=processing&reason=registry_lag", set()),
        ("status=processing&reason=open_transfer", set()),
        ("after=nonsense&application=nonsense", {"acct-1", "acct-2"}),
    ],
)
def test_the_queue_is_filtered(app: Flask, server: Caller, services: Services, filters: str, shown: set[str]) -> None:
    first = in_review(server, services, "acct-1", **UNREADABLE)
    in_review(server, services, "acct-2", face="authorization_letter_review")
    made = server.create("face", "acct-3")["id"]
    server.consent(made)
    server.step(made, "identity", person(name="张超时"), status=202)
    desk, who = seated(app, services, "li")
    cases.claim(who, first, services)
    page = desk.get(f"/ops/queue?{filters}")
    assert {ref for ref in ("acct-1", "acct-2", "acct-3") if f">{ref}<" in page} == shown


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ("reason=nothing&method=face", "Reason"),
        ("status=nothing&type=nobody", "Waiting for, Type"),
        ("method=face&mode=x&whose=y&after=z", "Mode, With, Page"),
        ("application=nonsense", "Application"),
        ("aplication=1", "aplication"),
        ("status=processing&reason=taken_in", "Reason"),
    ],
)
def test_a_filter_that_is_not_known_is_said_to_be_left_out(
    app: Flask, services: Services, filters: str, named: str
) -> None:
    desk, _ = seated(app, services, "li")
    assert f"Not known here and left out: {named}. The other filters apply." in desk.get(f"/ops/queue?{filters}")


def test_filters_that_are_known_draw_no_remark(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "li")
    assert "Not known here" not in desk.get("/ops/queue?reason=taken_in&type=&method=face&mode=test&whose=free")


def test_pages_follow_one_another_without_gap_or_repeat(
    server: Caller, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)
    made = []
    for n in range(5):
        made.append(in_review(server, services, f"acct-{n}", **UNREADABLE))
        clock.turn(minutes=n % 2)
    who = make_staff(services, "li")
    found: list[UUID] = []
    after = None
    while True:
        page = queue.page(who, Filters(), after, services)
        found += [row.verification.id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert found == made
    assert page.total == 5


@pytest.mark.promise("反诈法 22")
@pytest.mark.parametrize("how", ["id", "bare id", "account", "ID number"])
def test_a_case_is_found(app: Flask, server: Caller, services: Services, how: str) -> None:
    case = in_review(server, services, "acct-1", **UNREADABLE)
    in_review(server, services, "acct-2", **UNREADABLE)
    with services.write() as session:
        session.execute(update(Verification).where(Verification.id == case).values(account_ref="acct-1"))
    text = {"id": f"ver_{case}", "bare id": str(case), "account": " acct-1 ", "ID number": person()["id_number"]}[how]
    desk, _ = seated(app, services, "li")
    desk.get("/ops/queue")
    if how == "ID number":
        assert {ref for ref in ("acct-1", "acct-2") if ref in desk.post("/ops/search", 200, q=text)} == {
            "acct-1",
            "acct-2",
        }
    else:
        assert desk.post("/ops/search", q=text).endswith(f"/ops/cases/ver_{case}")


def test_a_search_finds_nothing_of_applications_that_were_not_granted(
    app: Flask, server: Caller, services: Services
) -> None:
    in_review(server, services, "acct-1", **UNREADABLE)
    make_application(app, "Other", "https://other.example")
    with services.read() as session:
        other = session.scalars(select(Application.id).where(Application.name == "Other")).one()
    desk, _ = seated(app, services, "li", applications=[other])
    assert "acct-1" not in desk.get("/ops/queue")
    for text in ("acct-1", person()["id_number"]):
        assert "Nothing found" in desk.post("/ops/search", 200, q=text)


def test_the_search_box_says_that_names_cannot_be_searched(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "li")
    said = "Names of people and enterprises cannot be searched"
    assert said in desk.get("/ops/queue")
    assert desk.post("/ops/search", 200, q="星河云计算有限公司").count(said) == 2


def test_a_search_takes_few_statements(app: Flask, server: Caller, services: Services, statements: Statements) -> None:
    for n in range(3):
        in_review(server, services, f"acct-{n}", **UNREADABLE)
    who = make_staff(services, "li")
    statements.clear()
    assert len(queue.search(who, person()["id_number"], services)) == 3
    # an ID number has the form of a credit code too
    assert (len(statements.main), len(statements.keys)) == (3, 2)


@pytest.mark.parametrize(("role", "page"), [("administrator", "/ops/overview"), ("auditor", None)])
def test_who_has_no_cases_is_shown_their_own_page(app: Flask, services: Services, role: str, page: str | None) -> None:
    desk, _ = seated(app, services, "li", role)
    if page:
        assert desk.get("/ops/queue", 302).endswith(page)
    else:
        desk.get("/ops/queue")


def test_what_is_looked_for_stands_in_no_address(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "li")
    assert desk.get("/ops/search?q=1", 302) == "/ops/queue"
    assert logged(services) == []


def test_a_transfer_and_a_taken_in_case_say_why_they_wait(server: Caller, services: Services) -> None:
    made = UUID(server.create()["id"].removeprefix("ver_"))
    with services.write() as session:
        refer(session, load_any(session, made), services.clock())
    [row] = queue.page(make_staff(services, "li"), Filters(status=Status.REVIEW), None, services).rows
    assert row.waits == ["taken_in"]
