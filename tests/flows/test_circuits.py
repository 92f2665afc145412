"""Circuit breakers: shared by processes, one probe at a time, and deaf to what people get wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from providers.base import Capability, Outcome, ProviderFailure, Refused, Result, Throttled, Unavailable, Unknown
from tests.conftest import Clock, Nudges, running
from tests.vendors import Vendor
from verify.board import Notebook
from verify.config import Settings
from verify.flows.circuits import COOL_DOWN, FAILURES, LONGEST, report
from verify.flows.supply import admits, is_working
from verify.models import Supply
from verify.services import Services

CHECK = Capability.IDENTITY
DOWN = Unavailable("down")


@pytest.fixture
def vendor() -> Vendor:
    return Vendor("first")


@pytest.fixture
def app(
    both_databases: str, tmp_path: Path, clock: Clock, nudges: Nudges, parts: dict[str, Any], vendor: Vendor
) -> Iterator[Flask]:
    settings = Settings(instance=tmp_path, database_url=both_databases)
    parts = {**parts, "providers": {**parts["providers"], vendor.name: vendor}}
    yield from running(settings, clock=clock, nudge=nudges, **parts)


def told(services: Services, *answers: Outcome | ProviderFailure, capability: Capability = CHECK) -> None:
    for answer in answers:
        report("first", capability, services.clock(), answer, services)


def admitted(services: Services) -> bool:
    with services.write():
        return admits("first", CHECK, services)


def another(services: Services) -> Services:
    """The same service in another process."""
    known = vars(services)
    return Services(**{**known, "notebook": Notebook()})


def supply(services: Services) -> Supply:
    with services.read() as session:
        return session.get_one(Supply, ("first", CHECK), populate_existing=True)


def test_calls_without_an_answer_open_it_for_every_process(services: Services, clock: Clock) -> None:
    other = another(services)
    assert admitted(other)
    told(services, *[DOWN] * FAILURES)
    assert not admitted(services)
    clock.turn(seconds=1)
    assert not admitted(other)
    assert not is_working("first", CHECK, other)


def test_it_stays_closed_below_the_threshold(services: Services) -> None:
    told(services, *[DOWN] * (FAILURES - 1))
    assert admitted(services)


@pytest.mark.parametrize(
    "answer",
    [
        Outcome(Result.MISMATCH),
        Outcome(Result.NOT_FOUND),
        Outcome(Result.INCONCLUSIVE),
        Throttled("busy"),
        Refused("wrong"),
    ],
    ids=["mismatch", "no record", "inconclusive", "throttled", "refused"],
)
def test_no_answer_counts_as_failure(services: Services, answer: Outcome | ProviderFailure) -> None:
    told(services, *[answer] * 20)
    assert admitted(services)


def test_time_outs_open_it_too(services: Services) -> None:
    told(services, *[Unknown("late")] * FAILURES)
    assert not admitted(services)


def test_one_capability_is_no_other(services: Services) -> None:
    told(services, *[DOWN] * FAILURES, capability=Capability.FACE)
    assert admitted(services)


def test_failures_that_are_few_among_answers_do_not_open_it(services: Services) -> None:
    told(services, *[Outcome(Result.MATCH), Outcome(Result.MATCH), DOWN] * 6)
    assert admitted(services)


def test_one_probe_at_a_time_of_all_processes(services: Services, clock: Clock) -> None:
    other = another(services)
    told(services, *[DOWN] * FAILURES)
    clock.turn(seconds=COOL_DOWN.total_seconds() - 1)
    assert not admitted(services)
    clock.turn(seconds=1)
    assert [admitted(services), admitted(other), admitted(services)] == [True, False, False]


def test_a_probe_that_is_answered_closes_it(services: Services, clock: Clock) -> None:
    told(services, *[DOWN] * FAILURES)
    clock.turn(seconds=COOL_DOWN.total_seconds())
    assert admitted(services)
    told(services, Outcome(Result.MISMATCH))
    assert [admitted(services), admitted(services)] == [True, True]
    assert supply(services).opened_at is None


def test_each_probe_that_fails_doubles_the_wait(services: Services, clock: Clock) -> None:
    told(services, *[DOWN] * FAILURES)
    waits = []
    for _ in range(7):
        clock.now = supply(services).retry_at or clock.now
        assert admitted(services)
        told(services, DOWN)
        waits.append((supply(services).retry_at or clock.now) - clock.now)
    assert waits[:3] == [COOL_DOWN * 2, COOL_DOWN * 4, COOL_DOWN * 8]
    assert waits[-1] == LONGEST


def test_who_may_be_asked_again_is_named_as_before(services: Services, clock: Clock) -> None:
    told(services, *[DOWN] * FAILURES)
    assert not is_working("first", CHECK, services)
    clock.turn(seconds=COOL_DOWN.total_seconds())
    assert is_working("first", CHECK, services)
    assert admitted(services)
    assert not is_working("first", CHECK, services)


def test_a_probe_whose_process_died_is_followed_by_another(services: Services, clock: Clock, vendor: Vendor) -> None:
    told(services, *[DOWN] * FAILURES)
    clock.turn(seconds=COOL_DOWN.total_seconds())
    assert admitted(services)
    clock.turn(seconds=2 * vendor.capabilities[CHECK].timeout + 1)
    assert admitted(services)


def test_a_late_answer_to_a_call_from_before_does_not_close_it(services: Services, clock: Clock) -> None:
    began = services.clock()
    told(services, *[DOWN] * FAILURES)
    clock.turn(seconds=20)
    report("first", CHECK, began, Outcome(Result.MATCH), services)
    assert supply(services).opened_at is not None


def test_a_double_has_no_circuit(services: Services) -> None:
    for _ in range(2 * FAILURES):
        report("sandbox", CHECK, services.clock(), DOWN, services)
    assert is_working("sandbox", CHECK, services)
