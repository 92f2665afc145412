"""Sessions of the console: rows, so that ending one ends it at once everywhere."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload
from uuid_utils.compat import uuid7

from crypto.hashing import token_digest
from verify.models import Operator, OperatorSession
from verify.services import Services

#: without a request, and in all (NIST SP 800-63B 4.2.3: 30 minutes, 12 hours)
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)

#: for password and second factor together
TO_SIGN_IN = timedelta(minutes=10)

#: a look is noted no more often
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, repr=False)
class Presence:
    """Who is there, and how far they have come."""

    session_id: UUID
    operator: Operator
    is_full: bool


def open_session(session: Session, operator_id: UUID, services: Services, *, is_full: bool) -> str:
    """What the browser keeps; the row keeps a keyed digest."""
    token, now = secrets.token_urlsafe(32), services.clock()
    digest = token_digest(services.keyring.primary("pepper"), token)
    session.add(
        OperatorSession(
            id=uuid7(), operator_id=operator_id, digest=digest, is_full=is_full, created_at=now, seen_at=now
        )
    )
    return token


def find(token: str, services: Services) -> Presence | None:
    """One statement, and once a minute another that notes the look."""
    now = services.clock()
    digests = [token_digest(pepper, token) for pepper in services.keyring.usable("pepper")]
    with services.read() as session:
        row = (
            session.execute(
                select(OperatorSession, Operator)
                .join(Operator, Operator.id == OperatorSession.operator_id)
                .options(joinedload(Operator.grants))
                .where(
                    OperatorSession.digest.in_(digests),
                    OperatorSession.ended_at.is_(None),
                    OperatorSession.seen_at > now - IDLE,
                    OperatorSession.created_at > now - LONGEST,
                    Operator.disabled_at.is_(None),
                )
            )
            .unique()
            .one_or_none()
        )
    if row is None:
        return None
    found, operator = row
    if not found.is_full and found.created_at <= now - TO_SIGN_IN:
        return None
    if now - found.seen_at >= NOTED_EVERY:
        with services.write() as session:
            session.execute(update(OperatorSession).where(OperatorSession.id == found.id).values(seen_at=now))
    return Presence(found.id, operator, found.is_full)


def end(session: Session, session_id: UUID, services: Services) -> None:
    session.execute(update(OperatorSession).where(OperatorSession.id == session_id).values(ended_at=services.clock()))
