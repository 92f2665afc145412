"""Circuit breakers: a provider that does not answer is left alone for a while, capability by capability.

closed → open → half-open → closed. Each process counts what it sees in memory and writes only when something changes;
the rows are shared. A person's mismatch is an answer like any other.
"""

from collections import deque
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from providers.base import Capability, Misconfigured, Outcome, ProviderFailure, Unavailable, Unknown
from verify import metrics
from verify.board import Terms
from verify.models.base import insert_for
from verify.models.supply import Supply
from verify.services import Services

log = structlog.get_logger()

#: opens when so many of the last calls got no answer, and they are at least half
FAILURES = 5
LAST = 20
WITHIN = timedelta(seconds=60)

#: before the first probe; doubled by each that fails
COOL_DOWN = timedelta(seconds=15)
LONGEST = timedelta(minutes=5)


#: how long a notice shown while a circuit was open may still be answered after it closed
SHOWN_FOR = timedelta(minutes=30)


def is_open(terms: Terms) -> bool:
    return terms.opened_at is not None


def may_be_asked(terms: Terms, now: datetime) -> bool:
    """Closed; or open with the wait over and nobody trying, so that the next call tries whether it works again."""
    if terms.opened_at is None:
        return True
    is_tried = terms.probe_until is not None and terms.probe_until > now
    return terms.retry_at is not None and terms.retry_at <= now and not is_tried


def was_open(terms: Terms, now: datetime) -> bool:
    """Open, or closed so lately that somebody may still read a notice from then."""
    if terms.opened_at is not None:
        return True
    return terms.retry_at is not None and now - terms.retry_at < SHOWN_FOR


def claim_probe(session: Session, name: str, capability: Capability, terms: Terms, services: Services) -> bool:
    """True for the one call, of all processes, that may try whether an open circuit works again."""
    now = services.clock()
    if not may_be_asked(terms, now):
        return False
    timeout = services.board().timeout(services.providers[name], capability)
    claimed = session.execute(
        update(Supply)
        .where(
            Supply.provider == name,
            Supply.capability == capability,
            Supply.opened_at.is_not(None),
            Supply.retry_at <= now,
            or_(Supply.probe_until.is_(None), Supply.probe_until <= now),
        )
        .values(probe_until=now + timedelta(seconds=2 * timeout))
        .returning(Supply.provider)
        .execution_options(synchronize_session=False)
    ).first()
    services.notebook.forget()
    return claimed is not None


def report(
    name: str,
    capability: Capability,
    began: datetime,
    answer: Outcome | ProviderFailure | Misconfigured,
    services: Services,
) -> None:
    """Note whether a call was answered, and move the circuit where that changes it. No transaction may be open.

    Doubles are left out: their outages are chosen by those who test.
    """
    if services.providers[name].test_only:
        return
    has_answered = not isinstance(answer, Unavailable | Unknown)
    try:
        if is_open(services.board().of(name, capability)):
            _judge_probe(name, capability, began, services, has_answered=has_answered)
        elif _has_had_enough(name, capability, services, has_answered=has_answered):
            _open(name, capability, services)
    except SQLAlchemyError as error:  # the answer in hand is worth more than the circuit
        log.warning("circuit not written", provider=name, capability=capability, error=type(error).__name__)


def _has_had_enough(name: str, capability: Capability, services: Services, *, has_answered: bool) -> bool:
    now = services.clock()
    with services.notebook.lock:
        seen = services.notebook.seen.setdefault((name, capability), deque(maxlen=LAST))
        seen.append((now, has_answered))
        recent = [answered for at, answered in seen if now - at <= WITHIN]
        failures = recent.count(False)
        if failures < FAILURES or 2 * failures < len(recent):
            return False
        seen.clear()
    return True


def _open(name: str, capability: Capability, services: Services) -> None:
    now = services.clock()
    opening = {"opened_at": now, "retry_at": now + COOL_DOWN, "probe_until": None, "openings": 0}
    with services.write() as session:
        opened = session.execute(
            insert_for(session, Supply)
            .values(provider=name, capability=capability, spent_micros=0, **opening)
            .on_conflict_do_update(
                index_elements=["provider", "capability"], set_=opening, where=Supply.opened_at.is_(None)
            )
            .returning(Supply.provider)
        ).first()
    services.notebook.forget()
    if opened is not None:
        _tell(name, capability, "open")


def _judge_probe(name: str, capability: Capability, began: datetime, services: Services, *, has_answered: bool) -> None:
    """Only a call that began when probes were due decides; others were under way when the circuit opened."""
    now = services.clock()
    with services.write() as session:
        query = update(Supply).where(
            Supply.provider == name,
            Supply.capability == capability,
            Supply.opened_at.is_not(None),
            Supply.retry_at <= began,
        )
        if has_answered:
            query = query.values(opened_at=None, retry_at=now, probe_until=None, openings=0)
        else:
            wait = _wait(session, name, capability)
            query = query.values(retry_at=now + wait, probe_until=None, openings=Supply.openings + 1)
        moved = session.execute(query.returning(Supply.provider).execution_options(synchronize_session=False)).first()
    services.notebook.forget()
    if moved is not None:
        _tell(name, capability, "closed" if has_answered else "reopened")


def _wait(session: Session, name: str, capability: Capability) -> timedelta:
    row = session.get(Supply, (name, capability), populate_existing=True)
    times: int = 2 ** min(10, 1 + (row.openings if row is not None else 0))
    return min(LONGEST, COOL_DOWN * times)


def _tell(name: str, capability: Capability, state: str) -> None:
    metrics.circuit_moved(name, capability, state)
    log.warning("circuit moved", provider=name, capability=str(capability), state=state)
