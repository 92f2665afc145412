"""Minors who are here without a guardian's consent, found by the birth date in what is sealed (policy 7.3, 7.4.4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from verify.flows import erasure
from verify.flows.case import Ref
from verify.flows.minors.answers import GRANTED, WITHDRAWN
from verify.flows.minors.rules import group_of
from verify.flows.sealing import open_step
from verify.models import Guardianship, SealedStep, Verification
from verify.services import Services

BATCH = 200

#: why a minor's data rest on no consent → ground on which they are erased
NEVER, WITHDREW = "never_consented", "guardian_withdrew"
ERASED_AS: Mapping[str, str] = {NEVER: "unlawful", WITHDREW: "withdrawn"}


@dataclass(frozen=True)
class Found:
    """Ids, why no consent covers it, and the group of age on the day the data were taken in."""

    ref: Ref
    because: str
    group: str


def find(services: Services) -> Iterator[Found]:
    """Each verification that holds a minor's number, oldest first. Numbers are opened in memory, batch by batch."""
    after = UUID(int=0)
    while True:
        with services.read() as session:
            batch = session.execute(_after(after).limit(BATCH)).all()
            groups = {row.id: _group(session, row.id, services) for row in batch}
        for row in batch:
            if (group := groups[row.id]) is not None:
                ref = Ref(row.id, row.application_id, row.livemode)
                yield Found(ref, WITHDREW if row.is_withdrawn else NEVER, group)
        if len(batch) < BATCH:
            return
        after = batch[-1].id


def erase(found: Found, services: Services) -> None:
    """What should never have been here goes altogether; what came with a consent, but for what a law keeps."""
    erasure.redact(found.ref, services, ground=ERASED_AS[found.because])


def _after(last: UUID) -> Select[UUID, UUID, bool, bool]:
    withdrawn = _guardian_has(WITHDRAWN).label("is_withdrawn")
    return (
        select(Verification.id, Verification.application_id, Verification.livemode, withdrawn)
        .where(Verification.id > last, Verification.redacted_at.is_(None), _holds_numbers(), ~_guardian_has(GRANTED))
        .order_by(Verification.id)
    )


def _holds_numbers() -> ColumnElement[bool]:
    return exists().where(SealedStep.verification_id == Verification.id, SealedStep.retention_class == "identity")


def _guardian_has(status: str) -> ColumnElement[bool]:
    return exists().where(Guardianship.verification_id == Verification.id, Guardianship.status == status)


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
