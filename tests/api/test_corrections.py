"""Policy 6.2, 6.3; 个人信息保护法 46: what was corrected goes once nothing needs it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.api.test_rights import PATH, verified
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock
from tests.staff import make_staff
from verify.audit import Tally, first_break
from verify.flows import erasure, holds
from verify.flows.holdings import holdings_of
from verify.flows.rights import carrying, desk
from verify.flows.staff.desk import Staff
from verify.jobs import retention
from verify.jobs.rights import let_go
from verify.models import Account, SealedStep, Verification
from verify.services import Services

__all__ = ["verified"]


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def plain(id_: str) -> UUID:
    return UUID(id_.partition("_")[2])


def somebody(services: Services) -> Staff:
    return make_staff(services, f"staff-{uuid4().hex[:8]}")


def ask(server: Caller, kind: str = "correction") -> UUID:
    made = server.post(PATH, {"kind": kind, "details": "姓名有误"})
    assert made.status_code == 201, made.json
    return plain(made.json["id"])


def open_anew(server: Caller, services: Services, request: UUID, wrong: str) -> str:
    carrying.carry_out(somebody(services), request, services, verification=plain(wrong))
    return str(server.get(f"{PATH}/req_{request}").json["verification"])


def verify(server: Caller, made: str) -> None:
    server.consent(made)
    server.step(made, "identity", person(2))
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"


def answer(services: Services, request: UUID) -> None:
    desk.answer(somebody(services), request, "已更正", services)


def corrected(server: Caller, services: Services, wrong: str) -> str:
    """The right data were checked, and the request was answered."""
    request = ask(server)
    made = open_anew(server, services, request, wrong)
    verify(server, made)
    answer(services, request)
    return made


def sealed(services: Services, verification: str) -> set[str]:
    with services.read() as session:
        own = select(SealedStep.retention_class).where(SealedStep.verification_id == plain(verification))
        return set(session.scalars(own))


def kept(services: Services, verification: str) -> dict[str, Any]:
    """As ``realname why`` says of a verification: class → whether it is only stored, and until when."""
    with services.read() as session:
        found = holdings_of(session, session.scalars(select(Account)).one(), services)
        return {
            one.retention_class: (one.only_stored, one.until, one.reason) for one in found if one.of == verification
        }


@pytest.mark.promise("6.2")
def test_a_corrected_identity_is_only_stored_from_then_on(server: Caller, services: Services, verified: str) -> None:
    made = corrected(server, services, verified)
    assert server.read(verified)["redacted_at"] is None
    assert let_go(services) == 1
    assert server.read(verified)["redacted_at"] is not None
    assert server.read(made)["supersedes"] == verified
    assert kept(services, verified)["identity"] == (True, None, "account_open")
    assert kept(services, made)["identity"] == (False, None, "account_open")
    assert server.get("/v1/accounts/acct-1001").json["personal"]["verification"] == made
    with services.read() as session:
        assert first_break(session, Tally()) is None


@pytest.mark.promise("5.4")
def test_it_ends_on_the_accounts_day(server: Caller, services: Services, clock: Clock, verified: str) -> None:
    corrected(server, services, verified)
    let_go(services)
    server.post("/v1/accounts/acct-1001/close")
    assert kept(services, verified)["identity"][1] is not None
    clock.turn(days=3 * 366)
    retention.run(services)
    assert sealed(services, verified) == set()


@pytest.mark.promise("6.2", "5.4")
def test_what_nobody_was_verified_with_is_erased_at_once(server: Caller, services: Services) -> None:
    wrong = server.create(contact={"email": "user@example.com"})["id"]
    server.consent(wrong)
    server.step(wrong, "identity", person())
    server.post(f"/v1/verifications/{wrong}/cancel")
    corrected(server, services, wrong)
    assert sealed(services, wrong) == {"identity", "contact"}
    assert let_go(services) == 1
    assert sealed(services, wrong) == set()


def test_nothing_goes_before_the_right_data_were_verified(server: Caller, services: Services, verified: str) -> None:
    request = ask(server)
    made = open_anew(server, services, request, verified)
    answer(services, request)
    assert let_go(services) == 0
    verify(server, made)
    assert let_go(services) == 1


def test_nothing_goes_while_an_answer_is_owed(server: Caller, services: Services, verified: str) -> None:
    appeal = ask(server, "complaint")
    corrected(server, services, verified)
    assert let_go(services) == 0
    answer(services, appeal)
    assert let_go(services) == 1
    assert let_go(services) == 0


def test_a_legal_hold_keeps_all_of_it_hidden_until_it_is_lifted(server: Caller, services: Services) -> None:
    wrong = server.create()["id"]
    server.consent(wrong)
    server.step(wrong, "identity", person())
    server.post(f"/v1/verifications/{wrong}/cancel")
    corrected(server, services, wrong)
    with services.read() as session:
        account = session.scalars(select(Account.id)).one()
    hold = holds.place(account, "case 2026-117", "compliance", services)
    let_go(services)
    assert server.read(wrong)["redacted_at"] is not None
    assert sealed(services, wrong) == {"identity"}
    holds.lift(hold, "compliance", services)
    with services.read() as session:
        ordered = erasure.last(session, account, services, plain(wrong)).erasure
    assert ordered.ground == "correction"
    assert erasure.carry_out(ordered.id, services)
    assert sealed(services, wrong) == set()


def test_one_that_is_open_already_is_where_the_right_data_are_given(
    server: Caller, services: Services, verified: str
) -> None:
    opened = server.create(asked_by_user=True)["id"]
    request = ask(server)
    assert open_anew(server, services, request, verified) == opened
    assert open_anew(server, services, request, verified) == opened
    assert server.read(opened)["supersedes"] == verified


def test_one_that_is_open_itself_takes_no_ones_place(server: Caller, services: Services) -> None:
    opened = server.create()["id"]
    assert open_anew(server, services, ask(server), opened) == opened
    with services.read() as session:
        assert session.get_one(Verification, plain(opened)).supersedes_id is None
