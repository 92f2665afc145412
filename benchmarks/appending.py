"""Eight writers append chained events on PostgreSQL, against eight that insert the same rows without a chain."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from benchmarks import history
from benchmarks.installations import Installation, installed
from benchmarks.table import RUNS, Row
from tests.databases import postgres_url
from verify.flows import events
from verify.models import Event, Verification
from verify.services import Services

WRITERS = 8
SECONDS = 2.0

#: what else the transaction of a request does meanwhile
OTHER_WORK = 0.005
GOAL = 0.9

Append = Callable[[Session, Verification, datetime], None]


def measure() -> Iterator[Row]:
    """Nothing where PostgreSQL (REALNAME_TEST_POSTGRES) is missing."""
    server = postgres_url()
    if server is None:
        return
    with installed(server) as one:
        with one.app.app_context():
            history.fill(one.services, one.application_id, 2 * WRITERS)
            with one.services.read() as session:
                ids = session.scalars(select(Verification.id)).all()
        sides = (partial(_rate, one, ids[:WRITERS], _chained), partial(_rate, one, ids[WRITERS:], _plain))
        rates = [[side() for side in sides] for _ in range(RUNS)]
    runs = tuple(ours / theirs for ours, theirs in rates)
    most = max(ours for ours, _ in rates)
    yield Row(f"append an event, {WRITERS} writers", GOAL, runs, at_least=True, beside=f"{most:.0f}/s")


def _rate(one: Installation, ids: Sequence[UUID], append: Append) -> float:
    """Appends a second of all writers, each to the chain of its own verification."""
    start, counts = threading.Barrier(WRITERS), [0] * WRITERS

    def write(number: int) -> None:
        start.wait()
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            with one.app.app_context():
                _append(one.services, ids[number], append)
                one.services.session.remove()
            counts[number] += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return sum(counts) / SECONDS


def _append(services: Services, verification_id: UUID, append: Append) -> None:
    now = services.clock()
    with services.write() as session:
        wanted = select(Verification).where(Verification.id == verification_id).with_for_update()
        verification = session.scalars(wanted).one()
        verification.updated_at = now
        time.sleep(OTHER_WORK)
        append(session, verification, now)


def _chained(session: Session, verification: Verification, now: datetime) -> None:
    events.append(session, verification, "verification.step_passed", now, step="face")


def _plain(session: Session, verification: Verification, now: datetime) -> None:
    """The same columns, with nothing to compute; the row says itself which number it is."""
    verification.event_seq += 1
    verification.sequence += 1
    session.add(
        Event(
            id=uuid7(),
            verification_id=verification.id,
            about="verification",
            about_id=verification.id,
            application_id=verification.application_id,
            livemode=verification.livemode,
            seq=verification.event_seq,
            sequence=verification.sequence,
            type="verification.step_passed",
            payload=os.urandom(PAYLOAD),
            hash=HASH,
            created_at=now,
        )
    )


#: bytes that a chained event of this kind has (docs/decisions/0021)
PAYLOAD = 339
HASH = os.urandom(32)
