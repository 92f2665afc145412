"""An operator at work: what they may do and reach, and the record of every act and every refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, select, true
from sqlalchemy.orm import Session, selectinload
from uuid_utils.compat import uuid7

from verify.errors import Problem
from verify.flows.staff.roles import Permission, permissions
from verify.models import AccessEntry, Operator, RightsRequest, Verification
from verify.services import Services


@dataclass(frozen=True)
class Staff:
    """An operator as flows see them. ``applications`` is None where all may be reached."""

    id: UUID
    login: str
    name: str
    may: frozenset[Permission]
    applications: frozenset[UUID] | None
    #: how they came: the console or a script
    via: str = "console"

    def reaches(self) -> ColumnElement[bool]:
        """Of verifications, those they were granted."""
        return true() if self.applications is None else Verification.application_id.in_(self.applications)

    def need(self, permission: Permission) -> None:
        """Raises Problem forbidden."""
        if permission not in self.may:
            raise Problem("forbidden", "Your role does not include this.", permission=permission.value)


def staff_of(operator: Operator, via: str = "console") -> Staff:
    """``operator`` has its grants loaded."""
    granted = None if operator.all_applications else frozenset(grant.application_id for grant in operator.grants)
    return Staff(operator.id, operator.login, operator.name, permissions(operator.roles), granted, via)


def by_login(session: Session, login: str, via: str) -> Staff | None:
    """An operator who is not disabled."""
    found = session.scalars(
        select(Operator)
        .options(selectinload(Operator.grants))
        .where(Operator.login == login, Operator.disabled_at.is_(None))
    ).one_or_none()
    return staff_of(found, via) if found else None


@contextmanager
def acting(
    staff: Staff,
    permission: Permission,
    action: str,
    services: Services,
    verification_id: UUID | None = None,
    **detail: Any,
) -> Iterator[Session]:
    """One write transaction of an act that needs this permission, recorded with it.

    Raises Problem as the act does, after the refusal was recorded by itself.
    """
    try:
        staff.need(permission)
        with services.write() as session:
            yield session
            session.add(entry(staff, action, services, verification_id, **detail))
    except Problem as problem:
        note_refusal(staff, action, problem, services, verification_id, **detail)
        raise


def note_refusal(
    staff: Staff, action: str, problem: Problem, services: Services, verification_id: UUID | None = None, **detail: Any
) -> None:
    with services.write() as session:
        session.add(entry(staff, action, services, verification_id, refused=problem.code, **detail))


def entry(
    staff: Staff,
    action: str,
    services: Services,
    verification_id: UUID | None = None,
    refused: str | None = None,
    **detail: Any,
) -> AccessEntry:
    """A line of the access log; ``detail`` is ids and codes only."""
    request = detail.get("request")
    return AccessEntry(
        id=uuid7(),
        at=services.clock(),
        operator_id=staff.id,
        action=action,
        refused=refused,
        verification_id=verification_id,
        account_id=_owner_of(UUID(request)) if request else None,
        detail={"via": staff.via, **detail},
    )


def _owner_of(request_id: UUID) -> ScalarSelect[UUID]:
    return select(RightsRequest.account_id).where(RightsRequest.id == request_id).scalar_subquery()
