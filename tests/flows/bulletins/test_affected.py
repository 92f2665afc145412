"""Whom an incident concerns: found in the records by time, provider, kinds of data and staff."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from providers.testing.identities import card
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock
from tests.staff import make_staff
from verify.errors import Problem
from verify.flows.bulletins import affected, matters
from verify.flows.bulletins.affected import Scope
from verify.flows.bulletins.matters import NotNow
from verify.flows.rights import desk as rights
from verify.flows.staff.desk import acting
from verify.flows.staff.roles import Permission
from verify.models import Account, Addressee, Verification
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def known(server: Caller, clock: Clock) -> Scope:
    """acct-face on the first day, acct-card on the second, acct-none on the third; the scope of all three."""
    begins = clock.now
    made = server.create(account_ref="acct-face")["id"]
    server.consent(made)
    server.step(made, "identity", person())
    server.step(made, "face", PORTRAIT)
    clock.turn(days=1)
    made = server.create("bank_card", account_ref="acct-card")["id"]
    server.consent(made)
    server.step(made, "bank_card", {**person(), "card_number": card(5), "mobile": "13800000001"})
    clock.turn(days=1)
    server.create(account_ref="acct-none")
    clock.turn(hours=1)
    return Scope(begins, clock.now)


def found(services: Services, scope: Scope) -> set[str]:
    with services.read() as session:
        ids = affected.accounts(scope, livemode=False)
        assert affected.count(session, scope, livemode=True) == 0
        return set(session.scalars(select(Account.account_ref).where(Account.id.in_(ids))))


@pytest.mark.promise("5.3")
@pytest.mark.parametrize(
    ("narrower", "whom"),
    [
        ({}, {"acct-face", "acct-card", "acct-none"}),
        ({"provider": "sandbox"}, {"acct-face", "acct-card"}),
        ({"provider": "nobody"}, set()),
        ({"provider": "sandbox", "kinds": ["face_image"]}, {"acct-face"}),
        ({"provider": "sandbox", "kinds": ["mobile", "card_number"]}, {"acct-card"}),
        ({"kinds": ["name"]}, {"acct-face"}),
        ({"kinds": ["face_image"]}, set()),
        ({"operator": "li"}, {"acct-card"}),
        ({"operator": "nobody"}, set()),
    ],
    ids=lambda value: "-".join(sorted(value)) or "none",
)
def test_the_affected_are_found(services: Services, known: Scope, narrower: dict[str, Any], whom: set[str]) -> None:
    staff = make_staff(services, "li")
    with services.read() as session:
        case = session.scalars(select(Verification.id).where(Verification.account_ref == "acct-card")).one()
    with acting(staff, Permission.SEE, "case.view", services, case):
        pass
    scope = replace(known, until=known.until + timedelta(hours=1), **narrower)
    assert found(services, scope) == whom


@pytest.fixture
def asked(server: Caller, services: Services, known: Scope) -> UUID:
    """A request of acct-none, whose words no case page shows."""
    body = {"kind": "complaint", "details": "My card is 6222020000000000000."}
    made = server.post("/v1/accounts/acct-none/rights_requests", body).json["id"]
    return UUID(made.removeprefix("req_"))


@pytest.mark.promise("5.3")
@pytest.mark.parametrize("kinds", [[], ["name"], ["card_number"]], ids="-".join)
def test_whom_staff_read_at_the_rights_desk_are_found(
    services: Services, known: Scope, asked: UUID, kinds: list[str]
) -> None:
    """Words may hold anything, so no kind of data leaves them out."""
    rights.reveal(make_staff(services, "li"), asked, "to answer it", services)
    scope = replace(known, until=known.until + timedelta(hours=1), operator="li", kinds=kinds)
    assert found(services, scope) == {"acct-none"}


def test_who_was_refused_saw_nothing(services: Services, known: Scope, asked: UUID) -> None:
    staff = make_staff(services, "li", "auditor")
    with pytest.raises(Problem):
        rights.reveal(staff, asked, "to answer it", services)
    assert found(services, replace(known, until=known.until + timedelta(hours=1), operator="li")) == set()


@pytest.mark.parametrize(
    ("action", "detail", "kinds", "is_found"),
    [
        ("case.reveal", {"step": "identity", "field": "name"}, ["name"], True),
        ("case.reveal", {"step": "identity", "field": "name"}, ["id_number"], False),
        ("case.reveal", {"step": "license", "field": "legal_representative"}, ["legal_representative_name"], True),
        ("case.document", {"document": "1", "page": 0}, ["license"], True),
        ("case.document", {"document": "1", "page": 0}, ["card_number"], False),
        ("case.open", {}, ["enterprise_name"], True),
        ("case.open", {}, ["name"], False),  # masked until it is revealed
        ("review.claim", {}, ["name"], False),
        ("review.claim", {}, [], True),
    ],
)
def test_a_kind_of_data_narrows_to_lines_that_showed_it_in_clear(
    services: Services, known: Scope, action: str, detail: dict[str, Any], kinds: list[str], *, is_found: bool
) -> None:
    with services.read() as session:
        case = session.scalars(select(Verification.id).where(Verification.account_ref == "acct-card")).one()
    with acting(make_staff(services, "li"), Permission.SEE, action, services, case, **detail):
        pass
    scope = replace(known, until=known.until + timedelta(hours=1), operator="li", kinds=kinds)
    assert found(services, scope) == ({"acct-card"} if is_found else set())


def test_lists_that_name_nobody_are_counted_for_whoever_looks_further(services: Services, known: Scope) -> None:
    staff = make_staff(services, "li")
    for action in ("case.search", "case.search", "review.list"):
        with acting(staff, Permission.SEE, action, services):
            pass
    scope = replace(known, until=known.until + timedelta(hours=1), operator="li")
    with services.read() as session:
        assert affected.unnamed(session, scope) == {"case.search": 2, "review.list": 1}
    assert found(services, scope) == set()


def test_only_what_happened_in_that_time_counts(services: Services, known: Scope) -> None:
    first_day = replace(known, provider="sandbox", until=known.begins + timedelta(hours=1))
    assert found(services, first_day) == {"acct-face"}
    assert found(services, replace(first_day, begins=first_day.until, until=known.until)) == {"acct-card"}


def test_who_was_erased_before_is_not_concerned(server: Caller, services: Services, known: Scope, clock: Clock) -> None:
    server.send("DELETE", "/v1/accounts/acct-face")
    clock.turn(hours=1)
    later = Scope(clock.now, clock.now + timedelta(hours=1))
    assert found(services, later) == {"acct-card", "acct-none"}
    assert "acct-face" in found(services, known)


def test_a_search_that_was_cut_short_is_finished_by_another(
    services: Services, known: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(affected, "BATCH", 1)
    row = matters.begin("incident", "leak", "Li", services, livemode=False)
    assert next(affected.note(row, known, services)) == 1
    assert sum(affected.note(matters.widen(row.id, known, services), known, services)) == 3
    with services.read() as session:
        assert len(set(session.scalars(select(Addressee.account_id)))) == 3
    matters.clear(row.id, services)
    with services.read() as session:
        assert matters.tally(session, row.id)["affected"] == 0


def test_what_is_not_there_cannot_be_widened(services: Services, known: Scope) -> None:
    with pytest.raises(NotNow):
        matters.widen(make_staff(services).id, known, services)
