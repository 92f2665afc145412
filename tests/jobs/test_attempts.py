"""Reconciliation of attempts without an answer: by time-outs, crashes and providers that cannot tell."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from providers.base import Capability, NotReceived, Outcome, ProviderFailure, Result, Unavailable, Unknown
from providers.sandbox import Sandbox
from tests.caller import Caller, person
from tests.conftest import Clock, Nudges
from verify.flows.disclosure import name_of
from verify.jobs.attempts import READINGS, reconcile, sweep
from verify.models import Attempt
from verify.services import Services


class Oracle(Sandbox):
    """Times out on every call, and tells later what it is made to tell."""

    told: Outcome | ProviderFailure = Unknown("open")

    def call(self, request: object, reference: str) -> Outcome:  # noqa: ARG002
        raise Unknown("http.timeout")

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:  # noqa: ARG002
        if isinstance(self.told, ProviderFailure):
            raise self.told
        return self.told


@pytest.fixture
def sandbox() -> Oracle:
    return Oracle()


@pytest.fixture
def open_attempt(server: Caller, nudges: Nudges, clock: Clock) -> str:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person(), status=202)
    clock.turn(seconds=3)
    assert nudges.sent[-1][0] == "attempts"
    return str(made)


def attempt(services: Services) -> Attempt:
    with services.read() as session:
        return session.scalars(select(Attempt).execution_options(populate_existing=True)).one()


@pytest.mark.parametrize(
    ("told", "next_step", "code", "left"),
    [
        (Outcome(Result.MATCH), "face", None, 3),
        (Outcome(Result.MISMATCH, "identity_mismatch"), "identity", "identity_mismatch", 2),
        (Outcome(Result.NOT_FOUND), "identity", "no_record", 2),
        (NotReceived(), "identity", "provider_unavailable", 3),
        (Unavailable(), "identity", "provider_unavailable", 3),
    ],
)
def test_what_the_provider_tells_later_settles_the_step(
    server: Caller,
    services: Services,
    sandbox: Oracle,
    nudges: Nudges,
    open_attempt: str,
    told: Outcome | ProviderFailure,
    next_step: str,
    code: str | None,
    left: int,
) -> None:
    sandbox.told = told
    reconcile(services, nudges.sent[-1][1])
    after = server.read(open_attempt)
    assert (after["status"], after["next_step"]) == ("pending", next_step)
    assert (after["last_error"] or {}).get("code") == code
    assert [s["attempts_left"] for s in after["steps"] if s["name"] == "identity"] == [left]
    assert attempt(services).finished_at is not None


@pytest.mark.parametrize(
    "told", [Unknown("no_read_back"), NotReceived(), Outcome(Result.MATCH, vendor_code="late.match")]
)
def test_the_call_keeps_its_own_first_word_and_how_long_it_took(
    services: Services, sandbox: Oracle, nudges: Nudges, open_attempt: str, told: Outcome | ProviderFailure
) -> None:
    assert open_attempt
    with services.write() as session:
        session.execute(update(Attempt).values(duration_ms=8004))
    sandbox.told = told
    reconcile(services, nudges.sent[-1][1])
    settled = attempt(services)
    assert (settled.outcome, settled.vendor_code, settled.duration_ms) == (name_of(told), "http.timeout", 8004)


def test_a_second_reading_of_a_settled_attempt_does_nothing(
    server: Caller, services: Services, sandbox: Oracle, nudges: Nudges, open_attempt: str
) -> None:
    sandbox.told = Outcome(Result.MATCH)
    reconcile(services, nudges.sent[-1][1])
    sandbox.told = Outcome(Result.MISMATCH)
    reconcile(services, nudges.sent[-1][1])
    assert server.read(open_attempt)["next_step"] == "face"


def test_an_answer_that_stays_open_is_asked_for_ever_more_seldom_and_then_given_up(
    server: Caller, services: Services, clock: Clock, open_attempt: str
) -> None:
    for wait in READINGS:
        assert sweep(services) == 1
        assert attempt(services).due_at == clock() + wait
        assert server.read(open_attempt)["status"] == "processing"
        clock.turn(seconds=wait.total_seconds())
    sweep(services)
    after = server.read(open_attempt)
    assert (after["status"], after["next_step"]) == ("pending", "identity")
    assert after["last_error"]["code"] == "provider_unavailable"
    assert [s["attempts_left"] for s in after["steps"] if s["name"] == "identity"] == [3]


def test_an_attempt_is_left_alone_while_another_worker_holds_its_lease(
    app: Flask, services: Services, clock: Clock, open_attempt: str
) -> None:
    with services.write() as session:
        held = session.scalars(select(Attempt)).one()
        held.lease, held.lease_until = held.id, clock() + timedelta(seconds=30)
    with app.app_context():
        assert sweep(services) == 0
    clock.turn(seconds=30)
    with app.app_context():
        assert sweep(services) == 1


class TestCrash:
    """The process dies while the provider is asked: the attempt is committed, its answer never is."""

    @pytest.fixture
    def sandbox(self) -> Oracle:
        class Dying(Oracle):
            def call(self, request: object, reference: str) -> Outcome:  # noqa: ARG002
                raise SystemExit

        return Dying()

    @pytest.fixture
    def left(self, server: Caller) -> str:
        made = server.create()["id"]
        server.consent(made)
        with pytest.raises(SystemExit):
            server.step(made, "identity", person())
        return str(made)

    def test_the_verification_is_processing_until_the_sweep_reads_back(
        self, server: Caller, services: Services, sandbox: Oracle, clock: Clock, left: str
    ) -> None:
        assert server.read(left)["status"] == "processing"
        assert sweep(services) == 0
        clock.turn(minutes=1)
        sandbox.told = NotReceived()
        assert sweep(services) == 1
        after = server.read(left)
        assert (after["status"], after["next_step"]) == ("pending", "identity")

    def test_it_can_be_canceled_meanwhile_and_stays_so(
        self, server: Caller, services: Services, sandbox: Oracle, clock: Clock, left: str
    ) -> None:
        server.post(f"/v1/verifications/{left}/cancel")
        clock.turn(minutes=1)
        sandbox.told = Outcome(Result.MATCH)
        sweep(services)
        assert server.read(left)["status"] == "canceled"
        assert attempt(services).finished_at is not None
