"""What all processes know about providers, read from the main store at most once a second: routes, terms, circuits."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from providers.base import Capability, Provider
from verify.models.assessment import Assessment
from verify.models.register import Agreement, Halt
from verify.models.supply import Credential, Route, Supply

#: how long a reading is believed. What guards money is read again under lock
FRESH_FOR = timedelta(seconds=1)

Key = tuple[str, str]


@dataclass(frozen=True)
class Terms:
    """A supply as it was read: its terms, and its circuit where it is open."""

    price_micros: int | None = None
    is_limited: bool = False
    timeout_seconds: int | None = None
    opened_at: datetime | None = None
    retry_at: datetime | None = None
    probe_until: datetime | None = None


@dataclass(frozen=True)
class Assessed:
    """What an assessment covers and when; days in Asia/Shanghai, both included."""

    subject: str
    recipients: frozenset[str]
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class Board:
    """One reading. ``routes`` by (application or None, capability)."""

    terms: Mapping[Key, Terms]
    routes: Mapping[tuple[UUID | None, str], Sequence[tuple[str, int]]]
    assessments: Sequence[Assessed] = ()
    #: providers that were off-boarded: they are asked for nothing new
    ended: frozenset[str] = frozenset()
    #: no verification begins
    is_halted: bool = False
    #: ids of rows of credentials by (provider, application or None, capability or None)
    credentials: Mapping[tuple[str, UUID | None, str | None], UUID] = field(default_factory=dict)

    def of(self, provider: str, capability: str) -> Terms:
        return self.terms.get((provider, capability), Terms())

    def timeout(self, provider: Provider, capability: Capability) -> float:
        """Seconds after which a call has no answer."""
        return self.of(provider.name, capability).timeout_seconds or provider.capabilities[capability].timeout


def read(session: Session) -> Board:
    """Six statements over tables of a few rows."""
    terms = {
        (row.provider, row.capability): Terms(
            row.price_micros,
            any(limit is not None for limit in (row.rate, row.concurrency, row.daily_budget_micros)),
            row.timeout_seconds,
            row.opened_at,
            row.retry_at,
            row.probe_until,
        )
        for row in session.execute(select(*Supply.__table__.columns))
    }
    routes: dict[tuple[UUID | None, str], list[tuple[str, int]]] = {}
    query = select(Route.application_id, Route.capability, Route.provider, Route.weight)
    for row in session.execute(query.order_by(Route.position, Route.id)):
        routes.setdefault((row.application_id, row.capability), []).append((row.provider, row.weight))
    halted = session.scalar(select(Halt.id).where(Halt.lifted_at.is_(None)).limit(1)) is not None
    return Board(terms, routes, _assessments(session), _ended(session), halted, _credentials(session))


def _ended(session: Session) -> frozenset[str]:
    """Where the last agreement was ended; one made later lets the provider serve again."""
    last = {
        row.provider: row.ended_at
        for row in session.execute(select(Agreement.provider, Agreement.ended_at).order_by(Agreement.id))
    }
    return frozenset(name for name, ended_at in last.items() if ended_at is not None)


def _credentials(session: Session) -> dict[tuple[str, UUID | None, str | None], UUID]:
    query = select(Credential.provider, Credential.application_id, Credential.capability, Credential.id)
    return {(row[0], row[1], row[2]): row[3] for row in session.execute(query.order_by(Credential.id))}


def _assessments(session: Session) -> list[Assessed]:
    query = select(Assessment.subject, Assessment.recipients, Assessment.valid_from, Assessment.valid_until)
    return [
        Assessed(row.subject, frozenset(row.recipients), row.valid_from, row.valid_until)
        for row in session.execute(query.where(Assessment.ended_at.is_(None)))
    ]


@dataclass
class Notebook:
    """A process's last reading, and what it has seen of each supply: (when, whether it answered)."""

    board: Board | None = None
    read_at: datetime | None = None
    seen: dict[Key, deque[tuple[datetime, bool]]] = field(default_factory=dict)
    lock: Any = field(default_factory=Lock)
    #: adapters by the row of credentials they sign with
    signers: dict[UUID, Provider] = field(default_factory=dict)
    #: names of notices that the main store has
    notices: set[str] = field(default_factory=set)

    def is_fresh(self, now: datetime) -> bool:
        return self.board is not None and self.read_at is not None and abs(now - self.read_at) < FRESH_FOR

    def keep(self, board: Board, now: datetime) -> Board:
        self.board, self.read_at = board, now
        return board

    def forget(self) -> None:
        """The next look reads again."""
        self.read_at = None
