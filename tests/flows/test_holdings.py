"""Policy 5.4, 6.3: every class of the schedule is named wherever it is told what is kept, with the same numbers."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock
from tests.flows.test_erasure import add_document
from tests.staff import in_review, make_staff
from tests.test_registers_cli import ANSWER, PAPER
from tests.transfers import to_amount
from verify.flows import holds, overdue
from verify.flows.case import load_any
from verify.flows.holdings import HELD, holdings_of
from verify.flows.registers import authorities
from verify.flows.registers.authorities import Answer
from verify.flows.retention import CLASSES
from verify.flows.review import cases
from verify.flows.rights import desk
from verify.flows.sealing import seal_step
from verify.jobs import retention
from verify.models import Account, Addressee, Bulletin, Document
from verify.models.orders import Order
from verify.services import Services

ACCOUNT = "/v1/accounts/acct-1001"

#: of a code nothing is stored
NAMED = set(CLASSES) - {"code"}


@pytest.fixture
def account(server: Caller, services: Services) -> UUID:
    """An account with something of every class."""
    verified = server.create(contact={"email": "user@example.com"})["id"]
    server.consent(verified)
    server.step(verified, "identity", person())
    assert server.step(verified, "face", PORTRAIT)["status"] == "verified"
    case = in_review(server, services)
    cases.note(make_staff(services), case, "compare the seal", services)
    add_document(services, case)
    server.post(f"/v1/verifications/ver_{case}/cancel")
    server.step(to_amount(server), "transfer_amount", {"amount": "9.99"})
    asked = {"kind": "access", "details": "what is held of me?"}
    server.post(f"{ACCOUNT}/rights_requests", asked, headers={"Idempotency-Key": "asked"})
    with services.write() as session:
        found = session.scalars(select(Account)).one()
        verification = load_any(session, UUID(verified.removeprefix("ver_")))
        keys = services.vault.create(found.id, verification.id, ["bank", "enterprise", "reading"])
        values = {"bank": {"a": "1"}, "enterprise": {"a": "1"}, "reading": {"a": "1"}}
        seal_step(session, keys, verification, "enterprise", values, services.clock())
    bulletin(services, found.id)
    authorities.enter(found.id, PAPER, ANSWER, services)
    services.vault.keep_order(Order(uuid7(), found.id, None, "request", services.clock(), None))
    return found.id


def bulletin(services: Services, account_id: UUID) -> None:
    now = services.clock()
    matter = Bulletin(id=uuid7(), kind="incident", livemode=False, title="A lost disk", opened_at=now, opened_by="Li")
    matter.known_at = now
    with services.write() as session:
        session.add(matter)
        session.flush()
        session.add(Addressee(id=uuid7(), bulletin_id=matter.id, account_id=account_id))


def told(services: Services, account_id: UUID, **more: Any) -> dict[str, str]:
    """Class → why it is kept."""
    with services.read() as session:
        account = session.get_one(Account, account_id)
        return {held.retention_class: held.reason for held in holdings_of(session, account, services, **more)}


def put_away(services: Services) -> None:
    """Answer what waits for an answer, and close the matters."""
    with services.read() as session:
        request = session.scalars(select(desk.RightsRequest.id)).one()
    desk.answer(make_staff(services, "wang"), request, "nothing more", services)
    with services.write() as session:
        session.scalars(select(Bulletin)).one().closed_at = services.clock()


def test_every_class_has_its_question() -> None:
    assert NAMED - {"network_log"} == overdue.STORED


@pytest.mark.promise("5.4", "6.1")
def test_every_class_of_an_account_is_told_why_it_is_there(services: Services, account: UUID) -> None:
    assert told(services, account).keys() == NAMED


@pytest.mark.promise("6.3")
@pytest.mark.usefixtures("account")
def test_every_class_stands_in_the_lists_of_an_erasure(server: Caller) -> None:
    answer = server.send("DELETE", ACCOUNT).json
    gone = {line["class"] for line in answer["erased"]}
    left = {line["class"] for line in answer["restricted"]}
    assert gone == {"bank", "contact", "reading", "document", "transfer", "unverified", "face_tag", "blind_index"}
    assert left == NAMED - gone


@pytest.mark.usefixtures("account")
def test_a_line_of_what_was_erased_counts_keys_or_rows_and_never_nothing(server: Caller) -> None:
    for line in server.send("DELETE", ACCOUNT).json["erased"]:
        [(unit, count)] = [(name, value) for name, value in line.items() if name != "class"]
        assert unit == ("rows_deleted" if line["class"] in {"face_tag", "blind_index"} else "keys_destroyed")
        assert count > 0


@pytest.mark.usefixtures("account")
def test_the_certificate_has_the_same_lists(server: Caller) -> None:
    answer = server.send("DELETE", ACCOUNT).json
    statement = answer["certificate"]["statement"]
    assert statement["erased"] == answer["erased"]
    known = ("of", "class", "basis", "until")
    assert statement["restricted"] == [{name: line[name] for name in known} for line in answer["restricted"]]


class TestBothDatabases:
    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    @pytest.mark.promise("5.4")
    @pytest.mark.usefixtures("account")
    @pytest.mark.parametrize("erased", [False, True], ids=["closed", "erased"])
    def test_the_run_deletes_what_its_dry_run_counted_class_by_class(
        self, server: Caller, services: Services, clock: Clock, *, erased: bool
    ) -> None:
        if erased:
            server.send("DELETE", ACCOUNT)
        else:
            server.post(f"{ACCOUNT}/close")
        put_away(services)
        clock.turn(days=3 * 366 + 1)
        expected = overdue.counts(services)
        if not erased:
            assert {name for name, count in expected.items() if not count} == set()
        assert dict(retention.run(services)) == {name: count for name, count in expected.items() if count}
        assert set(overdue.counts(services).values()) == {0}

    def test_a_legal_hold_keeps_every_class(
        self, server: Caller, services: Services, account: UUID, clock: Clock
    ) -> None:
        hold = holds.place(account, "case 2026-117", "compliance", services)
        server.post(f"{ACCOUNT}/close")
        put_away(services)
        clock.turn(days=4 * 366)
        due = {name for name, count in overdue.counts(services).items() if count}
        assert due == {"idempotency"}  # nothing of the person
        retention.run(services)
        assert set(told(services, account)) == NAMED - {"idempotency", "network_log"}
        assert set(told(services, account).values()) == {HELD}
        holds.lift(hold, "compliance", services)
        retention.run(services)
        with services.read() as session:
            assert session.get(Account, account) is None


def test_a_replaced_document_stays_under_a_hold(services: Services, account: UUID) -> None:
    holds.place(account, "case 2026-117", "compliance", services)
    with services.write() as session:
        session.scalars(select(Document)).one().due_at = services.clock()
    assert overdue.counts(services)["document"] == 0


def test_what_an_authority_forbids_to_tell_is_told_to_operators_alone(
    server: Caller, services: Services, account: UUID
) -> None:
    with services.write() as session:
        session.query(authorities.AuthorityRequest).delete()
    authorities.enter(account, PAPER, Answer("Li", "Wang", kinds=["name"], silence="反间谍法 56"), services)
    assert "authority_request" in told(services, account, silent=True)
    assert "authority_request" not in told(services, account)
    assert "authority_request" not in {line["class"] for line in server.send("DELETE", ACCOUNT).json["restricted"]}
