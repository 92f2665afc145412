"""Hosted liveness: the person acts on the provider's own page, and what came of it is read back.

A session is an attempt that stays open while the page does. The step is the user's all the while: a new session
replaces the old one, whose result then changes nothing, and one that ends without a verdict costs no try.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import (
    Capability,
    HostedPage,
    LivenessSession,
    NotReceived,
    Outcome,
    ProviderFailure,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from verify import metrics
from verify.errors import Problem, invalid
from verify.flows import (
    assessments,
    binding,
    consent,
    disclosure,
    disposals,
    events,
    limits,
    progress,
    troubles,
    unserved,
)
from verify.flows.case import Ref, load_any, load_open, refuse_overdue
from verify.flows.decisions import settle
from verify.flows.disclosure import Answer
from verify.flows.effects import NO_PROVIDER, Effect, Verb, effect_of
from verify.flows.liveness_links import notify_url, return_link
from verify.flows.methods import STEPS
from verify.flows.routing import capabilities_of
from verify.flows.sealing import open_steps
from verify.flows.step import is_slow
from verify.flows.steps.face import GIVEN_IN
from verify.flows.verifications import check_return_url
from verify.models import Attempt, Verification
from verify.services import Services

FACE = STEPS["face"]

#: how often an open session is read back, by its age
LOOKS = (
    (timedelta(minutes=1), timedelta(seconds=5)),
    (timedelta(minutes=5), timedelta(seconds=10)),
    (timedelta.max, timedelta(seconds=30)),
)

#: after the page's end its verdict may still be on its way
LATE = timedelta(minutes=2)

#: it ended, and nobody knows of a verdict
ENDED = Effect(Verb.FAIL, "liveness_expired")


@dataclass(frozen=True, repr=False)
class Wanted:
    """``meta_info`` is device data, for providers that ask for it."""

    return_url: str | None = None
    meta_info: str | None = None


@dataclass(frozen=True, repr=False)
class Ready:
    """A committed promise to open one session."""

    attempt: Attempt
    request: LivenessSession


def open_session(ref: Ref, wanted: Wanted, services: Services) -> HostedPage:
    """The page to send the person to. Raises Problem where none could be opened, with the reason kept as the
    verification's last error."""
    tried: frozenset[str] = frozenset()
    slow = 0
    while True:
        with refuse_overdue(ref, services), consent.asked_again(ref, services):
            ready = _promise(ref, wanted, services, tried)
        if isinstance(ready, Problem):
            raise ready
        answer = disclosure.call(ready.attempt, ready.request, services)
        slow += is_slow(answer)
        goes_on = isinstance(answer.outcome, Unavailable) and slow <= 1
        opened = _store(ready.attempt, answer, services, goes_on=goes_on)
        if isinstance(opened, HostedPage):
            return opened
        if opened is not None:
            raise opened
        tried |= {ready.attempt.provider}
        metrics.failed_over(ready.attempt.provider, Capability.LIVENESS)


def _promise(ref: Ref, wanted: Wanted, services: Services, tried: frozenset[str]) -> Ready | Problem:
    """The attempt, committed; or what is to be raised once what it changed is committed."""
    with services.write() as session:
        verification = load_open(session, ref, services)
        _refuse_unexpected(verification)
        _check_return_url(session, verification, wanted, services)
        consent.refuse_outdated(verification, services)
        assessments.refuse_unassessed(verification, Capability.LIVENESS, services)
        values = open_steps(session, services.vault.keys(verification.id), verification, GIVEN_IN)
        request = LivenessSession(values["name"], values["id_number"])
        against: list[str] = []
        granted = disclosure.recipient(verification, request, services, tried, against)
        if granted is None:
            effect = unserved.effect(verification, Capability.LIVENESS, against, services)
            settle(session, verification, FACE, effect, services)
            return unserved.problem(effect, verification)
        attempt = disclosure.record(uuid7(), verification, FACE.name, request, granted, services)
        traits = services.providers[attempt.provider].capabilities[Capability.LIVENESS]
        if traits.device_script is not None and wanted.meta_info is None:
            raise invalid("meta_info", "required")
        if not tried:
            limits.note([limits.counter("cn.id_number", values["id_number"], verification)], services)
        session.add(attempt)
        _replace(session, verification, services)
        progress.put(verification, FACE.name, progress.PENDING, session=str(attempt.id), expires_at=None)
        request = replace(
            request,
            return_url=return_link(attempt, wanted.return_url or _home(verification, services), services),
            notify_url=notify_url(attempt, services),
            meta_info=wanted.meta_info if traits.device_script is not None else None,
        )
    return Ready(attempt, request)


def _refuse_unexpected(verification: Verification) -> None:
    if progress.next_step(verification) != FACE.name:
        raise Problem("step_not_expected", next_step=progress.next_step(verification))
    if Capability.LIVENESS not in capabilities_of(verification, FACE):
        raise Problem("session_unavailable")


def _check_return_url(session: Session, verification: Verification, wanted: Wanted, services: Services) -> None:
    """On a registered origin, or on our own hosted page. Raises Problem."""
    url = wanted.return_url
    if url is not None and not url.startswith(f"{services.settings.public_url}/"):
        check_return_url(session, verification.application, url)


def _home(verification: Verification, services: Services) -> str:
    return verification.return_url or f"{services.settings.public_url}/h/returned"


def _replace(session: Session, verification: Verification, services: Services) -> None:
    """End the session before: from now on its verdict is ignored."""
    before = progress.state(verification, FACE.name).get("session")
    if before is None:
        return
    now = services.clock()
    ended = session.scalars(
        update(Attempt)
        .where(Attempt.id == UUID(before), Attempt.finished_at.is_(None))
        .values(finished_at=now, reason_code="session_replaced")
        .returning(Attempt)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if ended is not None:
        events.carry(session, verification, binding.of_attempt(ended))
        events.hold_carried(session, verification, now)
        disposals.owe(session, ended, services)


def is_current(verification: Verification, attempt: Attempt) -> bool:
    """False for a session that was replaced, or whose step is no longer owed."""
    known = progress.state(verification, FACE.name).get("session")
    return known == str(attempt.id) and progress.next_step(verification) == FACE.name


def _store(attempt: Attempt, answer: Answer, services: Services, *, goes_on: bool) -> HostedPage | Problem | None:
    """Keep that the page is open; None where none was and another recipient is asked (``goes_on``), else why none was,
    which is the user's to read as well. Raises Problem where another session came first."""
    outcome, now = answer.outcome, services.clock()
    refused = None
    page = outcome.page if isinstance(outcome, Outcome) else None
    with services.write() as session:
        verification = load_any(session, attempt.verification_id)
        current = is_current(verification, attempt)
        values = disclosure.told(answer)
        if page is not None and current:
            values |= {"open_until": page.expires_at, "due_at": now + _wait(timedelta(0))}
            troubles.clear(verification)
        else:
            values |= {"finished_at": now}
        if current:
            shown = {"expires_at": page.expires_at.isoformat()} if page else {"session": None, "expires_at": None}
            progress.put(verification, FACE.name, progress.PENDING, **shown)
        stored = _write(session, verification, attempt, values)
        if stored is not None and page is not None and not current:
            disposals.owe(session, stored, services)
        if stored is not None and page is None and current and not goes_on:
            effect = _effect(answer, services)
            settle(session, verification, FACE, effect, services, stored)
            refused = unserved.problem(effect, verification)
        events.hold_carried(session, verification, now)
    if page is not None and not current:
        raise Problem("step_not_expected", next_step=progress.next_step(verification))
    if page is not None:
        services.nudge("attempts", attempt.id, _wait(timedelta(0)).total_seconds())
        return page
    return refused or (None if goes_on else Problem("provider_unavailable", retry_after=unserved.OUTAGE_RETRY))


def _effect(answer: Answer, services: Services) -> Effect:
    """Of a page that was not opened. One of which nobody knows the address is as good as none."""
    outcome = answer.outcome
    effect = NO_PROVIDER if isinstance(outcome, Unknown) else effect_of(Capability.LIVENESS, outcome)
    if isinstance(outcome, Throttled) and outcome.until is not None:
        effect = replace(effect, retry_after=max(1, round((outcome.until - services.clock()).total_seconds())))
    return effect


def look(attempt: Attempt, services: Services) -> None:
    """Read one open session back, and settle the step once there is a verdict or none can come any more."""
    now = services.clock()
    if attempt.open_until is None:  # a crash came between the promise and the answer: nobody knows the page
        _end(attempt, Unknown("not_opened"), None, services)
        return
    found = disclosure.read_back(attempt, services)
    if isinstance(found, Outcome):
        _end(attempt, found, effect_of(Capability.LIVENESS, found), services)
    elif isinstance(found, NotReceived | Refused) or now >= attempt.open_until + LATE:
        _end(attempt, found, ENDED, services)
    else:
        _look_again(attempt, now, services)


def _look_again(attempt: Attempt, now: datetime, services: Services) -> None:
    wait = _wait(now - attempt.started_at)
    with services.write() as session:
        session.execute(
            update(Attempt)
            .where(Attempt.id == attempt.id, Attempt.lease == attempt.lease)
            .values(due_at=now + wait, lease=None, lease_until=None)
        )
    services.nudge("attempts", attempt.id, wait.total_seconds())


def _wait(age: timedelta) -> timedelta:
    return next(wait for up_to, wait in LOOKS if age < up_to)


def _end(attempt: Attempt, found: Outcome | ProviderFailure, effect: Effect | None, services: Services) -> None:
    """Close the session; the step moves only where it is the current one."""
    values: dict[str, Any] = {
        "outcome": disclosure.name_of(found),
        "vendor_code": found.vendor_code,
        "finished_at": services.clock(),
    }
    values |= {"reason_code": effect.reason if effect else None, "lease": None, "lease_until": None}
    if isinstance(found, Outcome) and found.billed is not None:
        values["billed"] = found.billed
    with services.write() as session:
        verification = load_any(session, attempt.verification_id)
        stored = _write(session, verification, attempt, values)
        if stored is None:
            return
        if is_current(verification, attempt):
            progress.put(verification, FACE.name, progress.PENDING, session=None, expires_at=None)
            if effect is not None:
                settle(session, verification, FACE, effect, services, stored)
        events.hold_carried(session, verification, services.clock())
        disposals.owe(session, stored, services)


def _write(session: Session, verification: Verification, attempt: Attempt, values: dict[str, Any]) -> Attempt | None:
    """The attempt as it then stands; None where it was closed before."""
    stored = session.scalars(
        update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.finished_at.is_(None))
        .values(values)
        .returning(Attempt)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if stored is not None and stored.finished_at is not None:
        events.carry(session, verification, binding.of_attempt(stored))
    return stored
