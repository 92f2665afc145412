"""What a hundred times as much history costs each request, page, search and sweep; and that none reads a whole table.

Filling takes minutes (GROWTH="10000,100000" measures less), so ``make bench`` leaves it out:
``python -m benchmarks growth``.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from benchmarks import history, plans
from benchmarks.console import signed_in
from benchmarks.installations import Installation, installed
from benchmarks.table import Row
from benchmarks.timing import Call, compare
from tests.databases import postgres_url
from verify.flows.disposal import main_engine
from verify.flows.keeping import KEPT
from verify.jobs import retention
from verify.jobs.worker import SWEEPS
from verify.models import Verification

SIZES = tuple(int(size) for size in os.environ.get("GROWTH", "10000,100000,1000000").split(","))
#: SQLite is for one machine
SQLITE_MOST = 100_000
GOAL = 1.3
#: rounds of a call that takes milliseconds and waits for a disk: of few, none may be undisturbed
CALM = 12
SWEEP = f"retention, {retention.BATCH} rows"

#: accounts that may be deleted
OLDEST = 2_000

#: classes of which nothing is due in a history of thirteen months
OTHERS = tuple(name for name in KEPT if name != history.DUE_CLASS)


def measure() -> Iterator[Row]:
    server = postgres_url()
    if server is not None:
        yield from _measured("PostgreSQL", SIZES, server)
    yield from _measured("SQLite", tuple(size for size in SIZES if size <= SQLITE_MOST), None)


def _measured(name: str, sizes: tuple[int, ...], server: str | None) -> Iterator[Row]:
    with ExitStack() as stack:
        small, *larger = (stack.enter_context(filled(size, server)) for size in sizes)
        calls = against = _calls(small)
        for size, installation in zip(sizes[1:], larger, strict=True):
            calls = _calls(installation)
            for what, call in calls.items():
                full = f"{name}, {size:,} against {sizes[0]:,}: {what}"
                if what == SWEEP:  # the small history has rows due for no more
                    yield compare(full, call, against[what], GOAL, repeats=1)
                else:
                    yield compare(full, call, against[what], GOAL, rounds=CALM)
        yield _scans(f"{name}, {sizes[-1]:,}: statements that read a whole table", larger[-1], calls)


@contextmanager
def filled(size: int, server: str | None) -> Iterator[Installation]:
    with installed(server) as one:
        with one.app.app_context():
            history.fill(one.services, one.application_id, size)
            one.services.session.remove()
        yield one


def _calls(installation: Installation) -> Mapping[str, Call]:
    """By name; each does the same at any size."""
    client, numbers = installation.app.test_client(), count()
    headers = {"Authorization": f"Bearer {installation.token}"}
    verification = _somewhere(installation)
    staff = signed_in(installation.app)
    page = staff.get("/ops/queue").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    wanted = {"csrf_token": token, "q": history.number_of(4_321)}
    deep = _ok(client.get("/v1/verifications?limit=50", headers=headers)).json["next_cursor"]

    def create() -> Any:
        body = {"type": "personal", "method": "face", "account_ref": f"acct-{next(numbers)}"}
        return _ok(client.post("/v1/verifications", json=body, headers=headers), 201)

    def look() -> None:
        with installation.app.app_context():
            done = retention.run_once(installation.services, OTHERS)
        if done.total():
            msg = f"something was due: {done}"
            raise ValueError(msg)

    accounts = iter(_accounts(installation))

    def forget() -> None:
        with installation.app.app_context():
            retention.forget_account(next(accounts), installation.services)

    def sweep() -> None:
        with installation.app.app_context():
            done = retention.run_once(installation.services, [history.DUE_CLASS])
        if done[history.DUE_CLASS] != retention.BATCH:
            msg = f"nothing was due: {done}"
            raise ValueError(msg)

    return {
        "create": create,
        "read": lambda: _ok(client.get(f"/v1/verifications/ver_{verification}", headers=headers)),
        "page of 50": lambda: _ok(client.get(f"/v1/verifications?limit=50&cursor={deep}", headers=headers)),
        "page of 50 events": lambda: _ok(client.get("/v1/events?limit=50", headers=headers)),
        "page of the queue": lambda: _ok(staff.get("/ops/queue")),
        "search by ID number": lambda: _ok(staff.post("/ops/search", data=wanted), 302),
        SWEEP: sweep,
        "retention, nothing due": look,
        "retention, an account": forget,
    }


def _ok(response: Any, status: int = 200) -> Any:
    if response.status_code != status:
        raise ValueError(response.status)
    return response


def _somewhere(installation: Installation) -> UUID:
    """A verification in the middle of them."""
    with installation.app.app_context(), installation.services.read() as session:
        ids = select(Verification.id).where(Verification.account_ref == f"past-{SIZES[0] // 2}")
        return session.scalars(ids).one()


def _accounts(installation: Installation) -> list[UUID]:
    """The oldest: nothing is asked of them here."""
    with installation.app.app_context(), installation.services.read() as session:
        return list(session.scalars(select(Verification.account_id).order_by(Verification.id).limit(OLDEST)))


def _scans(name: str, installation: Installation, calls: Mapping[str, Call]) -> Row:
    """Of all that its calls and every sweep of the worker execute; those that do are printed."""
    services = installation.services
    with installation.app.app_context():
        main = main_engine(services)
    with plans.recorded(main) as of_main, plans.recorded(services.vault.engine) as of_keys:
        for call in calls.values():
            call()
        for sweep in SWEEPS.values():
            with installation.app.app_context():
                sweep(services)
    whole = plans.whole_tables(main, of_main) | plans.whole_tables(services.vault.engine, of_keys)
    for statement, tables in whole.items():
        print(f"reads all of {', '.join(tables)}: {' '.join(statement.split())}")  # noqa: T201 - the result
    return Row(name, 0, (float(len(whole)),), unit="", beside=f"of {len(of_main) + len(of_keys)} statements")
