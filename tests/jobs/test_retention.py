"""Policy 5.4: what its class's time is over for is gone, and nothing else."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.caller import PORTRAIT, Caller, account_of, card_of, person
from tests.conftest import Clock
from tests.staff import in_review, make_staff
from verify.audit import Break, Tally, first_break
from verify.flows import holds, overdue
from verify.flows.holdings import ACTIVE, HELD, PERIOD, holdings_of
from verify.flows.review import cases, deciding
from verify.flows.rights import desk
from verify.jobs import fan_out
from verify.jobs.retention import run, sweep, sweep_records
from verify.models import (
    Account,
    Attempt,
    Base,
    Consent,
    Event,
    Proposal,
    ReviewNote,
    ReviewReason,
    SealedStep,
    Verification,
)
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def ended(server: Caller) -> UUID:
    made = server.create("bank_card", contact={"email": "user@example.com"})["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    server.step(made, "sms_code", {"code": "246810"})
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return UUID(made.removeprefix("ver_"))


def classes(services: Services) -> set[str]:
    with services.read() as session:
        return set(session.scalars(select(SealedStep.retention_class)))


def sealed(services: Services) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    with services.read() as session:
        for owner, name in session.execute(select(SealedStep.verification_id, SealedStep.retention_class)):
            found.setdefault(owner, set()).add(name)
    return found


@pytest.mark.promise("5.4")
def test_card_and_contact_go_30_days_after_the_end_and_the_identity_stays(
    server: Caller, services: Services, clock: Clock, ended: UUID
) -> None:
    clock.turn(days=29, hours=23)
    assert sweep(services) == 0
    assert classes(services) == {"identity", "bank", "contact"}
    clock.turn(hours=1)
    assert sweep(services) == 2
    assert sweep(services) == 0
    assert classes(services) == {"identity"}
    assert server.read(f"ver_{ended}")["result"]["name"] is not None


def rejected(server: Caller, account_ref: str = "acct-2") -> UUID:
    made = server.create(account_ref=account_ref)["id"]
    server.consent(made)
    server.step(made, "identity", person(7))
    assert server.post(f"/v1/verifications/{made}/cancel").json["status"] == "canceled"
    return UUID(made.removeprefix("ver_"))


@pytest.mark.promise("5.4")
def test_an_identity_that_was_never_verified_goes_90_days_after_the_end(
    server: Caller, services: Services, clock: Clock, ended: UUID
) -> None:
    """Policy 5.4: nobody was sold anything by it, so no law keeps it for years."""
    canceled = rejected(server)
    clock.turn(days=89, hours=23)
    run(services)
    assert sealed(services) == {ended: {"identity"}, canceled: {"identity"}}
    clock.turn(hours=1)
    assert run(services)["unverified"] == 1
    assert sealed(services) == {ended: {"identity"}}
    assert services.vault.shred(canceled, ["identity"]) == 0  # no key is left to destroy
    assert server.read(f"ver_{ended}")["result"]["name"] is not None


@pytest.mark.promise("5.4")
def test_what_an_appeal_is_about_stays_until_it_is_answered(server: Caller, services: Services, clock: Clock) -> None:
    canceled = rejected(server)
    asked = server.post("/v1/accounts/acct-2/rights_requests", {"kind": "human_review", "details": "please look"}).json
    clock.turn(days=91)
    run(services)
    assert sealed(services) == {canceled: {"identity"}}
    desk.answer(make_staff(services), UUID(asked["id"].removeprefix("req_")), "looked at", services)
    run(services)
    assert sealed(services) == {}


def test_an_erasure_takes_what_was_never_verified_and_leaves_what_a_law_keeps(
    server: Caller, services: Services, ended: UUID
) -> None:
    canceled = rejected(server, "acct-1001")
    server.send("DELETE", "/v1/accounts/acct-1001")
    assert sealed(services) == {ended: {"identity"}}
    assert services.vault.shred(canceled, ["identity"]) == 0  # no key is left to destroy


def test_an_open_verification_keeps_what_it_still_needs(server: Caller, services: Services, clock: Clock) -> None:
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    clock.turn(days=60)
    assert sweep(services) == 0


def test_a_crash_between_key_and_blob_is_made_good(services: Services, clock: Clock, ended: UUID) -> None:
    clock.turn(days=30)
    services.vault.shred(ended, ["bank"])
    assert sweep(services) == 2
    assert classes(services) == {"identity"}


def count(services: Services, table: type) -> int:
    with services.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def account_id(services: Services) -> UUID:
    with services.read() as session:
        return session.scalars(select(Account.id)).one()


def why(services: Services) -> dict[str, str]:
    with services.read() as session:
        account = session.scalars(select(Account)).one()
        return {holding.retention_class: holding.reason for holding in holdings_of(session, account, services)}


def broken(services: Services) -> Break | None:
    with services.read() as session:
        return first_break(session, Tally())


@pytest.mark.promise("5.4")
@pytest.mark.usefixtures("ended")
def test_records_go_three_years_after_the_end_and_the_chain_stays_whole(
    server: Caller, services: Services, clock: Clock
) -> None:
    fan_out.sweep(services)
    clock.turn(days=3 * 365 - 1)
    assert run(services).keys() == {"bank", "contact", "face_tag", "daily_count"}
    clock.turn(days=3)
    assert dict(run(services)) == {"attempt": 1, "event": 1}
    assert sweep_records(services) == 0
    assert (count(services, Attempt), count(services, Consent)) == (0, 7)
    assert broken(services) is None
    assert server.get("/v1/accounts/acct-1001").json["personal"]["status"] == "verified"


@pytest.mark.usefixtures("ended")
def test_events_that_went_unrecorded_are_found(services: Services, clock: Clock) -> None:
    clock.turn(days=3 * 366)
    run(services)
    with services.write() as session:
        account = session.scalars(select(Account)).one()
        account.event_seq, account.event_hash = 0, None
        for event in session.scalars(select(Event)):
            session.delete(event)
    found = broken(services)
    assert found is not None
    assert found.reason == "cut off"


@pytest.mark.promise("6.5")
@pytest.mark.usefixtures("ended")
def test_three_years_after_closing_nothing_of_the_account_is_left(
    server: Caller, services: Services, clock: Clock
) -> None:
    transfer = server.create("micro_transfer")["id"]
    server.consent(transfer)
    server.step(transfer, "bank_account", account_of(2))
    fan_out.sweep(services)
    server.post("/v1/accounts/acct-1001/close")
    clock.turn(days=3 * 366)
    run(services)
    # what was shown to all is nobody's
    of_nobody = {"applications", "origins", "api_keys", "notices"}
    own = {table.name for table in Base.metadata.sorted_tables} - of_nobody
    with services.read() as session:
        left = {
            name: session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) for name in sorted(own)
        }
    assert {name for name, rows in left.items() if rows} == set()
    assert broken(services) is None


@pytest.mark.usefixtures("ended")
def test_the_dry_run_counts_what_the_run_deletes(server: Caller, services: Services, clock: Clock) -> None:
    server.post("/v1/accounts/acct-1001/close")
    clock.turn(days=3 * 366)
    expected = overdue.counts(services)
    assert expected.keys() == overdue.STORED
    assert dict(run(services)) == {name: due for name, due in expected.items() if due}
    assert {name for name, due in expected.items() if due} == {
        "bank",
        "contact",
        "identity",
        "attempt",
        "consent",
        "event",
        "account",
        "face_tag",
        "blind_index",
        "daily_count",
    }


@pytest.mark.usefixtures("ended")
def test_under_a_legal_hold_nothing_goes_until_it_is_lifted(server: Caller, services: Services, clock: Clock) -> None:
    hold = holds.place(account_id(services), "case 2026-117", "compliance", services)
    server.post("/v1/accounts/acct-1001/close")
    clock.turn(days=3 * 366)
    assert sweep_records(services) == 0
    assert set(why(services).values()) == {HELD}
    assert holds.lift(hold, "compliance", services)
    assert not holds.lift(hold, "compliance", services)
    run(services)
    assert count(services, Verification) == 0


@pytest.mark.promise("5.4", "6.1")
@pytest.mark.usefixtures("ended")
def test_an_account_is_told_why_each_class_is_still_there(server: Caller, services: Services) -> None:
    assert why(services) == {
        "account": ACTIVE,
        "identity": ACTIVE,
        "consent": ACTIVE,
        "bank": PERIOD,
        "contact": PERIOD,
        "attempt": PERIOD,
        "event": PERIOD,
        "face_tag": PERIOD,
        "blind_index": ACTIVE,
        "daily_count": PERIOD,
        "network_log": ACTIVE,
    }
    server.post("/v1/accounts/acct-1001/close")
    assert set(why(services).values()) == {PERIOD}


def test_a_batch_is_small_and_the_run_goes_on_until_nothing_is_left(
    server: Caller, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        server.create(account_ref=f"acct-{n}", contact={"email": "user@example.com"})
        server.post(f"/v1/accounts/acct-{n}/close")
    clock.turn(days=31)
    monkeypatch.setattr("verify.jobs.retention.BATCH", 2)
    assert sweep(services) == 2
    assert dict(run(services)) == {"contact": 1}


def test_what_a_review_left_goes_three_years_after_its_end(server: Caller, services: Services, clock: Clock) -> None:
    case = in_review(server, services, face="license_mismatch")
    li, wang = make_staff(services, "li"), make_staff(services, "wang", "supervisor")
    cases.note(li, case, "compare the seal", services)
    deciding.approve(li, case, services, "seen the notice of change")
    deciding.confirm(wang, case, services)
    clock.turn(days=3 * 366)
    left = (ReviewNote, ReviewReason, Proposal)
    assert [_count(services, table) for table in left] == [2, 1, 1]
    run(services)
    assert [_count(services, table) for table in left] == [0, 0, 0]


def _count(services: Services, table: type[Base]) -> int:
    with services.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
