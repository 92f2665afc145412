"""Overview, access log, staff administration, and the language of all pages."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Statements
from tests.desk import seated
from tests.staff import in_review, logged
from verify import ops
from verify.flows.review import cases
from verify.flows.review import queue as waiting
from verify.flows.staff import sessions
from verify.models import Operator
from verify.ops import charts, log_words, refusals, words
from verify.services import Services

UNREADABLE = {"face": "license_unreadable"}
TRANSLATIONS = Path(ops.__file__).parent / "translations" / "zh_Hans_CN" / "LC_MESSAGES"


def worked(server: Caller, services: Services, cases_: int = 3) -> None:
    for n in range(cases_):
        in_review(server, services, f"acct-{n}", **UNREADABLE)
    made = server.create("face", "acct-done")["id"]
    server.consent(made)
    server.step(made, "identity", person(9))
    server.step(made, "face", PORTRAIT)


def test_the_overview_draws_funnel_providers_ages_and_reasons_without_scripts(
    app: Flask, server: Caller, services: Services
) -> None:
    worked(server, services)
    desk, _ = seated(app, services, "wang", "supervisor")
    page = desk.get("/ops/overview")
    drawings = re.findall(r"<svg role.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 7
    assert not re.search(r"<script(?! src=\"/ops/static)|style=|onload=", page)
    assert "sandbox · Identity check" in page
    assert "75.0%" not in page.split("Verified of those decided")[1][:60]
    assert "100.0%" in page.split("Verified of those decided")[1][:80]


@pytest.mark.parametrize("count", [1, 6])
def test_the_overview_takes_seven_statements(
    app: Flask, server: Caller, services: Services, statements: Statements, count: int
) -> None:
    worked(server, services, count)
    desk, _ = seated(app, services, "wang", "supervisor")
    statements.clear()
    desk.get("/ops/overview")
    assert len(statements.main) == 7, statements.main


def test_reasons_and_pass_rates_are_shown_day_by_day(app: Flask, server: Caller, services: Services) -> None:
    in_review(server, services, face="license_unreadable")
    desk, _ = seated(app, services, "wang", "supervisor")
    page = desk.get("/ops/overview")
    assert page.count('aria-label="Reasons for review by day"') == 2
    assert page.count('aria-label="Pass rate of each provider by day"') == 2


def test_an_axis_of_counts_repeats_no_number() -> None:
    drawn = charts.ages([{"hours": "<1", "cases": 2, "late": False}], "ages", "hours")
    ticks = re.findall(r'text-anchor="end"[^>]*>(\d+)</text>', drawn)
    assert ticks
    assert len(ticks) == len(set(ticks))


def test_an_empty_installation_has_an_overview_too(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "wang", "supervisor")
    assert "Age of the queue" in desk.get("/ops/overview")


def test_words_in_a_chart_are_text() -> None:
    drawn = charts.reasons([{"reason": "<script>alert(1)</script>", "cases": 3}], "a & b")
    assert "<script>" not in drawn
    assert 'aria-label="a &amp; b"' in drawn


@pytest.mark.promise("5.2")
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("reviewer", "/ops/overview"),
        ("reviewer", "/ops/audit"),
        ("reviewer", "/ops/team"),
        ("auditor", "/ops/team"),
        ("administrator", "/ops/cases/ver_0198c0de-0000-7000-8000-000000000001"),
        ("supervisor", "/ops/audit"),
    ],
)
def test_a_page_beyond_the_role_is_refused_and_the_try_logged(
    app: Flask, services: Services, role: str, path: str
) -> None:
    desk, _ = seated(app, services, "li", role)
    assert "Your role does not include this." in desk.get(path, 403)
    assert logged(services)[-1][1] == "forbidden"


@pytest.mark.promise("5.2")
def test_the_access_log_shows_who_did_what_and_is_filtered(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    _, li = seated(app, services, "li")
    cases.claim(li, case, services)
    desk, _ = seated(app, services, "chen", "auditor")
    assert "Claimed" in desk.get("/ops/audit").split("<tbody>")[1]
    assert "Claimed" in desk.get(f"/ops/audit?verification=ver_{case}&operator={li.id}").split("<tbody>")[1]
    assert "Claimed" not in desk.get("/ops/audit?refused=1").split("<tbody>")[1]
    assert "Claimed" not in desk.get("/ops/audit?action=case.reveal").split("<tbody>")[1]


def test_the_access_log_is_exported_and_that_is_in_it(app: Flask, server: Caller, services: Services) -> None:
    case = in_review(server, services, **UNREADABLE)
    _, li = seated(app, services, "li")
    cases.claim(li, case, services)
    desk, _ = seated(app, services, "chen", "auditor")
    desk.get("/ops/audit")
    rows = list(csv.DictReader(io.StringIO(desk.post("/ops/audit.csv", 200).removeprefix("\ufeff"))))
    assert [(row["operator"], row["action"]) for row in rows] == [("chen", "audit.export"), ("li", "review.claim")]
    assert rows[1]["verification"] == f"ver_{case}"


def test_an_administrator_reads_the_log_and_takes_none_out(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "zhao", "administrator")
    desk.get("/ops/audit")
    desk.post("/ops/audit.csv", 403)


def test_an_administrator_makes_changes_resets_and_ends_a_login(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "zhao", "administrator")
    desk.get("/ops/team")
    page = desk.post("/ops/team/new", 200, login="Sun", name="孙一", roles=["reviewer"], applications=["all"])
    assert re.search(r'class="secret">[\w-]{16}<', page)
    with services.read() as session:
        made = session.scalars(select(Operator).where(Operator.login == "sun")).one()
    desk.post(f"/ops/team/{made.id}/change", roles=["auditor"])
    assert re.search(r'class="secret">[\w-]{16}<', desk.post(f"/ops/team/{made.id}/reset", 200, login="sun"))
    desk.post(f"/ops/team/{made.id}/disable")
    with services.read() as session:
        session.refresh(made)
        assert (made.roles, made.all_applications, made.disabled_at) == (["auditor"], False, services.clock())
    assert [action for action, _ in logged(services)] == [
        "staff.create",
        "staff.change",
        "staff.reset",
        "staff.disable",
    ]


@pytest.mark.parametrize("action", ["change", "reset", "disable"])
def test_nobody_changes_their_own_login(app: Flask, services: Services, action: str) -> None:
    desk, who = seated(app, services, "zhao", "administrator")
    desk.get("/ops/team")
    desk.post(f"/ops/team/{who.id}/{action}", 403, roles=["administrator", "supervisor"])
    assert logged(services)[-1][1] == "forbidden"


@pytest.mark.parametrize(
    "form", [{"login": "?", "name": "x"}, {"login": "zhao", "name": "x"}, {"login": "ok", "name": ""}]
)
def test_a_login_that_cannot_be_is_refused(app: Flask, services: Services, form: dict[str, str]) -> None:
    desk, _ = seated(app, services, "zhao", "administrator")
    desk.get("/ops/team")
    assert 'role="alert"' in desk.post("/ops/team/new", 422, roles=["reviewer"], **form)


def test_the_console_speaks_chinese_and_english(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "li")
    assert '<html lang="en">' in desk.get("/ops/queue")
    desk.get("/ops/language/zh-CN", 302)
    page = desk.get("/ops/queue")
    assert '<html lang="zh-CN">' in page
    assert "待办" in page
    desk.get("/ops/language/tlh", 302)
    assert "待办" in desk.get("/ops/queue")


def test_every_word_has_its_chinese_and_the_compiled_file_is_of_the_source() -> None:
    with (TRANSLATIONS / "messages.po").open("rb") as source, (TRANSLATIONS / "messages.mo").open("rb") as compiled:
        written, packed = read_po(source), read_mo(compiled)
    assert [message.id for message in written if message.id and not message.string] == []
    assert {m.id: m.string for m in written if m.id} == {m.id: m.string for m in packed if m.id}


def test_every_code_in_words_is_translated(app: Flask) -> None:
    with (TRANSLATIONS / "messages.po").open("rb") as source:
        known = {message.id for message in read_po(source)}
    everything = {**vars(words), **vars(log_words), **vars(refusals)}
    tables = [
        value for name, value in everything.items() if name.isupper() and name not in {"TONES", "REASONS", "READ"}
    ]
    with app.test_request_context(headers={"Accept-Language": "en"}):
        said = {str(text) for table in tables for text in table.values()}
    assert said - known == set()


def test_every_word_of_a_page_is_translated() -> None:
    with (TRANSLATIONS / "messages.po").open("rb") as source:
        known = {message.id for message in read_po(source)}
    pages = (Path(ops.__file__).parent / "templates").rglob("*.html")
    said = {words for page in pages for words in re.findall(r"\b_\('([^']+)'", page.read_text("utf-8"))}
    assert said - known == set()


@pytest.mark.parametrize("name", ["ops.css", "ops.js", "icon.svg"])
def test_files_of_the_page_are_served_for_good_and_no_other_is(app: Flask, name: str) -> None:
    response = app.test_client().get(f"/ops/static/{name}")
    assert "immutable" in response.headers["Cache-Control"]
    assert app.test_client().get("/ops/static/pages.py").status_code == 404


@pytest.mark.parametrize("address", ["/ops/nowhere", "/ops/cases", "/ops/cases/x/y/z", "/ops/static"])
def test_an_address_the_console_does_not_have_is_a_page_of_it(app: Flask, services: Services, address: str) -> None:
    desk, _ = seated(app, services, "li")
    page = desk.get(address, 404)
    assert "There is nothing here" in page
    assert 'class="bar"' in page


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/ops/", "/ops/queue"),
        ("/ops/search", "/ops/queue"),
        ("/ops/audit.csv", "/ops/audit"),
        ("/ops/team/new", "/ops/team"),
        ("/ops/cases/ver_1/approve", "/ops/cases/ver_1"),
        ("/ops/cases/ver_1/reveal", "/ops/cases/ver_1"),
        ("/ops/sign-out", "/ops/queue"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page(app: Flask, services: Services, address: str, page: str) -> None:
    desk, _ = seated(app, services, "li")
    assert desk.get(address, 302) == page


def test_the_access_log_speaks_in_words(app: Flask, services: Services) -> None:
    li, _ = seated(app, services, "li")
    li.get("/ops/team", 403)
    desk, _ = seated(app, services, "chen", "auditor")
    rows = desk.get("/ops/audit").split("<tbody>")[1]
    assert "Page: staff" in rows
    assert "not their role" in rows
    assert not re.search(r"ops\.|forbidden|via=", rows)


def test_who_was_granted_no_application_reads_so(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "zhao", "administrator", applications=[])
    assert "No application has been granted to you" in desk.get("/ops/overview")


def broken(*_: object, **__: object) -> None:
    raise LookupError("张伟")


def unreachable(*_: object, **__: object) -> None:
    raise OperationalError("select", {}, Exception("gone"))


@pytest.mark.parametrize(
    ("failing", "status", "said"), [(broken, 500, "Something went wrong here"), (unreachable, 503, "cannot be reached")]
)
def test_what_nobody_expected_is_a_page_of_the_console_and_tells_nothing(
    app: Flask,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    failing: Callable[..., None],
    status: int,
    said: str,
) -> None:
    desk, _ = seated(app, services, "li")
    monkeypatch.setattr(waiting, "page", failing)
    page = desk.get("/ops/queue", status)
    assert said in page
    assert 'class="bar"' in page
    assert "张伟" not in page


def test_without_any_store_the_console_still_answers_with_a_page(
    app: Flask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = seated(app, services, "li")
    monkeypatch.setattr(sessions, "find", unreachable)
    assert "A store cannot be reached." in desk.get("/ops/queue", 503)
