"""What is counted for Prometheus, in one process or, where PROMETHEUS_MULTIPROC_DIR is set, in several."""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from verify import backlog
from verify.models import Attempt, Document, Event, Notification, RightsRequest, SealedStep, Supply, WebhookDelivery
from verify.process import MULTIPROCESS

if TYPE_CHECKING:
    from verify.services import Services


#: providers take seconds, so the buckets reach further than those of requests
PROVIDER_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)

requests_total = Counter("realname_requests_total", "Requests answered.", ["route", "method", "status"])
request_seconds = Histogram("realname_request_seconds", "Time to answer.", ["route", "method"])
provider_calls_total = Counter(
    "realname_provider_calls_total", "Provider calls by what came of them.", ["provider", "capability", "outcome"]
)
provider_seconds = Histogram(
    "realname_provider_seconds", "Time a provider took.", ["provider", "capability"], buckets=PROVIDER_BUCKETS
)
circuit_moves_total = Counter(
    "realname_circuit_moves_total", "Circuits of providers by what they became.", ["provider", "capability", "state"]
)
failovers_total = Counter(
    "realname_failovers_total", "Calls made in place of one that reached nobody.", ["provider", "capability"]
)
supply_refusals_total = Counter(
    "realname_supply_refusals_total", "Calls that an agreed limit forbade.", ["provider", "capability", "limit"]
)
jobs_total = Counter("realname_jobs_total", "Due work done.", ["job", "result"])
webhook_tries_total = Counter("realname_webhook_tries_total", "Webhook deliveries tried, by result.", ["result"])
notification_tries_total = Counter(
    "realname_notification_tries_total", "Messages to users tried, by result.", ["result"]
)

WAITING_WEBHOOKS = WebhookDelivery.status == literal_column("'waiting'")
WAITING_NOTIFICATIONS = Notification.status == literal_column("'waiting'")

#: name → help of what is shown of each circuit
CIRCUITS = {
    "realname_circuit_open": "Circuits of providers, 1 while open.",
    "realname_circuit_open_seconds": "For how long each has been open. Long above 300 it is no passing trouble.",
}
CIRCUIT_LABELS = ["provider", "capability"]

#: steps that take a picture of a person: never a document. In the words of the index, as above
FACE: ColumnElement[str] = literal_column("'face'")
PICTURED: tuple[ColumnElement[str], ...] = (FACE, literal_column("'id_card'"))

#: name → help and what is read at each scrape (``now`` is bound): a number, or a time whose age in seconds is shown
STORED: dict[str, tuple[str, Select[Any]]] = {
    "realname_webhooks_waiting": (
        "Webhook deliveries that wait.",
        select(func.count()).select_from(WebhookDelivery).where(WAITING_WEBHOOKS),
    ),
    "realname_webhooks_oldest_seconds": (
        "For how long the oldest of them has waited.",
        select(func.min(WebhookDelivery.queued_at)).where(WAITING_WEBHOOKS),
    ),
    "realname_notifications_waiting": (
        "Messages to users that wait.",
        select(func.count()).select_from(Notification).where(WAITING_NOTIFICATIONS),
    ),
    "realname_notifications_oldest_seconds": (
        "For how long the oldest of them has waited.",
        select(func.min(Notification.queued_at)).where(WAITING_NOTIFICATIONS),
    ),
    "realname_events_to_fan_out": (
        "Events of which no delivery was made yet. Above some hundreds no worker runs.",
        select(func.count()).select_from(Event).where(Event.fanned_out_at.is_(None), Event.sequence.is_not(None)),
    ),
    "realname_attempts_open": (
        "Attempts a provider still owes an answer to.",
        select(func.count()).select_from(Attempt).where(Attempt.finished_at.is_(None)),
    ),
    "realname_rights_requests_open": (
        "Rights requests without an answer.",
        select(func.count()).select_from(RightsRequest).where(RightsRequest.answered_at.is_(None)),
    ),
    "realname_rights_requests_overdue": (
        "Of these, past their due date. Above 0 a promise is broken.",
        select(func.count())
        .select_from(RightsRequest)
        .where(RightsRequest.answered_at.is_(None), RightsRequest.due_at <= bindparam("now")),
    ),
    "realname_faces_stored": (
        "Rows that could hold a face image. Above 0 is an incident.",
        select(
            select(func.count()).select_from(SealedStep).where(SealedStep.step == FACE).scalar_subquery()
            + select(func.count()).select_from(Document).where(Document.step.in_(PICTURED)).scalar_subquery()
        ),
    ),
}


#: name → help, by queue and reason (verify.backlog)
BACKLOG: dict[str, str] = {
    "realname_backlog": "Rows of due work that wait, by queue and reason.",
    "realname_backlog_oldest_seconds": "For how long the oldest of them has waited.",
}


def request_answered(route: str, method: str, status: int, seconds: float) -> None:
    """``route`` is the template, so that no id becomes a label."""
    requests_total.labels(route, method, str(status)).inc()
    request_seconds.labels(route, method).observe(seconds)


def provider_answered(provider: str, capability: str, outcome: str, seconds: float) -> None:
    provider_calls_total.labels(provider, capability, outcome).inc()
    provider_seconds.labels(provider, capability).observe(seconds)


def circuit_moved(provider: str, capability: str, state: str) -> None:
    """``state``: open, reopened (a probe failed) or closed."""
    circuit_moves_total.labels(provider, capability, state).inc()


def failed_over(provider: str, capability: str) -> None:
    """``provider`` is the one that is asked instead."""
    failovers_total.labels(provider, capability).inc()


def supply_refused(provider: str, capability: str, limit: str) -> None:
    supply_refusals_total.labels(provider, capability, limit).inc()


def webhook_tried(result: str) -> None:
    """``result`` is "delivered" or a code of verify.outbound.refusals."""
    webhook_tries_total.labels(result).inc()


def notification_tried(result: str) -> None:
    notification_tries_total.labels(result).inc()


def job_done(job: str, result: str) -> None:
    jobs_total.labels(job, result).inc()


class Stored(Collector):
    """Gauges read from the main store at the moment of the scrape."""

    def __init__(self, services: "Services") -> None:
        self._services = services

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        with self._services.read() as session:
            for name, (meaning, count) in STORED.items():
                now = self._services.clock()
                yield GaugeMetricFamily(name, meaning, value=_number(session.scalar(count, {"now": now}), now))
            yield from _circuits(session, self._services.clock())
            yield from self._backlog(session)

    def _backlog(self, session: Session) -> Iterator[Metric]:
        """The queues by reason; one in which nothing waits is not there."""
        found, now = list(backlog.piles(session)), self._services.clock()
        count, oldest = (GaugeMetricFamily(name, meaning, labels=["queue", "why"]) for name, meaning in BACKLOG.items())
        for pile in found:
            count.add_metric([pile.queue, pile.why], pile.count)
            oldest.add_metric([pile.queue, pile.why], _number(pile.oldest, now))
        yield from (count, oldest)


def _circuits(session: Session, now: datetime) -> Iterator[Metric]:
    """From the shared rows, so that every process shows the same."""
    is_open, since = (GaugeMetricFamily(name, meaning, labels=CIRCUIT_LABELS) for name, meaning in CIRCUITS.items())
    for row in session.execute(select(Supply.provider, Supply.capability, Supply.opened_at)):
        is_open.add_metric([row.provider, row.capability], float(row.opened_at is not None))
        since.add_metric([row.provider, row.capability], _number(row.opened_at, now))
    yield from (is_open, since)


def _number(found: Any, now: datetime) -> float:
    """A time as its age; 0 where there is none."""
    return (now - found).total_seconds() if isinstance(found, datetime) else found or 0


def expose(services: "Services | None" = None) -> tuple[bytes, str]:
    """The text of a scrape and its content type; with services, the gauges of the main store too."""
    registry = CollectorRegistry()
    if os.environ.get(MULTIPROCESS):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    if services is not None:
        registry.register(Stored(services))
    return generate_latest(registry), CONTENT_TYPE_LATEST
