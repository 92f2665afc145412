"""Signing the record every minute, and putting what was signed where the database's owner cannot reach."""

import json
import os
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select, update

from verify.flows import checkpointing
from verify.models import Checkpoint
from verify.services import Services

log = structlog.get_logger()

BATCH = 100

#: longer than events are (retention class "event"), counted from their checkpoint
LEAVES_KEPT = timedelta(days=1130)


def sign(services: Services) -> int:
    """Make a checkpoint, and write it outside at once: until then it could be taken back unseen."""
    made = make(services)
    if made:
        publish(services)
    return made


def make(services: Services) -> int:
    """Sign what no checkpoint holds; how many events."""
    return checkpointing.make(services)


def publish(services: Services) -> int:
    """Write new checkpoints to the log and to the file of the settings; how many.

    One that was written and not marked is written again: readers know it by its number.
    """
    with services.read() as session:
        waiting = session.execute(
            select(Checkpoint.number, Checkpoint.note)
            .where(Checkpoint.published_at.is_(None))
            .order_by(Checkpoint.number)
            .limit(BATCH)
        ).all()
    if not waiting:
        return 0
    if services.settings.audit_file is not None:
        _append(services.settings.audit_file, [row.note for row in waiting])
    for row in waiting:
        log.info("audit checkpoint", number=row.number, note=row.note)
    with services.write() as session:
        session.execute(
            update(Checkpoint)
            .where(Checkpoint.number.in_([row.number for row in waiting]))
            .values(published_at=services.clock())
            .execution_options(synchronize_session=False)
        )
    return len(waiting)


def forget(services: Services) -> int:
    """Drop the lists of leaves whose events' time is over; the signed notes stay."""
    over = services.clock() - LEAVES_KEPT
    with services.write() as session:
        numbers = session.scalars(
            select(Checkpoint.number)
            .where(Checkpoint.created_at < over, Checkpoint.leaves.is_not(None))
            .order_by(Checkpoint.created_at)
            .limit(BATCH)
        ).all()
        session.execute(
            update(Checkpoint)
            .where(Checkpoint.number.in_(numbers))
            .values(leaves=None)
            .execution_options(synchronize_session=False)
        )
    return len(numbers)


def _append(path: Path, notes: list[str]) -> None:
    """One JSON string a line, on disk before this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.writelines(json.dumps(note, ensure_ascii=False) + "\n" for note in notes)
        file.flush()
        os.fsync(file.fileno())
