"""Staff administration: who is there, and what an administrator changes about them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from verify.errors import Problem
from verify.flows.staff import operators
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.models import Operator
from verify.services import Services


def everyone(staff: Staff, services: Services) -> list[Operator]:
    """All operators with their grants, in two statements. Raises Problem."""
    staff.need(Permission.STAFF)
    with services.read() as session:
        return list(session.scalars(select(Operator).options(selectinload(Operator.grants)).order_by(Operator.login)))


def create(
    staff: Staff, login: str, name: str, roles: Sequence[str], applications: Iterable[UUID] | None, services: Services
) -> str:
    """The password the new operator first comes in with. Raises Problem."""
    with acting(staff, Permission.STAFF, "staff.create", services, login=login, roles=sorted(roles)) as session:
        _, password = operators.make(session, login, name, roles, services, applications)
        return password


def change(
    staff: Staff, operator_id: UUID, roles: Sequence[str], applications: Iterable[UUID] | None, services: Services
) -> None:
    """Roles and applications; what they have open ends, so that it holds at once. Raises Problem."""
    with acting(
        staff, Permission.STAFF, "staff.change", services, operator=str(operator_id), roles=sorted(roles)
    ) as session:
        found = _other(session, staff, operator_id)
        operators.check(found.login, found.name, roles)
        found.roles = sorted(set(roles))
        operators.grant(session, found, applications)
        operators.end_sessions(session, operator_id, services)


def reset(staff: Staff, operator_id: UUID, services: Services) -> str:
    """A new first password, for who lost password or phone. Raises Problem."""
    with acting(staff, Permission.STAFF, "staff.reset", services, operator=str(operator_id)) as session:
        return operators.reset(session, _other(session, staff, operator_id), services)


def disable(staff: Staff, operator_id: UUID, services: Services, *, disabled: bool) -> None:
    """End a login and everything it has open, or open it again. Raises Problem."""
    action = "staff.disable" if disabled else "staff.enable"
    with acting(staff, Permission.STAFF, action, services, operator=str(operator_id)) as session:
        found = _other(session, staff, operator_id)
        found.disabled_at = services.clock() if disabled else None
        operators.end_sessions(session, operator_id, services)


def _other(session: Session, staff: Staff, operator_id: UUID) -> Operator:
    """Raises Problem: nobody changes themselves, so no administrator locks the last door from outside."""
    if operator_id == staff.id:
        raise Problem("forbidden", "Nobody changes their own login here.")
    found = session.get(Operator, operator_id, with_for_update=True)
    if found is None:
        raise Problem("not_found")
    return found
