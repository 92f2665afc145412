"""The one place that seals what a step took in and opens it again."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from verify.models import SealedStep, Verification
from verify.models.base import insert_for
from verify.models.vault import Keys

DISPLAY = "verification.display"
SIGNING = "webhook_endpoint.secret"


def context(step: str, retention_class: str) -> str:
    """Binds a blob to its step and class; the row id beside it binds it to its verification."""
    return f"sealed_step.{step}.{retention_class}"


def pack(values: Mapping[str, str]) -> bytes:
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def unpack(blob: bytes) -> dict[str, str]:
    values: dict[str, str] = json.loads(blob)
    return values


def seal_step(
    session: Session,
    keys: Keys,
    verification: Verification,
    step: str,
    by_class: Mapping[str, Mapping[str, str]],
    now: datetime,
) -> None:
    """Keep a step's values, one blob per retention class; a repeated step replaces its blobs."""
    insert = insert_for(session, SealedStep)
    rows = [
        {
            "verification_id": verification.id,
            "step": step,
            "retention_class": name,
            "ciphertext": keys.seal(name, context(step, name), verification.id, pack(values)),
            "sealed_at": now,
        }
        for name, values in by_class.items()
    ]
    session.execute(
        insert.values(rows).on_conflict_do_update(
            index_elements=["verification_id", "step", "retention_class"],
            set_={"ciphertext": insert.excluded.ciphertext, "sealed_at": insert.excluded.sealed_at},
        )
    )


def open_steps(session: Session, keys: Keys, verification: Verification, steps: Iterable[str]) -> dict[str, str]:
    """The values of these steps, merged. Raises KeyShredded where a data key is gone."""
    rows = session.scalars(
        select(SealedStep).where(SealedStep.verification_id == verification.id, SealedStep.step.in_(list(steps)))
    ).all()
    values: dict[str, str] = {}
    for row in rows:
        values |= unpack(keys.open(context(row.step, row.retention_class), verification.id, row.ciphertext))
    return values


def open_value(keys: Keys, context_: str, row_id: UUID, sealed: bytes) -> bytes:
    """One sealed value that is no step's. Raises KeyShredded where its data key is gone."""
    return keys.open(context_, row_id, sealed)


def seal_display(keys: Keys, verification: Verification, masked: Mapping[str, str]) -> None:
    """Keep what may be read back; masked already, sealed all the same."""
    verification.display_ct = keys.seal("identity", DISPLAY, verification.id, pack(masked))


def open_display(keys: Keys, verification: Verification) -> dict[str, str]:
    """The masked values; empty when there are none or they were erased."""
    if verification.display_ct is None:
        return {}
    try:
        return unpack(keys.open(DISPLAY, verification.id, verification.display_ct))
    except KeyShredded:
        return {}


def seal_secret(keys: Keys, endpoint_id: UUID, secret: str) -> bytes:
    """A webhook endpoint's secret, under a data key of the endpoint's own: deleting it reaches backups too."""
    return keys.seal("webhook_secret", SIGNING, endpoint_id, secret.encode())


def open_secret(keys: Keys, endpoint_id: UUID, sealed: bytes) -> str:
    """The secret, to sign with. Raises KeyShredded once the endpoint was deleted."""
    return keys.open(SIGNING, endpoint_id, sealed).decode()
