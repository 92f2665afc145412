"""A case as its page shows it: what was taken in, masked; what was asked of whom; what people did and wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from providers.base import Result
from verify.errors import Problem
from verify.flows import documents, progress
from verify.flows.case import with_application
from verify.flows.enterprise import parking
from verify.flows.review import paying
from verify.flows.review.answered import unknown
from verify.flows.review.comparing import Compared, compare, current, unread
from verify.flows.review.masks import MASKS, masked
from verify.flows.sealing import open_each
from verify.flows.staff.desk import Staff, entry, note_refusal
from verify.flows.staff.roles import Permission
from verify.models import (
    Attempt,
    Document,
    Event,
    Operator,
    Proposal,
    Recheck,
    ReviewClaim,
    ReviewNote,
    Transfer,
    Verification,
)
from verify.services import Services


@dataclass(frozen=True, repr=False)
class Field:
    """One value that was taken in. ``shown`` is masked where ``hidden``."""

    step: str
    name: str
    shown: str
    hidden: bool

    @property
    def of_paper(self) -> bool:
        """Read from a paper, and so compared, not typed."""
        return self.name.startswith("read_")


@dataclass(frozen=True, repr=False)
class Dossier:
    verification: Verification
    fields: Mapping[str, Sequence[Field]]
    compared: Sequence[Compared]
    documents: Sequence[Document]
    attempts: Sequence[Attempt]
    events: Sequence[Event]
    notes: Sequence[tuple[ReviewNote, str | None]]
    proposals: Sequence[Proposal]
    claim: ReviewClaim | None
    #: the enterprise's name, which is public
    company: str | None
    #: by id: whoever stands in events, notes, claims and proposals
    names: Mapping[UUID, str]
    #: some of what was taken in is erased by now
    erased: bool
    #: steps of which nothing is known, for which nobody can approve it
    unanswered: Sequence[str]
    #: when the register is asked again, and how often it was put off
    recheck: Recheck | None
    #: the transfer that it waits for
    transfer: Transfer | None


def gather(staff: Staff, verification_id: UUID, services: Services, action: str = "case.open") -> Dossier:
    """The whole case, in as many statements whatever it holds. Raises Problem; the look is recorded either way."""
    try:
        staff.need(Permission.SEE)
        with services.write() as session:
            found = _gather(session, staff, verification_id, services)
            session.add(entry(staff, action, services, verification_id))
    except Problem as problem:
        note_refusal(staff, action, problem, services, verification_id)
        raise
    return found


def _gather(session: Session, staff: Staff, verification_id: UUID, services: Services) -> Dossier:
    verification = session.scalars(
        with_application()
        .options(selectinload(Verification.consents))
        .where(Verification.id == verification_id, staff.reaches())
    ).one_or_none()
    if verification is None:
        raise Problem("not_found")

    def of(table: type[Attempt] | type[Event] | type[ReviewNote] | type[Proposal]) -> list[object]:
        return list(session.scalars(select(table).where(table.verification_id == verification_id).order_by(table.id)))

    notes: list[ReviewNote] = of(ReviewNote)  # type: ignore[assignment]
    attempts: list[Attempt] = of(Attempt)  # type: ignore[assignment]
    values, erased = taken_in(session, verification, services)
    known = {*values, *erased, *(one.step for one in attempts if one.outcome in set(Result))}
    said = dict(values.pop("", {}).items())
    names = dict(session.execute(select(Operator.id, Operator.name)).all())
    papers = documents.of(session, verification_id)
    return Dossier(
        verification,
        fields={
            step: [_field(step, name, found[name]) for name in sorted(found, key=_place)]
            for step, found in values.items()
        },
        compared=compare(current(values, attempts), unread({paper.step for paper in papers}, erased, attempts)),
        documents=papers,
        attempts=attempts,
        events=of(Event),  # type: ignore[arg-type]
        notes=[(note, said.get(f"note.{note.id}")) for note in notes],
        proposals=of(Proposal),  # type: ignore[arg-type]
        claim=session.get(ReviewClaim, verification_id),
        company=values.get("enterprise", {}).get("enterprise_name"),
        names=names,
        erased=bool(erased),
        unanswered=unknown(verification, known),
        recheck=parking.of(session, verification, parking.Kind.RECORD) if progress.next_check(verification) else None,
        transfer=paying.of(session, verification),
    )


def taken_in(
    session: Session, verification: Verification, services: Services
) -> tuple[dict[str, dict[str, str]], frozenset[str]]:
    """Step → values, notes under ""; and the steps of which something can no longer be opened."""
    found: dict[str, dict[str, str]] = {}
    opened = open_each(session, services.vault.keys(verification.id), verification)
    for step, values in opened.items():
        if values is not None:
            found.setdefault("" if step.startswith("note.") else step, {}).update(values)
    return found, frozenset(step for step, values in opened.items() if values is None)


def _field(step: str, name: str, value: str) -> Field:
    shown = masked(name, value)
    return Field(step, name, shown, hidden=shown != value)


def hidden(values: Mapping[str, Mapping[str, str]], step: str = "", field: str = "") -> list[tuple[str, str, str]]:
    """(step, field, value) of what the page shows masked: of this step and field, of the step, or of the whole case."""
    return [
        (of_step, name, found[name])
        for of_step, found in values.items()
        for name in sorted(found, key=_place)
        if of_step and step in {"", of_step} and field in {"", name}
        if _field(of_step, name, found[name]).hidden
    ]


def _place(name: str) -> int:
    """Where a field stands: as MASKS has them, what it has not at the end."""
    order = list(MASKS)
    return order.index(name) if name in order else len(order)
