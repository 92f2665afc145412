"""Comparing the tables with the record: whose a verification is, its consents and its calls, as their events hold them.

Events are compared with hashes and checkpoints first; here they are believed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from verify.audit import BATCH, NIL
from verify.flows import binding
from verify.flows.consent_notice import name_of
from verify.flows.periods import keep_until
from verify.flows.states import FINAL
from verify.models import Account, Attempt, Consent, Event, NoticeText, Verification
from verify.models.keystore import AnyRow

RENEWED, WITHDRAWN = "consent.renewed", "consent.withdrawn"
MOVED, REDACTED = "review.provider_switched", "verification.redacted"

#: events that say by which method
METHODS = frozenset({"verification.created", "verification.method_switched"})

#: events of an end, of which a verification has one
ENDS = frozenset(f"verification.{status}" for status in FINAL)

#: clocks of several machines
SKEW = timedelta(seconds=5)


class Mismatch(NamedTuple):
    """A row that is not what the record holds of it."""

    verification: UUID
    reason: str

    def __str__(self) -> str:
        return f"ver_{self.verification}: {self.reason}"


class Held(NamedTuple):
    """What an event holds of a row: by whom it is named in words, since when, the digest, and a consent's position."""

    event: str
    at: datetime
    digest: str
    position: str = ""


@dataclass
class Said:
    """What the record says of one verification."""

    first: dict[str, Any] = field(default_factory=dict)
    method: str = ""
    #: every event is of the present format: rows that none holds were put in
    is_complete: bool = True
    consents: dict[str, list[Held]] = field(default_factory=dict)
    attempts: dict[str, Held] = field(default_factory=dict)
    #: consents by id, and when they were withdrawn
    withdrawn: dict[str, datetime] = field(default_factory=dict)
    #: items, and when they were withdrawn, of events that name no ids
    items_withdrawn: list[tuple[frozenset[str], datetime]] = field(default_factory=list)
    #: consents by id, and where staff put them
    moved: dict[str, str] = field(default_factory=dict)
    ended_at: datetime | None = None
    decision: str | None = None
    is_redacted: bool = False

    @property
    def holds_all(self) -> bool:
        return self.is_complete and "account" in self.first


@dataclass
class Compared:
    consents: int = 0
    attempts: int = 0


def first_mismatch(session: Session, now: datetime, tally: Compared) -> Mismatch | None:
    """The first row that differs, in order of verifications, or None. ``tally`` counts the rows that events hold."""
    for batch in _batches(session):
        said = _said(session, batch)
        consents, attempts = (_rows(session, table, batch) for table in (Consent, Attempt))
        for verification, account in batch:
            known = said[verification.id]
            reason = (
                _of_owner(verification, account, known)
                or _of_end(verification, known)
                or _of_consents(consents.get(verification.id, ()), known, now, tally)
                or _of_attempts(attempts.get(verification.id, ()), known, now, tally)
            )
            if reason is not None:
                return Mismatch(verification.id, reason)
        session.expunge_all()
    return None


def odd_notice(session: Session) -> str | None:
    """The first notice that is not what its name says, or that consents name and nobody kept; None where all are."""
    kept = select(NoticeText.id, NoticeText.content).order_by(NoticeText.id).execution_options(yield_per=20)
    with session.execute(kept) as rows:
        for row in rows:
            if row.id != name_of(row.content):
                return f"notice {row.id} is not the one that was shown"
    whole = func.length(Consent.notice_id) == len(name_of(b""))
    there = exists().where(NoticeText.id == Consent.notice_id)
    missing = session.scalars(select(Consent.notice_id).where(whole, ~there).limit(1)).first()
    return None if missing is None else f"notice {missing} is missing: consents were given under it"


def _batches(session: Session) -> Iterator[Sequence[AnyRow]]:
    last = NIL
    query = select(Verification, Account).join(Account, Account.id == Verification.account_id)
    while batch := session.execute(query.where(Verification.id > last).order_by(Verification.id).limit(BATCH)).all():
        last = batch[-1][0].id
        yield batch


def _rows(session: Session, table: Any, batch: Sequence[AnyRow]) -> Mapping[UUID, Sequence[Any]]:
    within = table.verification_id.between(batch[0][0].id, batch[-1][0].id)
    found: dict[UUID, list[Any]] = {}
    for row in session.scalars(select(table).where(within).order_by(table.id)):
        found.setdefault(row.verification_id, []).append(row)
    return found


def _said(session: Session, batch: Sequence[AnyRow]) -> Mapping[UUID, Said]:
    said = {verification.id: Said() for verification, _ in batch}
    within = Event.verification_id.between(batch[0][0].id, batch[-1][0].id)
    columns = (Event.verification_id, Event.seq, Event.type, Event.payload)
    for row in session.execute(select(*columns).where(within).order_by(Event.verification_id, Event.seq)):
        if row.verification_id in said:
            _take(said[row.verification_id], json.loads(row.payload), f"event {row.seq}")
    of_account: dict[UUID, list[Said]] = {}
    for verification, account in batch:
        of_account.setdefault(account.id, []).append(said[verification.id])
    own = (Event.account_id.in_(of_account), Event.type.in_((RENEWED, WITHDRAWN)))
    columns = (Event.account_id, Event.seq, Event.type, Event.payload)
    for row in session.execute(select(*columns).where(*own).order_by(Event.account_id, Event.seq)):
        payload = json.loads(row.payload)
        one = UUID(payload["verification"]) if "verification" in payload else None
        whose = of_account[row.account_id] if one is None else [said[one]] if one in said else []
        for known in whose:
            _take_of_account(known, payload, row)
    return said


def _take(known: Said, payload: Mapping[str, Any], event: str) -> None:
    known.is_complete &= "format" in payload
    if payload["seq"] == 1:
        known.first = dict(payload)
    if payload["type"] in METHODS:
        known.method = payload["method"]
    if payload["type"] in ENDS:
        known.ended_at, known.decision = datetime.fromisoformat(payload["created_at"]), payload.get("decision")
    if payload["type"] == MOVED and "consent" in payload:
        known.moved[payload["consent"]] = str(payload["position"])
    known.is_redacted |= payload["type"] == REDACTED
    _take_rows(known, payload, event)


def _take_of_account(known: Said, payload: Mapping[str, Any], row: AnyRow) -> None:
    if row.type == WITHDRAWN:
        at = datetime.fromisoformat(payload["created_at"])
        known.withdrawn |= dict.fromkeys(payload.get("rows", ()), at)
        if "rows" not in payload:
            known.items_withdrawn.append((frozenset(payload["items"]), at))
    else:
        _take_rows(known, payload, f"event {row.seq} of its account")


def _take_rows(known: Said, payload: Mapping[str, Any], event: str) -> None:
    at = datetime.fromisoformat(payload["created_at"])
    for name, *held in (entry.split(" ") for entry in payload.get("consents", ())):
        known.consents.setdefault(name, []).append(Held(event, at, *held))
    for name, digest in (entry.split(" ") for entry in payload.get("calls", ())):
        known.attempts[name] = Held(event, at, digest)


def _of_owner(verification: Verification, account: Account, known: Said) -> str | None:
    """Each column, what it must be, and who says so; the first format's events say nothing of it."""
    first = known.first
    told = "account" in first
    must = (
        ("account_id", str(verification.account_id), first.get("account"), told),
        ("account_ref", binding.digest_of_ref(verification), first.get("ref"), told),
        ("type", verification.type, first.get("of_type"), told),
        ("method", verification.method, known.method, told),
    )
    for column, is_, said, counts in must:
        if counts and is_ != said:
            return f"its {column} is not what event 1 holds"
    whose = (account.account_ref, account.application_id, account.livemode)
    if whose != (verification.account_ref, verification.application_id, verification.livemode):
        return "its account_ref, application or mode is not its account's"
    return None


def _of_end(verification: Verification, known: Said) -> str | None:
    """When it ended, from which periods are counted, and why; whether nothing of it is shown any more."""
    at = verification.ended_at
    if known.ended_at is not None and (at is None or abs(at - known.ended_at) > SKEW):
        return "its ended_at is not when the event of its end says"
    if known.decision is not None and known.decision != binding.of_decision(verification):
        return "its decision is not what the event of its end holds"
    if known.holds_all and known.is_redacted != (verification.redacted_at is not None):
        return "its redacted_at is not what its events say"
    return None


def _of_consents(rows: Sequence[Consent], known: Said, now: datetime, tally: Compared) -> str | None:
    held = {name: list(entries) for name, entries in known.consents.items()}
    strange: list[Consent] = []
    for row in rows:
        digest = binding.digest(row, binding.CONSENT)
        entry = next((entry for entry in held.get(row.item, ()) if entry.digest == digest), None)
        if entry is None:
            strange.append(row)
            continue
        held[row.item].remove(entry)
        tally.consents += 1
        if entry.position and str(row.position) != known.moved.get(str(row.id), entry.position):
            return f"the position of consent {row.item} is not what {entry.event} holds"
        if not _is_withdrawn_as_said(row, known):
            return f"consent {row.item} is not withdrawn as the events of its account say"
    changed = {row.item for row in strange}
    for name, entries in held.items():
        for entry in entries:
            if name in changed:
                return f"consent {name} is not what {entry.event} holds"
            if keep_until("consent", entry.at) > now:
                return f"consent {name} is missing: {entry.event} holds it"
    return f"consent {strange[0].item} was put in: no event holds it" if strange and known.holds_all else None


def _is_withdrawn_as_said(row: Consent, known: Said) -> bool:
    if str(row.id) in known.withdrawn:
        return row.withdrawn_at == known.withdrawn[str(row.id)]
    times = [at for items, at in known.items_withdrawn if row.item in items]
    if row.withdrawn_at is not None:
        return row.withdrawn_at in times
    return all(at <= row.granted_at + SKEW for at in times)


def _of_attempts(rows: Sequence[Attempt], known: Said, now: datetime, tally: Compared) -> str | None:
    held = dict(known.attempts)
    for row in rows:
        entry = held.pop(str(row.id), None)
        if entry is None:
            # one without an answer is held by no event yet
            if known.holds_all and row.outcome is not None and row.finished_at is not None:
                return f"attempt {row.id} was put in: no event holds it"
            continue
        if entry.digest != binding.digest(row, binding.ATTEMPT):
            return f"attempt {row.id} is not what {entry.event} holds"
        tally.attempts += 1
    for name, entry in held.items():
        if keep_until("attempt", entry.at) > now:
            return f"attempt {name} is missing: {entry.event} holds it"
    return None
