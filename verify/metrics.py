"""What is counted for Prometheus, in one process or, where PROMETHEUS_MULTIPROC_DIR is set, in several."""

import os
from collections.abc import Iterable, Iterator
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
from sqlalchemy import Select, func, select

from verify.models import Attempt, SealedStep

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

#: name → help and the rows that are counted at each scrape
STORED: dict[str, tuple[str, Select[Any]]] = {
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
                yield GaugeMetricFamily(name, meaning, value=session.scalar(count))


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
