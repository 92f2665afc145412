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
from sqlalchemy import Select, func, literal_column, select

from verify.models import Attempt, Event, Notification, SealedStep, WebhookDelivery

if TYPE_CHECKING:
    from verify.services import Services

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"

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
jobs_total = Counter("realname_jobs_total", "Due work done.", ["job", "result"])
webhook_tries_total = Counter("realname_webhook_tries_total", "Webhook deliveries tried, by result.", ["result"])
notification_tries_total = Counter(
    "realname_notification_tries_total", "Messages to users tried, by result.", ["result"]
)

WAITING_WEBHOOKS = WebhookDelivery.status == literal_column("'waiting'")
WAITING_NOTIFICATIONS = Notification.status == literal_column("'waiting'")

#: name → help and what is read at each scrape: a number, or a time whose age in seconds is shown
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
    "realname_faces_stored": (
        "Rows that could hold a face image. Above 0 is an incident.",
        select(func.count()).select_from(SealedStep).where(SealedStep.step == "face"),
    ),
}


def request_answered(route: str, method: str, status: int, seconds: float) -> None:
    """``route`` is the template, so that no id becomes a label."""
    requests_total.labels(route, method, str(status)).inc()
    request_seconds.labels(route, method).observe(seconds)


def provider_answered(provider: str, capability: str, outcome: str, seconds: float) -> None:
    provider_calls_total.labels(provider, capability, outcome).inc()
    provider_seconds.labels(provider, capability).observe(seconds)


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
                yield GaugeMetricFamily(name, meaning, value=_number(session.scalar(count), self._services.clock()))


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
