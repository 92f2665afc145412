"""From events to what is owed because of them, once each and on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.caller import Caller
from tests.conftest import Statements
from tests.plans import planned
from tests.posting import one_step_on, register
from tests.receiver import Receiver
from verify.jobs import fan_out
from verify.models import Event, WebhookDelivery
from verify.outbound import Outbound
from verify.services import Services


@pytest.fixture
def outbound() -> Outbound:
    return Outbound(allow_private=True)


@pytest.fixture
def receiver() -> Receiver:
    """Nobody listens there."""
    return Receiver(port=9)


def counted(services: Services, *conditions: object) -> int:
    with services.read() as session:
        return session.scalar(select(func.count()).select_from(Event).where(*conditions)) or 0


def test_without_an_endpoint_events_are_done_with_and_nothing_is_owed(server: Caller, services: Services) -> None:
    one_step_on(server)
    assert fan_out.sweep(services) == 1
    assert fan_out.sweep(services) == 0
    assert counted(services, Event.fanned_out_at.is_(None)) == 0
    with services.read() as session:
        assert session.scalar(select(func.count()).select_from(WebhookDelivery)) == 0


def test_a_backlog_is_not_read_for_each_of_its_events(app: Flask, server: Caller, services: Services) -> None:
    one_step_on(server)
    with planned(app.extensions["sqlalchemy"].engine, "events") as plans:
        assert fan_out.sweep(services) == 1
    assert [plan for plan in plans if plan.endswith("ix_events_owed (about_id=?)")]
    assert [plan for plan in plans if plan.startswith("SCAN") and "ix_events_owed" not in plan] == []


def test_what_only_the_audit_reads_is_left_alone(server: Caller, services: Services) -> None:
    made = server.create()["id"]
    server.post(f"/v1/verifications/{made}/switch_method", {"method": "bank_card"})
    fan_out.sweep(services)
    with services.read() as session:
        left = session.scalars(select(Event).where(Event.fanned_out_at.is_(None))).all()
    assert [(event.type, event.sequence) for event in left] == [("verification.method_switched", None)]


def test_one_that_fails_holds_up_no_other(
    server: Caller, services: Services, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(server, receiver)
    bad, good = (server.create(account_ref=f"acct-{n}")["id"] for n in range(2))
    line_up = fan_out.queue.line_up

    def stumbling(session: object, events: list[Event], *more: object) -> int:
        if f"ver_{events[0].verification_id}" == bad:
            raise ZeroDivisionError
        return line_up(session, events, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(fan_out.queue, "line_up", stumbling)
    assert fan_out.sweep(services) == 1
    with services.read() as session:
        owed = session.scalars(select(WebhookDelivery.object_id)).all()
    assert [f"ver_{one}" for one in owed] == [good]


def test_a_verification_takes_as_many_statements_however_many_events_and_endpoints(
    server: Caller, services: Services, receiver: Receiver, statements: Statements
) -> None:
    for _ in range(3):
        register(server, receiver)
    one_step_on(server)
    statements.clear()
    fan_out.sweep(services)
    assert len(statements.main) == 6, statements.main
    assert statements.keys == []


class TestMany:
    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    @pytest.fixture
    def swept(self, app: Flask, server: Caller, services: Services, receiver: Receiver) -> list[str]:
        """What six verifications left, after four workers swept at once."""
        register(server, receiver)
        made = [server.create(account_ref=f"acct-{n}")["id"] for n in range(6)]
        for one in made:
            server.post(f"/v1/verifications/{one}/cancel")

        def work(_: int) -> None:
            with app.app_context():
                fan_out.sweep(services)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        return made

    @pytest.mark.usefixtures("swept")
    def test_of_many_workers_one_fans_out_each_event(self, services: Services) -> None:
        with services.read() as session:
            rows = session.execute(
                select(WebhookDelivery.object_id, WebhookDelivery.sequence).order_by(WebhookDelivery.id)
            ).all()
        assert len(rows) == 12
        assert len(set(rows)) == 12

    @pytest.mark.usefixtures("swept")
    def test_only_the_first_of_each_line_is_due(self, services: Services) -> None:
        with services.read() as session:
            due = session.scalars(select(WebhookDelivery.sequence).where(WebhookDelivery.due_at.is_not(None))).all()
        assert due == [1] * 6
