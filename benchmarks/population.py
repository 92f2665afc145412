"""Many accounts at once, sealed and tagged as requests would have done it, for measuring what grows with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from crypto.keyring import Key
from crypto.seal import FieldCipher, new_data_key, wrap
from providers.testing.identities import adult
from verify.flows import events, limits, sealing
from verify.flows.methods import lifetime
from verify.flows.states import Status
from verify.models import Account, Event, SealedStep, Verification
from verify.models.engines import WRITE
from verify.models.keystore import data_keys
from verify.services import Services

BATCH = 500

#: retention classes that have a data key of their own; the first keeps what is sealed
CLASSES = ("identity", "contact")


@dataclass
class Rows:
    accounts: list[dict[str, Any]]
    verifications: list[dict[str, Any]]
    events: list[dict[str, Any]]
    sealed: list[dict[str, Any]]
    keys: list[dict[str, Any]]
    uses: list[Any]


def populate(services: Services, application_id: UUID, count: int, first: int = 1) -> None:
    """Add ``count`` accounts with one canceled verification each, whose identity is sealed and tagged."""
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        rows = _rows(services, application_id, numbers)
        with services.vault.engine.execution_options(**{WRITE: True}).begin() as connection:
            connection.execute(insert(data_keys), rows.keys)
        services.vault.note(rows.uses)
        with services.write() as session:
            for table, values in (
                (Account, rows.accounts),
                (Verification, rows.verifications),
                (Event, rows.events),
                (SealedStep, rows.sealed),
            ):
                session.execute(insert(table), values)


def _rows(services: Services, application_id: UUID, numbers: range) -> Rows:
    now = services.clock()
    kek = services.keyring.primary("kek")
    found = Rows([], [], [], [], [], [])
    for number in numbers:
        verification = _verification(application_id, number, now)
        event = events.chained(verification, "verification.created", now, method=verification.method)
        found.accounts.append(
            {
                "id": verification.account_id,
                "application_id": application_id,
                "livemode": False,
                "account_ref": verification.account_ref,
                "created_at": now,
            }
        )
        who = adult(number)
        keys = list(_keys(kek, verification))
        found.keys += [row for row, _ in keys]
        identity = keys[0][1]
        context = sealing.context("identity", "identity")
        values = sealing.pack({"name": who.name, "id_number": who.id_number})
        found.sealed.append(
            {
                "verification_id": verification.id,
                "step": "identity",
                "retention_class": "identity",
                "ciphertext": identity.seal(context, verification.id, values),
                "sealed_at": now,
            }
        )
        found.uses.append(limits.seen("cn.id_number", who.id_number, verification))
        found.verifications.append(_columns(verification))
        found.events.append(_columns(event))
    return found


def _verification(application_id: UUID, number: int, now: datetime) -> Verification:
    return Verification(
        id=uuid7(),
        application_id=application_id,
        account_id=uuid7(),
        account_ref=f"populated-{number}",
        livemode=False,
        type="personal",
        method="face",
        status=Status.CANCELED,
        progress={},
        locale="zh-CN",
        labels={},
        tokens_issued=1,
        event_seq=0,
        sequence=0,
        created_at=now,
        updated_at=now,
        ended_at=now,
        expires_at=now + lifetime("personal", "face"),
    )


def _keys(kek: Key, verification: Verification) -> Iterator[tuple[dict[str, Any], FieldCipher]]:
    for name in CLASSES:
        dek_id, dek = new_data_key(kek.suite)
        row = {
            "id": dek_id,
            "owner_id": verification.account_id,
            "verification_id": verification.id,
            "class": name,
            "wrapped": wrap(kek, dek_id, dek),
        }
        yield row, FieldCipher(dek_id, dek, kek.suite)


def _columns(row: Any) -> dict[str, Any]:
    return {a.key: getattr(row, a.key) for a in row.__mapper__.column_attrs if a.key in row.__dict__}
