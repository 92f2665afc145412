"""What the page of a case says of a wait that is nobody's fault, and what it offers against it."""

import re
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from providers.base import Capability, Outcome, Request, Result, Unavailable
from providers.sandbox import Sandbox
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock, Nudges
from tests.desk import seated
from tests.enterprises import in_person, to_representative
from tests.staff import events_of, make_staff
from tests.transfers import to_amount
from verify.flows.review import steering
from verify.jobs import transfers
from verify.models import Transfer
from verify.services import Services


class Faltering(Sandbox):
    """The sandbox, but for what is ``down``."""

    down: frozenset[Capability] = frozenset()

    def call(self, request: Request, reference: str) -> Outcome:
        if request.capability in self.down:
            raise Unavailable("down")
        return super().call(request, reference)


@pytest.fixture
def sandbox() -> Faltering:
    return Faltering()


def path(case: UUID, action: str = "") -> str:
    return f"/ops/cases/ver_{case}" + (f"/{action}" if action else "")


def taken_in(server: Caller, services: Services, sandbox: Faltering, down: Capability) -> UUID:
    made = server.create("face")["id"]
    case = UUID(made.removeprefix("ver_"))
    server.consent(made)
    sandbox.down = frozenset({down})
    server.step(made, "identity", person())
    if down is Capability.FACE:
        server.step(made, "face", PORTRAIT)
    steering.take_in(make_staff(services, "zhou", "supervisor"), case, "customer called", services)
    return case


def test_a_code_that_no_document_has_stands_at_its_call(
    app: Flask, server: Caller, services: Services, sandbox: Faltering, monkeypatch: pytest.MonkeyPatch
) -> None:
    unclear = Outcome(Result.INCONCLUSIVE, vendor_code="Code.9876")
    monkeypatch.setattr(sandbox, "call", lambda *_: unclear)
    made = server.create("face")["id"]
    server.consent(made)
    server.step(made, "identity", person())
    wang, _ = seated(app, services, "wang", "supervisor")
    assert "Code.9876" in wang.get(path(UUID(made.removeprefix("ver_"))))


APPROVE, RETRY = 'data-key="y"', "Ask the vendor once more"


def test_a_case_taken_in_offers_what_can_be_done_and_nothing_else(
    app: Flask, server: Caller, services: Services, sandbox: Faltering
) -> None:
    case = taken_in(server, services, sandbox, Capability.IDENTITY)
    wang, _ = seated(app, services, "wang", "supervisor")
    page = wang.get(path(case))
    assert "<strong>Vendor outage</strong>" in page
    assert APPROVE not in page
    assert "It cannot be approved yet. Nothing is known of: Face." in page
    assert RETRY in page
    assert re.findall(r'name="reason" value="([^"]+)"', page)[0] == "checks_unavailable"
    wang.post(path(case, "retry"))
    assert "none answers yet" in wang.get(path(case))
    sandbox.down = frozenset()
    wang.post(path(case, "retry"))
    assert "Done." in wang.get(path(case))
    assert server.read(f"ver_{case}")["next_step"] == "face"


def test_a_reviewer_reads_who_can_have_the_vendor_asked(
    app: Flask, server: Caller, services: Services, sandbox: Faltering
) -> None:
    case = taken_in(server, services, sandbox, Capability.IDENTITY)
    li, _ = seated(app, services, "li")
    page = li.get(path(case))
    assert "A supervisor can have the vendor asked once more" in page
    assert RETRY not in page
    li.post(path(case, "ask_again"), step="identity", text="once more, please")
    assert server.read(f"ver_{case}")["next_step"] == "identity"


def test_of_what_nobody_kept_only_the_user_is_asked(
    app: Flask, server: Caller, services: Services, sandbox: Faltering
) -> None:
    case = taken_in(server, services, sandbox, Capability.FACE)
    wang, _ = seated(app, services, "wang", "supervisor")
    page = wang.get(path(case))
    assert "only the user can repeat it" in page
    assert RETRY not in page
    assert APPROVE not in page


def test_a_parked_enterprise_says_when_the_register_is_asked_again_and_how_often_yet(
    app: Flask, server: Caller, services: Services, clock: Clock
) -> None:
    made = to_representative(server, name="待更新科技有限公司")
    server.step(made, "representative", in_person(), status=202)
    wang, _ = seated(app, services, "wang", "supervisor")
    case = UUID(made.removeprefix("ver_"))
    page = wang.get(path(case))
    assert "The register is asked again on Dec 2, 2026" in page
    assert "Re-check 1 of 15" in page
    wang.post(path(case, "retry"))
    clock.turn(seconds=1)
    assert "The register is being asked again." in wang.get(path(case))


def test_an_open_transfer_says_who_owes_what_and_until_when_and_is_asked_about_at_once(
    app: Flask, server: Caller, services: Services, clock: Clock, nudges: Nudges
) -> None:
    made = to_amount(server, ending="0003")
    case = UUID(made.removeprefix("ver_"))
    wang, _ = seated(app, services, "wang", "supervisor")
    page = wang.get(path(case))
    assert "Ordered through Sandbox" in page
    assert "If nobody can tell by Dec 8, 2026" in page
    assert "Ask the vendor for its answer now" in page
    nudges.sent.clear()
    wang.post(path(case, "retry"))
    [(table, transfer)] = nudges.sent
    assert table == "transfers"
    with services.read() as session:
        assert session.get_one(Transfer, transfer).due_at == services.clock()
    assert "review.retried" in events_of(services, case)


def test_a_transfer_that_nobody_confirms_says_how_it_is_carried_on(
    app: Flask, server: Caller, services: Services, clock: Clock
) -> None:
    made = to_amount(server, ending="0003")
    while server.read(made)["status"] == "processing":
        clock.turn(days=1)
        transfers.sweep(services)
    wang, _ = seated(app, services, "wang", "supervisor")
    page = wang.get(path(UUID(made.removeprefix("ver_"))))
    with services.read() as session:
        reference = session.scalars(select(Transfer.id)).one().hex
    assert "Transfer nobody confirms" in page
    assert f"realname transfers settle {reference} --as" in page
