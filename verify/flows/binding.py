"""Rows that the record holds: events carry a digest of whose a verification is, of each consent and of each call.

A row that is changed beside its event no longer fits it (verify.record.tables). No digest is one of a person's value.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from verify.models import Attempt, Consent, Verification

SALT_SIZE = 16

#: what is held of a row by digest; a consent's withdrawal and its position, which staff may change, are told apart
CONSENT = (
    "id",
    "verification_id",
    "item",
    "capability",
    "provider",
    "kinds",
    "policy_version",
    "notice_id",
    "granted_at",
)
ATTEMPT = (
    "id",
    "verification_id",
    "step",
    "capability",
    "provider",
    "kinds",
    "consent_item",
    "started_at",
    "finished_at",
    "duration_ms",
    "outcome",
    "reason_code",
    "vendor_code",
    "vendor_reference",
    "billed",
    "price_micros",
)


def salt() -> bytes:
    """What keeps an account's name from being guessed by its digest. It stands in the table alone."""
    return secrets.token_bytes(SALT_SIZE)


def of_owner(verification: Verification) -> dict[str, str]:
    """What the first event of a chain says of whose and of which type it is."""
    held = {"account": str(verification.account_id), "of_type": verification.type}
    reference = digest_of_ref(verification)
    return held if reference is None else {**held, "ref": reference}


def digest_of_ref(verification: Verification) -> str | None:
    """None of one that was made before its table had salts."""
    if verification.ref_salt is None:
        return None
    return _base64(verification.ref_salt + verification.account_ref.encode())


def of_consents(consents: Iterable[Consent]) -> list[str]:
    """Item, digest, and which recipient it is in the order they are asked."""
    return sorted(f"{consent.item} {digest(consent, CONSENT)} {consent.position}" for consent in consents)


def of_decision(verification: Verification) -> str:
    """What the event of an end holds of the decision, which is codes, checks and ids."""
    return _base64(_canonical(verification.decision))


def of_attempt(attempt: Attempt, changes: Mapping[str, Any] | None = None) -> str:
    """``changes`` are columns as they were written beside the object."""
    return f"{attempt.id} {digest(attempt, ATTEMPT, changes)}"


def digest(row: Any, columns: Iterable[str], changes: Mapping[str, Any] | None = None) -> str:
    """SHA-256 over the columns' values as canonical JSON."""
    values = {name: _plain((changes or {}).get(name, getattr(row, name))) for name in columns}
    return _base64(_canonical(values))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _base64(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
