"""Signing in: a password, then a second factor; counted, locked and recorded."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.passwords import (
    hash_password,
    is_outdated,
    new_recovery_code,
    password_is_right,
    recovery_digest,
    recovery_match,
)
from verify.errors import Problem, invalid
from verify.flows.sealing import open_totp, seal_totp
from verify.flows.staff import operators, sessions
from verify.models import AccessEntry, Operator
from verify.models.vault import TagUse
from verify.services import Services

#: tries before anything is hashed: of one login, and of one address; counted in the key store, which fails closed
TRIES = {"staff.login": 10, "staff.address": 50}
WINDOW = timedelta(minutes=15)
NOBODY = UUID(int=0)

#: wrong passwords and codes in a row, and how long the login then rests (policy of the console)
FAILURES = 5
LOCKED = timedelta(minutes=15)

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
RECOVERY_CODES = 10

#: seconds of one code (RFC 6238); one earlier and one later are taken too, for clocks that differ
STEP = 30
DRIFT = 1


@dataclass(frozen=True)
class Attempt:
    """Who wants in, and from where."""

    login: str
    address: str


def with_password(attempt: Attempt, password: str, services: Services) -> str:
    """A session that is good for the second factor only. Raises Problem invalid_credentials or too_many_attempts."""
    _refuse_floods(attempt, services)
    with services.read() as session:
        operator = session.scalars(select(Operator).where(Operator.login == attempt.login)).one_or_none()
    is_right = password_is_right(services.keyring, operator.password if operator else None, password[:LONGEST_PASSWORD])
    if operator is None or operator.disabled_at is not None:
        _record(None, "signin.password", services, refused="invalid_credentials")
        raise Problem("invalid_credentials")
    with _judged(operator.id, "signin.password", services, is_right=is_right) as session:
        found = session.get_one(Operator, operator.id)
        if is_outdated(services.keyring, found.password):
            found.password = hash_password(services.keyring.primary("pepper"), password)
        return sessions.open_session(session, found.id, services, is_full=False)


def with_code(presence: sessions.Presence, code: str, services: Services) -> str:
    """The full session, for a code that was not used before. Raises Problem invalid_credentials."""
    operator = presence.operator
    step = _step_of(operator, code, services)
    is_right = step is not None and is_enrolled(operator)
    with _judged(operator.id, "signin.code", services, is_right=is_right, ending=presence.session_id) as session:
        found = session.get_one(Operator, operator.id, with_for_update=True, populate_existing=True)
        if step is None or step <= found.totp_step:
            raise Problem("invalid_credentials")
        found.totp_step = step
        return sessions.open_session(session, found.id, services, is_full=True)


def with_recovery(presence: sessions.Presence, code: str, services: Services) -> str:
    """The full session, for a recovery code that is spent by it. Raises Problem invalid_credentials."""
    operator = presence.operator
    hit = recovery_match(services.keyring, operator.recovery, code)
    with _judged(
        operator.id, "signin.recovery", services, is_right=hit is not None, ending=presence.session_id
    ) as session:
        found = session.get_one(Operator, operator.id, with_for_update=True, populate_existing=True)
        if hit not in found.recovery:
            raise Problem("invalid_credentials")
        found.recovery = [kept for kept in found.recovery if kept != hit]
        return sessions.open_session(session, found.id, services, is_full=True)


def is_enrolled(operator: Operator) -> bool:
    """True once a code of their second factor was taken."""
    return operator.totp_ct is not None and operator.totp_step > 0


def offer_factor(operator: Operator, services: Services) -> str:
    """The secret (base32) a new authenticator is to hold; the same until a code of it was taken."""
    keys = services.vault.create(operator.id, operator.id, ["totp"])
    if operator.totp_ct is not None:
        return open_totp(keys, operator.id, operator.totp_ct)
    secret = pyotp.random_base32()
    with services.write() as session:
        found = session.get_one(Operator, operator.id, with_for_update=True, populate_existing=True)
        if found.totp_ct is None:
            found.totp_ct = seal_totp(keys, operator.id, secret)
        kept = found.totp_ct
    return open_totp(keys, operator.id, kept)


def enrol(presence: sessions.Presence, code: str, services: Services) -> tuple[str, list[str]]:
    """Take the first code: the full session, and the recovery codes, which are shown this once."""
    operator = presence.operator
    step = _step_of(operator, code, services)
    is_right = step is not None and not is_enrolled(operator)
    with _judged(operator.id, "signin.enrol", services, is_right=is_right, ending=presence.session_id) as session:
        found = session.get_one(Operator, operator.id, with_for_update=True, populate_existing=True)
        codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
        found.totp_step = step or 0
        found.recovery = [recovery_digest(services.keyring.primary("pepper"), one) for one in codes]
        return sessions.open_session(session, found.id, services, is_full=True), codes


def choose_password(operator: Operator, password: str, services: Services) -> None:
    """Replace the first password by one's own. Raises Problem for one that is too short or holds the login."""
    if len(password) < SHORTEST_PASSWORD:
        raise invalid("password", "too_short")
    if len(password) > LONGEST_PASSWORD:
        raise invalid("password", "too_long")
    if operator.login in password.lower() or password_is_right(services.keyring, operator.password, password):
        raise invalid("password", "not_allowed")
    hashed = hash_password(services.keyring.primary("pepper"), password)
    with services.write() as session:
        found = session.get_one(Operator, operator.id)
        found.password, found.password_set_at = hashed, services.clock()
        session.add(_entry(operator.id, "staff.password", services))


def acknowledge(operator: Operator, services: Services) -> None:
    """Secrecy and training confirmed, before the first look at anybody's data (policy 5.2.3)."""
    with services.write() as session:
        session.get_one(Operator, operator.id).acknowledged_at = services.clock()
        session.add(_entry(operator.id, "staff.acknowledge", services))


def sign_out(presence: sessions.Presence, services: Services) -> None:
    with services.write() as session:
        sessions.end(session, presence.session_id, services)
        session.add(_entry(presence.operator.id, "signin.out", services))


def _refuse_floods(attempt: Attempt, services: Services) -> None:
    uses = [
        TagUse(kind, value.encode("utf-8", "surrogatepass")[:256], b"", NOBODY, NOBODY, WINDOW, WINDOW)
        for kind, value in (("staff.login", attempt.login), ("staff.address", attempt.address))
    ]
    for use, count in zip(uses, services.vault.note(uses), strict=True):
        if count.uses > TRIES[use.kind]:
            raise Problem("too_many_attempts", retry_after=round(WINDOW.total_seconds()))


def _step_of(operator: Operator, code: str, services: Services) -> int | None:
    """The time step a code belongs to; None for a wrong one."""
    if operator.totp_ct is None:
        return None
    totp = pyotp.TOTP(open_totp(services.vault.keys(operator.id), operator.id, operator.totp_ct))
    now = int(services.clock().timestamp()) // STEP
    digits = "".join(c for c in code if c.isdigit() and c.isascii())
    hits = [
        now + off for off in range(-DRIFT, DRIFT + 1) if pyotp.utils.strings_equal(digits, totp.generate_otp(now + off))
    ]
    return max(hits, default=None)


class _judged:  # noqa: N801 - a with statement
    """One write transaction of a right try; a wrong one is counted by itself, and locks the login in the end."""

    def __init__(
        self, operator_id: UUID, action: str, services: Services, *, is_right: bool, ending: UUID | None = None
    ) -> None:
        self._id, self._action, self._services = operator_id, action, services
        self._is_right, self._ending = is_right, ending

    def __enter__(self) -> Session:
        self._refuse_locked()
        if not self._is_right:
            self._count()
            raise Problem("invalid_credentials")
        self._writing = self._services.write()
        self._session = self._writing.__enter__()
        return self._session

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            if self._action != "signin.password":
                self._session.get_one(Operator, self._id).failures = 0
            if self._ending is not None:
                sessions.end(self._session, self._ending, self._services)
            self._session.add(_entry(self._id, self._action, self._services))
        self._writing.__exit__(kind, error, trace)  # type: ignore[arg-type]
        if isinstance(error, Problem):
            self._count()

    def _refuse_locked(self) -> None:
        with self._services.read() as session:
            until = session.scalar(select(Operator.locked_until).where(Operator.id == self._id))
        if until is not None and until > self._services.clock():
            _record(self._id, self._action, self._services, refused="too_many_attempts")
            wait = until - self._services.clock()
            raise Problem("too_many_attempts", retry_after=max(1, round(wait.total_seconds())))

    def _count(self) -> None:
        with self._services.write() as session:
            found = session.get_one(Operator, self._id, with_for_update=True, populate_existing=True)
            found.failures += 1
            if found.failures >= FAILURES:
                found.failures, found.locked_until = 0, self._services.clock() + LOCKED
                operators.end_sessions(session, self._id, self._services)
            session.add(_entry(self._id, self._action, self._services, refused="invalid_credentials"))


def _record(operator_id: UUID | None, action: str, services: Services, refused: str | None = None) -> None:
    with services.write() as session:
        session.add(_entry(operator_id, action, services, refused))


def _entry(operator_id: UUID | None, action: str, services: Services, refused: str | None = None) -> AccessEntry:
    return AccessEntry(
        id=uuid7(), at=services.clock(), operator_id=operator_id, action=action, refused=refused, detail={}
    )
