"""The worker: does what messages say is due, and sweeps the tables once a minute for what none spoke of."""

import signal
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from flask import Flask
from huey import Huey
from huey.consumer import Consumer

from verify import metrics
from verify.flows import renewal
from verify.jobs import (
    attempts,
    bulletins,
    checkpoints,
    courier,
    deliveries,
    disposals,
    documents,
    erasures,
    expiry,
    fan_out,
    notifications,
    periodic,
    rechecks,
    retention,
    rights,
    transfers,
)
from verify.jobs.queue import make_huey, register
from verify.services import Services

log = structlog.get_logger()

Handler = Callable[[Services, UUID], None]
Sweep = Callable[[Services], int]

#: table → what to do with a due row of it
HANDLERS: Mapping[str, Handler] = {
    "attempts": attempts.reconcile,
    "transfers": transfers.carry,
}

#: each takes up some due rows and tells how many; repeated until there are none
SWEEPS: Mapping[str, Sweep] = {
    "attempts": attempts.sweep,
    "disposals": disposals.sweep,
    "transfers": transfers.sweep,
    "answer windows": transfers.close_windows,
    "amounts": transfers.forget,
    "expiry": expiry.expire_verifications,
    "idempotency": expiry.purge_idempotency,
    "tags": expiry.purge_tags,
    "retention": retention.sweep,
    "records": retention.sweep_records,
    "erasures": erasures.sweep,
    "erasure_orders": erasures.forget_orders,
    "copies_at_vendors": erasures.sweep_copies,
    "rights_due": rights.remind,
    "corrected": rights.let_go,
    "notices": bulletins.tell,
    "notice_receipts": bulletins.settle,
    "shutdown_erasures": bulletins.erase,
    "policy_changes": renewal.announce,
    "checkpoints": checkpoints.sign,
    "checkpoints_published": checkpoints.publish,
    "checkpoints_old": checkpoints.forget,
    "documents": documents.purge,
    "rechecks": rechecks.sweep,
    "fan_out": fan_out.sweep,
    "deliveries_forgotten": deliveries.call_forgotten,
    "deliveries_old": deliveries.purge,
    "notifications_unknown": notifications.settle_unknown,
    "notifications_old": notifications.purge,
}

#: taken up row by row, so that every worker helps; of the others a cluster does each round once
SHARED = frozenset({"attempts", "disposals", "transfers", "fan_out"})

#: seconds between two rounds of sweeps that no message speeds up; a look at an empty index costs less than one
EVERY = {"fan_out": 1.0, "records": 3600.0, "corrected": 3600.0, "erasure_orders": 3600.0}

THREADS = 4

SIGNALS = (signal.SIGTERM, signal.SIGINT)

#: seconds
SWEEP_EVERY = 60.0
#: in that time, for a round that is due to the whole cluster
LOOKS = 6
BROKER_RETRY = 5.0
HEALTH_EVERY = 10.0
DRAIN = 25
SWEEP_DRAIN = 3
#: a call to an endpoint takes no longer
COURIER_DRAIN = 16

#: of one sweep a minute, so that a row that never gets done cannot keep it spinning
ROUNDS = 500
FAILURES = 20


class Threads(Consumer):  # type: ignore[misc]
    """huey's threads without its signal handlers: a stop that came while they took over would be lost."""

    def _set_signal_handlers(self) -> None:
        return


def run(app: Flask) -> None:
    """Work until SIGTERM, then finish what is under way. Sweeps go on while the broker is down."""
    stop = threading.Event()
    _stop_at_signals(stop)
    _services(app).outbound.warn_if_lifted()
    sweepers = [_start_sweeper(app, name, sweep, stop) for name, sweep in SWEEPS.items()]
    couriers = [courier.start(app, name, stop) for name in courier.ROUNDS]
    huey = _broker(app, stop)
    if huey is not None:
        log.info("worker started", threads=THREADS)
        _consume(app, huey, stop)
    for sweeper in sweepers:
        sweeper.join(SWEEP_DRAIN)
    for carrying in couriers:
        carrying.join(COURIER_DRAIN)
    log.info("worker stopped")


def work(app: Flask, table: str, row_id: UUID, handlers: Mapping[str, Handler] = HANDLERS) -> None:
    """Do what is due for one row. Never raises: the row stays due, and the sweep finds it again."""
    handler = handlers.get(table)
    if handler is None:
        log.warning("job unknown", table=table)
        return
    with app.app_context():
        _guarded(table, lambda: handler(_services(app), row_id), id=row_id)


def sweep_all(app: Flask, name: str, sweep: Sweep, stop: threading.Event) -> int:
    """Repeat a sweep until nothing is left; the number of rows taken up. Never raises.

    A round that fails is followed by another: the row it failed at is leased by then, and others wait.
    """
    total = failures = 0
    for _ in range(ROUNDS):
        with app.app_context():
            taken = _guarded(f"sweep {name}", lambda: sweep(_services(app)))
        failures += taken is None
        total += taken or 0
        if taken == 0 or failures == FAILURES or stop.is_set():
            break
    return total


def _guarded(job: str, call: Callable[[], Any], **identifiers: Any) -> Any:
    """The call's result; None after an exception, of which the class and the place are logged."""
    try:
        result = call()
    except Exception:  # one bad row must not end the worker
        log.exception("job failed", job=job, **identifiers)
        metrics.job_done(job, "failed")
        return None
    metrics.job_done(job, "done")
    return result


def _services(app: Flask) -> Services:
    found: Services = app.extensions["realname"]
    return found


def _start_sweeper(app: Flask, name: str, sweep: Sweep, stop: threading.Event) -> threading.Thread:
    pause = EVERY.get(name, SWEEP_EVERY) if name in SHARED else SWEEP_EVERY / LOOKS

    def repeat() -> None:
        while True:
            if name in SHARED or _takes(app, name):
                sweep_all(app, name, sweep, stop)
            if stop.wait(pause):
                return

    thread = threading.Thread(target=repeat, name=f"sweep-{name}", daemon=True)
    thread.start()
    return thread


def _takes(app: Flask, name: str) -> bool:
    """True when this worker is to do the round that is due. Never raises."""
    try:
        with app.app_context():
            return periodic.take(_services(app), name, timedelta(seconds=EVERY.get(name, SWEEP_EVERY)))
    except Exception:  # a database that is down comes back
        log.exception("round not taken", job=name)
        return False


def _broker(app: Flask, stop: threading.Event) -> Huey | None:
    """The queue once it answers, or None when the worker was stopped before."""
    while not stop.is_set():
        try:
            return make_huey(_services(app).settings)
        except Exception as error:  # noqa: BLE001 - each broker has errors of its own
            log.warning("broker unreachable", error=type(error).__name__)
            stop.wait(BROKER_RETRY)
    return None


def _consume(app: Flask, huey: Huey, stop: threading.Event) -> None:
    """Let huey's threads work until told to stop, and then to the end of what they are at."""
    register(huey, lambda table, row_id: work(app, table, row_id))
    consumer = Threads(huey, workers=THREADS, periodic=False, max_delay=1.0, shutdown_timeout=DRAIN)
    consumer.start()
    while not stop.wait(HEALTH_EVERY):
        consumer.check_worker_health()
    consumer.stop(graceful=True)
    huey.storage.close()


def _stop_at_signals(stop: threading.Event) -> None:
    for signum in SIGNALS:
        signal.signal(signum, lambda *_: stop.set())
