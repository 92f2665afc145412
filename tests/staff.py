"""Staff, and cases before them, as tests make them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tests.caller import Caller, person
from verify.flows import progress
from verify.flows.case import load_any
from verify.flows.review import referring
from verify.flows.staff import operators
from verify.flows.staff.desk import Staff, by_login
from verify.models import AccessEntry, Event, Operator, Verification
from verify.services import Services


def make_staff(services: Services, login: str = "li", *roles: str, applications: Sequence[UUID] | None = None) -> Staff:
    with services.write() as session:
        operators.make(session, login, login.title(), roles or ("reviewer",), services, applications)
    with services.read() as session:
        found = by_login(session, login, "console")
    assert found is not None
    return found


def confirm_all(services: Services) -> None:
    """As if everybody had confirmed secrecy and training at their first sign-in."""
    with services.write() as session:
        session.execute(update(Operator).values(acknowledged_at=services.clock()))


def in_review(server: Caller, services: Services, account_ref: str = "acct-1001", **refer: str) -> UUID:
    """A verification whose identity passed, before a reviewer; ``refer``: step → why it waits for a person."""
    made = server.create("face", account_ref)["id"]
    server.consent(made)
    server.step(made, "identity", person())
    found = UUID(made.removeprefix("ver_"))
    with services.write() as session:
        verification = load_any(session, found)
        for step, code in refer.items():
            progress.put(verification, step, progress.PASSED, refer=code)
        referring.refer(session, verification, services.clock())
    return found


def read(services: Services, verification_id: UUID) -> Verification:
    with services.read() as session:
        session.expire_all()
        return load_any(session, verification_id)


def events_of(services: Services, verification_id: UUID) -> list[str]:
    with services.read() as session:
        return list(
            session.scalars(select(Event.type).where(Event.verification_id == verification_id).order_by(Event.seq))
        )


def logged(services: Services) -> list[tuple[str, Any]]:
    """(action, code it was refused with) of the access log."""
    with services.read() as session:
        rows = session.execute(select(AccessEntry.action, AccessEntry.refused).order_by(AccessEntry.id)).all()
    return [(row.action, row.refused) for row in rows]
