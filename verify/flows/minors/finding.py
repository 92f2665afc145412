"""Minors who are here without a guardian's consent, found by the birth date in what is sealed (policy 7.3, 7.4.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from verify.flows import erasure
from verify.flows.case import Ref
from verify.flows.minors.asking import GRANTED, WITHDRAWN
from verify.flows.minors.rules import group_of
from verify.flows.sealing import open_step
from verify.models import Guardianship, SealedStep, Verification
from verify.services import Services

BATCH = 200


@dataclass(frozen=True)
class Found:
    """Ids and the group of age on the day the data were taken in."""

    ref: Ref
    group: str


def find(services: Services) -> Iterator[Found]:
    """Each verification that holds a minor's number, oldest first. Numbers are opened in memory, batch by batch."""
    after = UUID(int=0)
    while True:
        with services.read() as session:
            batch = session.execute(_after(after).limit(BATCH)).all()
            found = [Found(Ref(row.id, row.application_id, row.livemode), "") for row in batch]
            groups = {one.ref.verification_id: _group(session, one.ref.verification_id, services) for one in found}
        for one in found:
            group = groups[one.ref.verification_id]
            if group is not None:
                yield Found(one.ref, group)
        if len(batch) < BATCH:
            return
        after = batch[-1].id


def erase(found: Found, services: Services) -> None:
    """As what should never have been here: nothing is kept."""
    erasure.redact(found.ref, services, ground="unlawful")


def _after(last: UUID) -> Select[UUID, UUID, bool]:
    return (
        select(Verification.id, Verification.application_id, Verification.livemode)
        .where(Verification.id > last, Verification.redacted_at.is_(None), _holds_numbers(), ~_has_guardian())
        .order_by(Verification.id)
    )


def _holds_numbers() -> ColumnElement[bool]:
    return exists().where(SealedStep.verification_id == Verification.id, SealedStep.retention_class == "identity")


def _has_guardian() -> ColumnElement[bool]:
    """One who granted. A later withdrawal erased at once what was not verified; the rest a law keeps to its day."""
    return exists().where(
        Guardianship.verification_id == Verification.id, Guardianship.status.in_((GRANTED, WITHDRAWN))
    )


def _group(session: Session, verification_id: UUID, services: Services) -> str | None:
    """The youngest group that any number of it tells, as of when it was sealed."""
    rows = session.scalars(
        select(SealedStep).where(
            SealedStep.verification_id == verification_id, SealedStep.retention_class == "identity"
        )
    ).all()
    keys = services.vault.keys(verification_id)
    groups = set()
    for row in rows:
        try:
            values = open_step(keys, row)
        except KeyShredded:
            continue
        groups |= {group_of(v, row.sealed_at) for name, v in values.items() if name.endswith("id_number")}
    return next((group for group in ("child", "minor") if group in groups), None)
