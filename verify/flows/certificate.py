"""The erasure certificate: what went and what stays, with two dates, signed so that anybody can check it offline."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import make_url

from crypto.notes import Signer, Verifier, opened
from verify.config import Settings
from verify.flows.events import canonical
from verify.flows.holdings import Holding
from verify.flows.view import rfc3339
from verify.models import Erasure, VendorErasure
from verify.services import Services

FORMAT = "realname-erasure/1"

#: in whose name it is signed; another than the checkpoints', so that no note passes for the other's
NAME = "realname-erasure"


@dataclass(frozen=True)
class Gone:
    """What was destroyed of these verifications: keys and rows, by class."""

    verifications: Sequence[UUID]
    keys: Mapping[str, int]
    rows: Mapping[str, int]

    def shown(self) -> list[dict[str, Any]]:
        """A line for each class there was any of: what has keys goes with them, tags are rows without one."""
        return [
            *({"class": name, "keys_destroyed": count} for name, count in self.keys.items() if count),
            *({"class": name, "rows_deleted": count} for name, count in self.rows.items() if count),
        ]


def certify(
    erasure: Erasure, gone: Gone, restricted: Sequence[Holding], copies: Sequence[VendorErasure], services: Services
) -> None:
    """Write the statement and its signature on the erasure."""
    key = services.keyring.primary("audit")
    waiting = Counter(f"{copy.provider}: {copy.status}" for copy in copies)
    backups_by, reaches = backups(erasure.live_at or erasure.asked_at, services.settings)
    statement = {
        "format": FORMAT,
        "erasure": f"era_{erasure.id}",
        "account": f"acc_{erasure.account_id}",
        "verifications": [f"ver_{verification}" for verification in gone.verifications],
        "ground": erasure.ground,
        "asked_at": rfc3339(erasure.asked_at),
        "live_at": rfc3339(erasure.live_at),
        "backups_by": rfc3339(backups_by),
        "backups": reaches,
        "erased": gone.shown(),
        "tags_deleted": sum(gone.rows.values()),
        "restricted": [
            {"of": kept.of, "class": kept.retention_class, "basis": kept.basis, "until": rfc3339(kept.until)}
            for kept in restricted
        ],
        "recipients": [f"{line} {count}" for line, count in sorted(waiting.items())],
    }
    signer = Signer(NAME, key.secret)
    erasure.certificate = signer.sign(canonical(statement).decode() + "\n")
    erasure.signed_by = str(signer.verifier)


def backups(live_at: datetime, settings: Settings) -> tuple[datetime | None, str]:
    """By when no backup opens it any more, and how that comes about."""
    if _share_backups(settings.database_url, settings.keys_database_url):
        return (
            None,
            "one server holds data and keys: backups end with the KEK that its data keys were wrapped under",
        )
    days = settings.keys_backup_days
    return live_at + timedelta(days=days), f"copies of the key store are kept for {days} days"


def _share_backups(main: str, keys: str) -> bool:
    """WAL and base backups belong to a server, not to a database of it."""
    one, other = make_url(main), make_url(keys)
    if one.get_backend_name() != other.get_backend_name() or one.get_backend_name() == "sqlite":
        return one.database == other.database and one.host == other.host
    return (one.host, one.port or 5432) == (other.host, other.port or 5432)


def statement_of(erasure: Erasure) -> dict[str, Any] | None:
    """What was signed; None before it was carried out."""
    if erasure.certificate is None or erasure.signed_by is None:
        return None
    return check(erasure.certificate, erasure.signed_by)


def show(erasure: Erasure) -> dict[str, Any] | None:
    """The certificate as it is handed out: statement, the signed note, and the verifier key that opens it."""
    statement = statement_of(erasure)
    if statement is None:
        return None
    return {"statement": statement, "note": erasure.certificate, "verifier": erasure.signed_by}


def check(note: str, verifier: str) -> dict[str, Any]:
    """The statement of a certificate, with nothing but a verifier key. Raises BadNote."""
    found: dict[str, Any] = json.loads(opened(note, Verifier.parse(verifier)))
    return found
