"""A day of 1,000 verifications a second, computed from what one bank-card verification takes here.

``python -m benchmarks.day``: needs PostgreSQL (REALNAME_TEST_POSTGRES); two minutes. Rows, bytes, WAL and processor
time are measured on complete flows; the day is arithmetic over them. docs/scale.md keeps what it printed.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event, text

from benchmarks.installations import Installation, installed
from providers.testing.identities import adult, card, mobile
from tests.databases import postgres_url
from verify.flows.disposal import main_engine
from verify.images import draw_portrait
from verify.models.engines import WRITE
from verify.web import THREADS

A_SECOND = 1_000

#: share of the day's verifications that each hour brings, from midnight: people sign up in office hours and at night
HOURS = (1, 1, 1, 1, 1, 1, 2, 3, 5, 7, 7, 6, 5, 6, 7, 7, 6, 5, 5, 6, 6, 5, 4, 2)

WARM, MEASURED = 50, 200

#: seconds that a vendor takes, calls to one in a flow that succeeds, and calls a second that one account of a
#: vendor allows before anything was agreed with it (docs/vendors.md)
VENDOR_TAKES, VENDOR_CALLS, VENDOR_ALLOWS = 1.0, 3, 20

#: connections that one process may hold to each store
POOL = 10

#: what one PostgreSQL on 32 cores with fast disks takes: commits, WAL MiB and connections
COMMITS, WAL_MIB, CONNECTIONS = 30_000, 200, 500


@dataclass(frozen=True)
class Flow:
    """One verification from its creation to the end."""

    seconds: float  #: processor time of the web process
    commits: float
    wal: float  #: bytes, both stores
    rows: dict[str, float]
    bytes: dict[str, float]  #: with indexes


def main() -> None:
    server = postgres_url()
    if server is None:
        sys.exit("set REALNAME_TEST_POSTGRES")
    for line in _told(measured(server)):
        print(line)  # noqa: T201 - the result


def measured(server: str) -> Flow:
    with installed(server) as one:
        numbers = count(1)
        with one.app.app_context():
            engines = (main_engine(one.services), one.services.vault.engine)
        _flows(one, numbers, WARM)
        rows, size, wal = _rows(engines), _bytes(engines), _wal(engines[0])
        with _writes(engines) as commits:
            seconds = _flows(one, numbers, MEASURED)
        wal = _wal(engines[0]) - wal
        more_rows = {name: (after - rows[name]) / MEASURED for name, after in _rows(engines).items()}
        more_bytes = {name: (after - size[name]) / MEASURED for name, after in _bytes(engines).items()}
    return Flow(seconds / MEASURED, len(commits) / MEASURED, wal / MEASURED, more_rows, more_bytes)


def _flows(one: Installation, numbers: Iterator[int], many: int) -> float:
    """Seconds of processor time, the client's share among them; drawing the faces is not."""
    drawing, began = 0.0, time.process_time()
    client = one.app.test_client()
    headers = {"Authorization": f"Bearer {one.token}"}

    def post(path: str, **what: Any) -> dict[str, Any]:
        response = client.post(f"/v1/verifications{path}", headers=headers, **what)
        if not response.status_code < 300:  # noqa: PLR2004 - any success
            raise ValueError(response.text)
        found: dict[str, Any] = response.json or {}
        return found

    for _ in range(many):
        n = next(numbers)
        who = adult(n)
        body = {"type": "personal", "method": "bank_card", "account_ref": f"acct-{n}"}
        made = "/" + post("", json=body)["id"]
        notice: Any = client.get(f"/v1/verifications{made}/consent_notice", headers=headers).json
        granted = [item["id"] for item in notice["items"] if item["required"]]
        consent = {"policy_version": notice["policy_version"], "notice_id": notice["notice_id"], "granted": granted}
        post(f"{made}/steps/consent", json=consent)
        bank = {"name": who.name, "id_number": who.id_number, "card_number": card(n), "mobile": mobile(n)}
        post(f"{made}/steps/bank_card", json=bank)
        post(f"{made}/steps/sms_code", json={"code": "246810"})
        start = time.process_time()
        face = draw_portrait(320, 400, noise_seed=n)
        drawing += time.process_time() - start
        last = post(f"{made}/steps/face", data=face, content_type="image/jpeg")
        if last["status"] != "verified":
            raise ValueError(last["status"])
    return time.process_time() - began - drawing


def _rows(engines: tuple[Engine, ...]) -> dict[str, int]:
    query = "SELECT count(*) FROM {}"
    return {name: _scalar(engine, query.format(name)) for engine in engines for name in _tables(engine)}


def _bytes(engines: tuple[Engine, ...]) -> dict[str, int]:
    query = "SELECT pg_total_relation_size('{}')"
    return {name: _scalar(engine, query.format(name)) for engine in engines for name in _tables(engine)}


def _tables(engine: Engine) -> list[str]:
    query = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    with engine.connect() as connection:
        return list(connection.scalars(query))


def _wal(engine: Engine) -> int:
    """Bytes of the server so far, which nobody else may use meanwhile."""
    return int(_scalar(engine, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))


@contextmanager
def _writes(engines: tuple[Engine, ...]) -> Iterator[list[None]]:
    """One entry for each transaction that was to write and committed; reads are sent outside of any."""
    found: list[None] = []

    def note(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITE):
            found.append(None)

    for engine in engines:
        event.listen(engine, "commit", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "commit", note)


def _scalar(engine: Engine, query: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(query))


def _told(flow: Flow) -> Iterator[str]:
    """Markdown."""
    yield "| table | rows | bytes |\n|---|---|---|"
    for name in sorted(flow.bytes, key=lambda name: -flow.bytes[name]):
        if flow.rows[name] >= 0.01:  # noqa: PLR2004 - others do not grow with verifications
            yield f"| {name} | {flow.rows[name]:.1f} | {flow.bytes[name]:,.0f} |"
    day = A_SECOND * 86_400
    rows, size = sum(flow.rows.values()), sum(max(each, 0.0) for each in flow.bytes.values())
    yield f"| all | {rows:.0f} | {size:,.0f} |\n"
    yield f"A day: {day / 1e6:.1f} M verifications, {rows * day / 1e9:.1f} G rows, {size * day / 2**40:.2f} TiB.\n"
    yield "| hour | a second | web processes | connections to each store | commits/s | WAL MiB/s | vendor calls/s |"
    yield "|---|---|---|---|---|---|---|"
    for hour in (3, 8, HOURS.index(max(HOURS))):
        yield _hour(flow, f"{hour:02}:00", A_SECOND * 24 * HOURS[hour] / sum(HOURS))
    yield _hour(flow, "mean", A_SECOND)
    yield ""
    yield from _first(flow)


def _hour(flow: Flow, name: str, rate: float) -> str:
    processes = _processes(flow, rate)
    calls, commits, wal = rate * VENDOR_CALLS, rate * flow.commits, rate * flow.wal / 2**20
    told = (name, rate, processes, processes * POOL, commits, wal, calls)
    return f"| {told[0]} | " + " | ".join(f"{each:,.0f}" for each in told[1:]) + " |"


def _processes(flow: Flow, rate: float) -> float:
    """A core each, seven tenths busy, or as many as hold those that wait for a vendor."""
    return max(rate * flow.seconds / 0.7, rate * VENDOR_CALLS * VENDOR_TAKES / THREADS)


def _first(flow: Flow) -> Iterator[str]:
    """Each limit, and how many verifications a second reach it, the lowest first."""
    limits = {
        f"one account at a vendor, {VENDOR_ALLOWS} calls a second": VENDOR_ALLOWS / (VENDOR_CALLS / 3),
        f"{CONNECTIONS} connections without a pooler": CONNECTIONS / POOL / _processes(flow, 1.0),
        f"{COMMITS:,} commits a second of one PostgreSQL": COMMITS / flow.commits,
        f"{WAL_MIB} MiB of WAL a second": WAL_MIB * 2**20 / flow.wal,
    }
    yield "| limit | reached at, a second |\n|---|---|"
    for name, rate in sorted(limits.items(), key=lambda pair: pair[1]):
        yield f"| {name} | {rate:,.0f} |"


if __name__ == "__main__":
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    main()
