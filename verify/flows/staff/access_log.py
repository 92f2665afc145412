"""Reading the access log, page by page or as a whole."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, or_, select

from verify.flows.checks import SHANGHAI
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.models import AccessEntry, Operator, Verification
from verify.services import Services

PAGE = 100
BATCH = 1000

#: of one export
LONGEST = 200_000

HEADINGS = ("at", "operator", "action", "refused", "verification", "detail")

#: entry, login
Line = tuple[AccessEntry, str | None]


@dataclass(frozen=True)
class Wanted:
    """What of the log is looked at; None and "" mean all."""

    operator: UUID | None = None
    action: str = ""
    verification: UUID | None = None
    refused_only: bool = False


def page(staff: Staff, wanted: Wanted, before: UUID | None, services: Services) -> list[Line]:
    """The latest first, one more than a page. Raises Problem."""
    staff.need(Permission.AUDIT)
    with services.read() as session:
        return list(session.execute(_query(staff, wanted, before).limit(PAGE + 1)))


def _query(staff: Staff, wanted: Wanted, before: UUID | None) -> Select[*Line]:
    """Of cases, only those the reader was granted."""
    found = (
        select(AccessEntry, Operator.login)
        .outerjoin(Operator, Operator.id == AccessEntry.operator_id)
        .outerjoin(Verification, Verification.id == AccessEntry.verification_id)
        .where(or_(AccessEntry.verification_id.is_(None), staff.reaches()))
        .order_by(AccessEntry.id.desc())
    )
    if wanted.operator is not None:
        found = found.where(AccessEntry.operator_id == wanted.operator)
    if wanted.verification is not None:
        found = found.where(AccessEntry.verification_id == wanted.verification)
    if wanted.action:
        found = found.where(AccessEntry.action == wanted.action)
    if wanted.refused_only:
        found = found.where(AccessEntry.refused.is_not(None))
    return found if before is None else found.where(AccessEntry.id < before)


def export(staff: Staff, wanted: Wanted, services: Services) -> Iterator[str]:
    """CSV in pieces, each read by itself; that it was taken out is in the log. Raises Problem before the first."""
    with acting(staff, Permission.EXPORT, "audit.export", services, only=wanted.action):
        pass
    return _pieces(staff, wanted, services)


def _pieces(staff: Staff, wanted: Wanted, services: Services) -> Iterator[str]:
    yield _csv([HEADINGS])
    last: UUID | None = None
    for _ in range(LONGEST // BATCH):
        with services.read() as session:
            found = session.execute(_query(staff, wanted, last).limit(BATCH)).all()
        if not found:
            return
        yield _csv([_cells(*line) for line in found])
        last = found[-1][0].id


def _cells(entry: AccessEntry, login: str | None) -> tuple[str, ...]:
    detail = " ".join(f"{name}={value}" for name, value in sorted(entry.detail.items()))
    case = f"ver_{entry.verification_id}" if entry.verification_id else ""
    return (entry.at.astimezone(SHANGHAI).isoformat(), login or "", entry.action, entry.refused or "", case, detail)


def _csv(rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_inert(cell) for cell in row] for row in rows])
    return out.getvalue()


def _inert(cell: str) -> str:
    """Spreadsheets run what begins like a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell
