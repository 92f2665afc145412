"""Whom an incident concerns: found in the records by time, provider, kinds of data and staff."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from providers.testing.identities import card
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock
from tests.staff import make_staff
from verify.flows.bulletins import affected, matters
from verify.flows.bulletins.affected import Scope
from verify.flows.bulletins.matters import NotNow
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
