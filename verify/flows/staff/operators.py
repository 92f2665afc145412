"""Making, changing and ending operators."""

import re
import secrets
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.passwords import hash_password
from verify.errors import FieldError, Problem, invalid
from verify.flows import checks
from verify.flows.staff.roles import ROLES
from verify.models import Application, Operator, OperatorGrant, OperatorSession
from verify.services import Services

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
LONGEST_NAME = 60


def make(
    session: Session,
    login: str,
    name: str,
    roles: Sequence[str],
    services: Services,
    applications: Iterable[UUID] | None = None,
) -> tuple[Operator, str]:
    """A new operator and the password they first come in with. Raises Problem.

    ``applications`` None: all of them.
    """
    check(login, name, roles)
    if session.scalar(select(Operator.id).where(Operator.login == login)):
        raise invalid("login", "not_unique")
    password = new_password()
    operator = Operator(
        id=uuid7(),
        login=login,
        name=name.strip(),
        roles=sorted(set(roles)),
        all_applications=applications is None,
        password=hash_password(services.keyring.primary("pepper"), password),
        created_at=services.clock(),
        totp_step=0,
        recovery=[],
        failures=0,
    )
    session.add(operator)
    session.flush()
    grant(session, operator, applications)
    return operator, password


def check(login: str, name: str, roles: Sequence[str]) -> None:
    """Raises Problem naming what is not right."""
    errors = []
    if not LOGIN.fullmatch(login):
        errors.append(FieldError("login", "invalid_characters"))
    try:
        if not checks.text(name, LONGEST_NAME).strip():
            errors.append(FieldError("name", "too_short"))
    except checks.InvalidValue as error:
        errors.append(FieldError("name", error.code))
    if not roles or set(roles) - set(ROLES):
        errors.append(FieldError("roles", "not_allowed"))
    if errors:
        raise Problem("invalid_input", errors=errors)


def new_password() -> str:
    """96 bits; whoever gets it chooses their own at once."""
    return secrets.token_urlsafe(12)


def grant(session: Session, operator: Operator, applications: Iterable[UUID] | None) -> None:
    """Let them reach exactly these applications, or all."""
    operator.all_applications = applications is None
    session.execute(delete(OperatorGrant).where(OperatorGrant.operator_id == operator.id))
    wanted = set(applications or ())
    known = session.scalars(select(Application.id).where(Application.id.in_(wanted))).all() if wanted else []
    session.add_all(OperatorGrant(operator_id=operator.id, application_id=one) for one in known)


def reset(session: Session, operator: Operator, services: Services) -> str:
    """A new first password, no second factor, no session: for who lost theirs. Returns the password."""
    password = new_password()
    operator.password = hash_password(services.keyring.primary("pepper"), password)
    operator.password_set_at = operator.totp_ct = operator.locked_until = None
    operator.recovery, operator.failures, operator.totp_step = [], 0, 0
    end_sessions(session, operator.id, services)
    return password


def disable(session: Session, operator: Operator, services: Services) -> None:
    """End a login and everything it has open; an administrator opens it again in the console."""
    operator.disabled_at = operator.disabled_at or services.clock()
    end_sessions(session, operator.id, services)


def end_sessions(session: Session, operator_id: UUID, services: Services) -> None:
    session.execute(
        update(OperatorSession)
        .where(OperatorSession.operator_id == operator_id, OperatorSession.ended_at.is_(None))
        .values(ended_at=services.clock())
    )
