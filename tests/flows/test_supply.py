"""Limits agreed on with a provider: shared, taken before the call, and closed when in doubt."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.caller import Caller, person
from tests.conftest import Clock, Nudges, make_application, running
from tests.vendors import Vendor, routes
from verify.config import Settings
from verify.models import Attempt, Supply
from verify.services import Services


@pytest.fixture
def vendor() -> Vendor:
    return Vendor("first")


@pytest.fixture
def app(
    both_databases: str, tmp_path: Path, clock: Clock, nudges: Nudges, parts: dict[str, Any], vendor: Vendor
) -> Iterator[Flask]:
    settings = Settings(instance=tmp_path, database_url=both_databases, providers=routes("first"))
    parts = {**parts, "providers": {**parts["providers"], vendor.name: vendor}}
    yield from running(settings, clock=clock, nudge=nudges, **parts)


@pytest.fixture
def live(app: Flask) -> Caller:
    return Caller(app, make_application(app, direct_face_image=True).live)


def agree(services: Services, **terms: int) -> None:
    with services.write() as session:
        session.add(Supply(provider="first", capability="identity", **terms))


def submitted(live: Caller, n: int) -> str | None:
    """What came of one identity check: the code of the last error, or none."""
    made = live.create(account_ref=f"acct-{n}")["id"]
    live.consent(made)
    error = live.step(made, "identity", person(n))["last_error"]
    return error["code"] if error else None


def test_so_many_calls_a_second_and_then_as_time_goes_by(
    services: Services, live: Caller, clock: Clock, vendor: Vendor
) -> None:
    agree(services, rate=2)
    assert [submitted(live, n) for n in range(3)] == [None, None, "provider_limited"]
    clock.turn(seconds=0.5)
    assert [submitted(live, n) for n in range(3, 5)] == [None, "provider_limited"]
    assert len(vendor.asked) == 3


def test_a_day_costs_no_more_than_its_budget(services: Services, live: Caller, clock: Clock) -> None:
    agree(services, price_micros=300_000, daily_budget_micros=700_000)
    assert [submitted(live, n) for n in range(3)] == [None, None, "provider_limited"]
    clock.turn(days=1)
    assert submitted(live, 3) is None


def test_a_budget_without_a_price_forbids_every_call(services: Services, live: Caller, vendor: Vendor) -> None:
    agree(services, daily_budget_micros=700_000)
    assert submitted(live, 1) == "provider_limited"
    assert vendor.asked == []


def open_attempt(services: Services, live: Caller, **values: Any) -> None:
    """A call under way in another process."""
    made = live.create(account_ref="acct-other")["id"]
    now = services.clock()
    row = {
        "verification_id": made.removeprefix("ver_"),
        "step": "identity",
        "capability": "identity",
        "provider": "first",
        "kinds": [],
        "consent_item": "share.identity.first",
        "started_at": now,
        "due_at": now + timedelta(seconds=25),
        "readings": 0,
    }
    with services.write() as session:
        session.add(Attempt(**{**row, "verification_id": UUID(row["verification_id"]), **values}))


def test_no_more_calls_at_once_than_agreed_and_none_is_leaked_by_a_crash(
    services: Services, live: Caller, clock: Clock
) -> None:
    agree(services, concurrency=1)
    open_attempt(services, live)
    assert submitted(live, 1) == "provider_limited"
    clock.turn(seconds=26)
    assert submitted(live, 2) is None


def test_each_call_keeps_its_price(services: Services, live: Caller) -> None:
    agree(services, price_micros=300_000)
    submitted(live, 1)
    with services.read() as session:
        assert session.scalars(select(Attempt.price_micros)).all() == [300_000]


def test_a_budget_agreed_on_later_sees_what_the_day_cost_before(services: Services, live: Caller) -> None:
    agree(services, price_micros=300_000)
    assert [submitted(live, n) for n in range(2)] == [None, None]
    with services.write() as session:
        session.get_one(Supply, ("first", "identity")).daily_budget_micros = 700_000
    assert submitted(live, 2) == "provider_limited"
