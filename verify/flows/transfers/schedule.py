"""When a transfer is looked at again, and when waiting for it is handed to people."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from verify.flows.transfers.states import OPEN, Stage
from verify.models import Transfer

#: after an order was refused for now: the same order is tried again
HELD = tuple(timedelta(minutes=wait) for wait in (1, 1, 2, 5, 15, 60))
#: after an order whose answer was lost, counted from the order itself
LOST = tuple(timedelta(seconds=wait) for wait in (2, 2, 5, 10, 30, 60, 120, 600, 3600))
#: while a bank works on it
WORKING = tuple(timedelta(seconds=wait) for wait in (10, 30, 60, 120, 600, 3600))
#: after it was sent: it may still come back
SENT = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))

WAITS: dict[Stage, Sequence[timedelta]] = {
    Stage.CREATED: HELD,
    Stage.REQUESTED: WORKING,
    Stage.UNKNOWN: LOST,
    Stage.SENT: SENT,
}

#: an order that no provider takes is given up, since nothing has happened to it
HELD_AT_MOST = timedelta(days=1)

#: counted from the first order on: past this a person has to find out
REFER_AFTER = {Stage.UNKNOWN: timedelta(hours=48), Stage.REQUESTED: timedelta(days=7)}

#: past this it is looked at once a day, and past WATCHED no more
OFTEN = timedelta(hours=48)
DAILY = timedelta(days=1)
WATCHED = timedelta(days=30)


def next_look(transfer: Transfer, now: datetime, *, silent: bool = False) -> datetime | None:
    """When it is due again in its present stage; None when it needs no further look. ``silent``: nobody answered,
    which is no look at all."""
    stage = Stage(transfer.status)
    waits = WORKING if silent and stage is Stage.SENT else WAITS.get(stage)
    age = now - transfer.created_at
    if waits is None or age > WATCHED:
        return None
    if stage in OPEN and age > OFTEN:
        return now + DAILY
    return now + waits[min(transfer.attempts, len(waits) - 1)]


def is_overdue(transfer: Transfer, now: datetime) -> bool:
    """True when a person has to find out what became of it."""
    limit = REFER_AFTER.get(Stage(transfer.status))
    return limit is not None and now - transfer.created_at > limit
