"""The one place that seals what a step took in and opens it again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from verify.models import SealedStep, Verification
from verify.models.base import made_once
from verify.models.vault import Keys

DISPLAY = "verification.display"
WORDS = "verification.words"
TOTP = "operator.totp"
SIGNING = "webhook_endpoint.secret"
DOCUMENT = "document.content"
CREDENTIAL = "credential.secrets"


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
    session.execute(_kept(session), rows)


@made_once
def _kept(insert: Any) -> Any:
    new = insert(SealedStep.__table__)
    return new.on_conflict_do_update(
        index_elements=["verification_id", "step", "retention_class"],
        set_={"ciphertext": new.excluded.ciphertext, "sealed_at": new.excluded.sealed_at},
    )


class Restricted(KeyShredded):
    """It was erased as far as a law lets it be: what is kept may be stored, and nothing else (个人信息保护法 47)."""

    def __init__(self) -> None:
        super().__init__(None)


def open_steps(
    session: Session,
    keys: Keys,
    verification: Verification | UUID,
    steps: Iterable[str],
    retention_class: str | None = None,
) -> dict[str, str]:
    """The values of these steps, of one class or all, merged.

    Raises KeyShredded where a data key is gone, and Restricted, which is one.
    """
    about = verification if isinstance(verification, UUID) else verification.id
    wanted = (
        select(SealedStep, Verification.redacted_at)
        .join(Verification, Verification.id == SealedStep.verification_id)
        .where(SealedStep.verification_id == about, SealedStep.step.in_(list(steps)))
    )
    if retention_class is not None:
        wanted = wanted.where(SealedStep.retention_class == retention_class)
    values: dict[str, str] = {}
    for row, redacted_at in session.execute(wanted).all():
        if redacted_at is not None:
            raise Restricted
        values |= open_step(keys, row)
    return values


def open_step(keys: Keys, row: SealedStep) -> dict[str, str]:
    """The values of one blob. Raises KeyShredded where its data key is gone."""
    return unpack(keys.open(context(row.step, row.retention_class), row.verification_id, row.ciphertext))


def open_each(session: Session, keys: Keys, verification: Verification) -> dict[str, dict[str, str] | None]:
    """Every step's values; None where something of a step can no longer be opened. One statement."""
    rows = session.scalars(
        select(SealedStep).where(SealedStep.verification_id == verification.id).order_by(SealedStep.step)
    ).all()
    found: dict[str, dict[str, str] | None] = {}
    for row in rows:
        known = found.setdefault(row.step, {})
        try:
            opened = unpack(keys.open(context(row.step, row.retention_class), verification.id, row.ciphertext))
        except KeyShredded:
            opened = None
        found[row.step] = None if opened is None or known is None else known | opened
    return found


def open_of_many(
    session: Session, keys: Mapping[UUID, Keys], step: str, retention_class: str
) -> dict[UUID, dict[str, str]]:
    """One step's values of each verification that has them and may be read. One statement."""
    wanted = (
        select(SealedStep)
        .join(Verification, Verification.id == SealedStep.verification_id)
        .where(SealedStep.verification_id.in_(list(keys)), SealedStep.step == step)
        .where(SealedStep.retention_class == retention_class, Verification.redacted_at.is_(None))
    )
    found = {}
    for row in session.scalars(wanted):
        with suppress(KeyShredded):
            found[row.verification_id] = open_step(keys[row.verification_id], row)
    return found


def open_value(keys: Keys, context_: str, row_id: UUID, sealed: bytes) -> bytes:
    """One sealed value that is no step's. Raises KeyShredded where its data key is gone."""
    return keys.open(context_, row_id, sealed)


def seal_display(keys: Keys, verification: Verification, masked: Mapping[str, str]) -> None:
    """Keep what may be read back; masked already, sealed all the same."""
    verification.display_ct = keys.seal("identity", DISPLAY, verification.id, pack(masked))


def open_display(keys: Keys, verification: Verification) -> dict[str, str]:
    """The masked values; empty when there are none or they were erased."""
    if verification.display_ct is None or verification.redacted_at is not None:
        return {}
    try:
        return unpack(keys.open(DISPLAY, verification.id, verification.display_ct))
    except KeyShredded:
        return {}


def seal_words(keys: Keys, verification: Verification, words: Mapping[str, str]) -> None:
    """Keep what staff say to the user now, in place of what they said before."""
    verification.words_ct = keys.seal("review", WORDS, verification.id, pack(words))


def open_words(keys: Keys, verification: Verification) -> dict[str, str]:
    """Empty when nothing was said or it was erased."""
    if verification.words_ct is None or verification.redacted_at is not None:
        return {}
    try:
        return unpack(keys.open(WORDS, verification.id, verification.words_ct))
    except KeyShredded:
        return {}


def seal_rights(keys: Keys, request_id: UUID, part: str, words: str) -> bytes:
    """What was asked or answered, under a data key of the request's own."""
    return keys.seal("rights_request", f"rights_request.{part}", request_id, words.encode())


def open_rights(keys: Keys, request_id: UUID, part: str, sealed: bytes | None) -> str | None:
    """None where there is nothing, or it was erased."""
    if sealed is None:
        return None
    try:
        return keys.open(f"rights_request.{part}", request_id, sealed).decode()
    except KeyShredded:
        return None


def seal_totp(keys: Keys, operator_id: UUID, secret: str) -> bytes:
    """The secret of an operator's second factor, under a data key of their own."""
    return keys.seal("totp", TOTP, operator_id, secret.encode())


def open_totp(keys: Keys, operator_id: UUID, sealed: bytes) -> str:
    return keys.open(TOTP, operator_id, sealed).decode()


def seal_secret(keys: Keys, endpoint_id: UUID, secret: str) -> bytes:
    """A webhook endpoint's secret, under a data key of the endpoint's own: deleting it reaches backups too."""
    return keys.seal("webhook_secret", SIGNING, endpoint_id, secret.encode())


def open_secret(keys: Keys, endpoint_id: UUID, sealed: bytes) -> str:
    """The secret, to sign with. Raises KeyShredded once the endpoint was deleted."""
    return keys.open(SIGNING, endpoint_id, sealed).decode()


def seal_credential(keys: Keys, credential_id: UUID, secrets: str) -> bytes:
    """What we sign with at a provider, under a data key of the row's own."""
    return keys.seal("credential", CREDENTIAL, credential_id, secrets.encode())


def open_credential(keys: Keys, credential_id: UUID, sealed: bytes) -> str:
    """Raises KeyShredded once they were replaced."""
    return keys.open(CREDENTIAL, credential_id, sealed).decode()


def seal_document(keys: Keys, document_id: UUID, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A document under the data key of its own, piece by piece."""
    return keys.seal_document("document", DOCUMENT, document_id, pieces)


def open_document(keys: Keys, document_id: UUID, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same back. Raises KeyShredded once it was purged, DecryptionFailed where it is not what was sealed."""
    return keys.open_document(DOCUMENT, document_id, pieces)
