"""Queue, search, overview and access log say the same on SQLite and PostgreSQL."""

import pytest
from flask import Flask

from tests.caller import Caller, person
from tests.conftest import Clock
from tests.desk import seated
from tests.staff import in_review
from verify.flows.review import cases, queue
from verify.flows.review.queue import Filters
from verify.flows.review.statistics import overview
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def test_a_desk_works_on_either(app: Flask, server: Caller, services: Services, clock: Clock) -> None:
    first = in_review(server, services, "acct-1", face="license_unreadable")
    clock.turn(hours=25)
    second = in_review(server, services, "acct-2", face="authorization_letter_review")
    desk, who = seated(app, services, "wang", "supervisor", "auditor")
    cases.claim(who, second, services)
    found = queue.page(who, Filters(), None, services)
    assert [row.verification.id for row in found.rows] == [first, second]
    by_reason = queue.page(who, Filters(reason="license_unreadable"), None, services)
    assert [row.verification.id for row in by_reason.rows] == [first]
    by_claim = queue.page(who, Filters(whose="mine"), None, services)
    assert [row.verification.id for row in by_claim.rows] == [second]
    after = queue.page(who, Filters(), (found.rows[0].since, first), services)
    assert [row.verification.id for row in after.rows] == [second]
    assert len(queue.search(who, person()["id_number"], services)) == 2
    numbers = overview(who, services)
    assert [funnel.stages[0] for funnel in numbers.funnels] == [("created", 2)]
    assert [(p.capability, p.calls, p.matches) for p in numbers.providers] == [("identity", 2, 2)]
    assert sum(count for *_, count in numbers.days) == 2
    assert (numbers.waiting, numbers.late) == (2, 1)
    desk.get("/ops/queue")
    assert "Nothing found" in desk.post("/ops/search", 200, q="acct-1\x00")
    desk.post(f"/ops/cases/ver_{first}/reject", reason="papers_suspect", text="")
    assert "acct-1" not in desk.get("/ops/queue")
    assert "Rejected" in desk.get("/ops/audit").split("<tbody>")[1]
