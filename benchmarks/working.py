"""The worker on due rows with nothing to do, against bare huey and the two updates that claim and release a row."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from huey import Huey, SqliteHuey
from sqlalchemy import insert, or_, select, update
from uuid_utils.compat import uuid7

from benchmarks import history
from benchmarks.installations import Installation, installed
from benchmarks.table import RUNS, Row
from tests.databases import postgres_url
from verify.flows.disposal import main_engine
from verify.jobs.queue import make_huey, register
from verify.jobs.worker import THREADS, Threads, work
from verify.models import Document, Verification
from verify.models.due import LEASE, claim, release
from verify.services import Services, utc_now

ROWS = 1_000
GOAL = 0.8

#: marks the rows of one run
Done = Callable[[], None]


def measure() -> Iterator[Row]:
    """Nothing where PostgreSQL (REALNAME_TEST_POSTGRES) is missing."""
    server = postgres_url()
    if server is None:
        return
    with installed(server) as one:
        with one.app.app_context():
            history.fill(one.services, one.application_id, 1)
        rates = [(_ours(one), _bare(one)) for _ in range(RUNS)]
    runs = tuple(ours / theirs for ours, theirs in rates)
    most = max(ours for ours, _ in rates)
    yield Row("worker, due rows with nothing to do", GOAL, runs, at_least=True, beside=f"{most:.0f}/s")


def _ours(one: Installation) -> float:
    done = Countdown(ROWS)

    def handle(services: Services, row_id: UUID) -> None:
        with services.write() as session:
            row = claim(session, Document, row_id, services.clock())
        with services.write() as session:
            release(session, row, due_at=None)
        done()

    def run(table: str, row_id: UUID) -> None:
        work(one.app, table, row_id, {"documents": handle})

    huey = make_huey(one.services.settings)
    task = register(huey, run)
    for row_id in _due(one):
        task("documents", str(row_id))
    return _rate(huey, done)


def _bare(one: Installation) -> float:
    done = Countdown(ROWS)
    with one.app.app_context():
        engine = main_engine(one.services)

    def handle(row_id: str) -> None:
        now, lease, mine = utc_now(), uuid7(), Document.id == UUID(row_id)
        free = or_(Document.lease_until.is_(None), Document.lease_until <= now)
        leased = {"lease": lease, "lease_until": now + LEASE, "attempts": Document.attempts + 1}
        with engine.begin() as connection:
            claimed = update(Document).where(mine, Document.due_at <= now, free).values(leased).returning(Document)
            connection.execute(claimed).one()
        with engine.begin() as connection:
            freed = update(Document).where(mine, Document.lease == lease).returning(Document.id)
            connection.execute(freed.values(due_at=None, lease=None, lease_until=None)).one()
        done()

    with TemporaryDirectory() as folder:
        huey = SqliteHuey("bare", filename=str(Path(folder) / "bare.db"), results=False, fsync=False)
        task: Any = huey.task()(handle)
        for row_id in _due(one):
            task(str(row_id))
        return _rate(huey, done)


class Countdown:
    """Set when it was called so often."""

    def __init__(self, calls: int) -> None:
        self._left = calls
        self._lock = threading.Lock()
        self._over = threading.Event()

    def __call__(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._over.set()

    def wait(self) -> None:
        """Raises TimeoutError."""
        if not self._over.wait(120):
            msg = f"{self._left} rows were not seen to"
            raise TimeoutError(msg)


def _rate(huey: Huey, done: Countdown) -> float:
    """Rows a second from the start of the threads to the last row."""
    consumer = Threads(huey, workers=THREADS, periodic=False)
    start = time.perf_counter()
    consumer.start()
    done.wait()
    taken = time.perf_counter() - start
    consumer.stop(graceful=True)
    huey.storage.close()
    return ROWS / taken


def _due(one: Installation) -> list[UUID]:
    now = utc_now()
    alike = {"step": "business_license", "media_type": "image/jpeg", "size": 1, "pages": 1, "digest": ""}
    with one.app.app_context(), one.services.write() as session:
        verification_id = session.scalars(select(Verification.id)).first()
        rows = [
            alike
            | {"id": uuid7(), "verification_id": verification_id, "created_at": now, "due_at": now, "attempts": 0}
            | {"valid_until": date(2027, 1, 1)}
            for _ in range(ROWS)
        ]
        session.execute(insert(Document), rows)
    return [UUID(str(row["id"])) for row in rows]
