"""The event chains of verifications and accounts: audit entry and webhook source in one."""

import json
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.chain import event_hash
from verify.flows import binding
from verify.models import Account, Event, Verification

#: what applications are told of, as webhooks and at GET /v1/events; everything else is for the audit alone
PUBLIC = (
    "verification.created",
    "verification.processing",
    "verification.review",
    "verification.verified",
    "verification.rejected",
    "verification.expired",
    "verification.canceled",
    "verification.redacted",
    "verification.step_passed",
    "verification.step_failed",
    "transfer.sent",
    "transfer.failed",
    "transfer.returned",
    "consent.withdrawn",
    "account.suspended",
    "account.reinstated",
    "account.erased",
    "account.notice",
    "rights_request.proof_wanted",
    "rights_request.extended",
    "rights_request.approved",
    "rights_request.due",
    "rights_request.answered",
    "policy.announced",
)


#: a call was answered, and nothing else came of it
ANSWERED = "attempt.answered"

#: by verification: what the next entry of its chain is to hold of calls
Carried = dict[UUID, list[str]]

#: of payloads: from 2 on they hold what the row's other columns say, so that none can be changed unseen
FORMAT = 2


class Numbered(Protocol):
    """What public events are counted of: a verification, an account or a rights request."""

    id: Any
    sequence: Any


def canonical(payload: dict[str, Any]) -> bytes:
    """Sorted keys, no spaces, ASCII; payloads hold strings, integers, booleans and lists of them."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def append(session: Session, verification: Verification, kind: str, now: datetime, **data: Any) -> None:
    """Add the next entry to the chain of a locked verification. ``data`` is ids and codes only."""
    carried = _carried(session).pop(verification.id, None)
    session.add(chained(verification, kind, now, **data, **({"calls": carried} if carried else {})))


def carry(session: Session, verification: Verification, attempt: str) -> None:
    """Have this chain's next entry hold what became of a call (verify.flows.binding), in this transaction.

    Where nothing else may happen in it, ``hold_carried`` sees to an entry.
    """
    _carried(session).setdefault(verification.id, []).append(attempt)


def hold_carried(session: Session, verification: Verification, now: datetime) -> None:
    """An entry of its own for what no other holds."""
    if verification.id in _carried(session):
        append(session, verification, ANSWERED, now)


def _carried(session: Session) -> Carried:
    """Of the transaction that is open: what another one left went with it."""
    transaction = session.get_transaction()
    kept: tuple[object, Carried] = session.info.get("carried", (None, {}))
    if kept[0] is not transaction:
        kept = session.info["carried"] = (transaction, {})
    return kept[1]


def created(verification: Verification, now: datetime, **data: Any) -> Event:
    """The first entry of a chain, which says whose it is; not in a session yet."""
    owner = binding.of_owner(verification)
    return chained(verification, "verification.created", now, method=verification.method, **owner, **data)


def append_to_account(
    session: Session,
    account: Account,
    kind: str,
    now: datetime,
    about: tuple[str, Numbered] | None = None,
    **data: Any,
) -> Event:
    """Add the next entry to the chain of a locked account; ``about`` names a locked object of the account's."""
    about = about or ("account", account)
    event = _entry(account, about, kind, now, {"account": str(account.id), **data})
    event.account_id = account.id
    session.add(event)
    return event


def chained(verification: Verification, kind: str, now: datetime, **data: Any) -> Event:
    """The next entry, not in a session yet; the verification's head has moved on to it."""
    own = {"status": str(verification.status), **data}
    event = _entry(verification, ("verification", verification), kind, now, own)
    event.verification_id = verification.id
    return event


def _entry(
    chain: Verification | Account, about: tuple[str, Numbered], kind: str, now: datetime, data: dict[str, Any]
) -> Event:
    """The chain carries its head, so an append reads nothing and a cut tail shows."""
    name, subject = about
    seq = chain.event_seq + 1
    is_public = kind in PUBLIC
    subject.sequence += is_public
    event = Event(
        id=uuid7(),
        about=name,
        about_id=subject.id,
        application_id=chain.application_id,
        livemode=chain.livemode,
        seq=seq,
        sequence=subject.sequence if is_public else None,
        type=kind,
        created_at=now,
    )
    event.payload = canonical({**data, **bound(event)})
    event.hash = event_hash(chain.event_hash, seq, chain.id, event.payload)
    chain.event_seq, chain.event_hash = seq, event.hash
    return event


def bound(event: Event) -> dict[str, Any]:
    """The columns of an event as its payload holds them; only public ones have a ``sequence``."""
    held = {
        "format": FORMAT,
        "id": str(event.id),
        "seq": event.seq,
        "type": event.type,
        "created_at": event.created_at.isoformat(),
        "application": str(event.application_id),
        "livemode": event.livemode,
        "about": event.about,
        event.about: str(event.about_id),
    }
    return held if event.sequence is None else {**held, "sequence": event.sequence}
