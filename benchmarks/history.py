"""What years of use leave behind, written in bulk: for measuring what grows with it.

What is over grows, what is open does not: every size has the same number of cases in review and of rows due.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Table, insert, text
from sqlalchemy.dialects.postgresql import JSONB

from crypto.index import BlindIndex
from crypto.keyring import Key
from providers.testing.identities import id_number
from verify.flows import events
from verify.flows.disposal import main_engine
from verify.flows.retention import CLASSES
from verify.models import Account, Attempt, Consent, Event, SealedStep, Verification
from verify.models.keystore import data_keys, owner_tags
from verify.services import Services

BATCH = 5_000
SPAN = timedelta(days=400)

#: cases that wait for staff, and rows of the class that the sweep measured here finds due
IN_REVIEW, DUE = 500, 8_000
DUE_CLASS = "contact"

Rows = dict[Table, list[dict[str, Any]]]


def fill(services: Services, application_id: UUID, count: int) -> None:
    """``count`` verifications, evenly over SPAN, each of another account; the last of them in review."""
    now = services.clock()
    index, kek = BlindIndex(services.keyring.snapshot), services.keyring.primary("kek")
    in_keys = {data_keys, owner_tags}
    for start in range(0, count, BATCH):
        rows: Rows = {}
        for number in range(start, min(start + BATCH, count)):
            at = now - SPAN * (1 - number / count)
            one = _verification(application_id, number, at, in_review=number >= count - IN_REVIEW)
            has_contact = _has_contact(number, count, at, now)
            for table, row in _rows(one, index, kek, has_contact=has_contact):
                rows.setdefault(table, []).append(row)
        for table, values in rows.items():
            write(services.vault.engine if table in in_keys else main_engine(services), table, values)
    settle(services)


def number_of(n: int) -> str:
    """The ID number of account n: nobody's, and each another."""
    return id_number("110101", date(1950, 1, 1) + timedelta(days=n // 999), n % 999)


def _has_contact(number: int, count: int, at: datetime, now: datetime) -> bool:
    """As sweeps left it: what is younger than its time, and the last few that fell due."""
    due = int(count * (1 - CLASSES[DUE_CLASS].lasts / SPAN))
    return number >= due - DUE and at < now


def _verification(application_id: UUID, number: int, at: datetime, *, in_review: bool) -> dict[str, Any]:
    done = {"status": "passed"}
    steps = {"consent": done, "bank_card": done, "sms_code": done, "face": done}
    steps |= {"face": {**done, "refer": "face_inconclusive"}} if in_review else {}
    return {
        "id": _id(at),
        "application_id": application_id,
        "account_id": _id(at),
        "account_ref": f"past-{number}",
        "livemode": False,
        "type": "personal",
        "method": "bank_card",
        "status": "review" if in_review else "verified",
        "progress": {"steps": steps, "tries": {}},
        "decision": None if in_review else {"by": "machine", "reason_codes": [], "assurance": "substantial"},
        "locale": "zh-CN",
        "metadata": {},
        "tokens_issued": 1,
        "event_seq": 3,
        "event_hash": os.urandom(32),
        "sequence": 3,
        "created_at": at,
        "updated_at": at,
        "expires_at": at + timedelta(days=7),
        "paused_at": at if in_review else None,
        "decided_at": None if in_review else at,
        "ended_at": None if in_review else at,
    }


def _rows(
    one: dict[str, Any], index: BlindIndex, kek: Key, *, has_contact: bool
) -> Iterator[tuple[Table, dict[str, Any]]]:
    number, at = int(one["account_ref"].removeprefix("past-")), one["created_at"]
    alike = {"application_id": one["application_id"], "livemode": False}
    yield (
        _table(Account),
        alike
        | {
            "id": one["account_id"],
            "account_ref": one["account_ref"],
            "created_at": at,
            "refusals": {},
        }
        | dict.fromkeys(("event_seq", "sequence"), 0),
    )
    yield _table(Verification), one
    for seq, kind in enumerate(("verification.created", "verification.step_passed", "verification.verified"), 1):
        yield _table(Event), alike | _event(one, seq, kind)
    yield _table(Attempt), _attempt(one)
    for item in ("personal_information", "bank_card"):
        yield _table(Consent), _consent(one, item)
    for name in ("identity", DUE_CLASS) if has_contact else ("identity",):
        own = {"verification_id": one["id"], "retention_class": name, "sealed_at": at}
        yield _table(SealedStep), own | {"step": name, "ciphertext": os.urandom(166)}
        wrapped = b"\x01\x01" + kek.id + os.urandom(60)
        key = {"id": os.urandom(8), "owner_id": one["account_id"], "verification_id": one["id"]}
        yield data_keys, key | {"class": name, "wrapped": wrapped}
    tag = index.tags("cn.id_number", number_of(number), one["application_id"].bytes)[0]
    key = {"kind": tag.kind, "index_key": tag.key_id, "tag": tag.tag, "holder": one["account_id"], "window": 0}
    kept = {"owner_id": one["account_id"], "uses": 1, "since": at, "expires_at": at + timedelta(days=36525)}
    yield owner_tags, key | kept


def _event(one: dict[str, Any], seq: int, kind: str) -> dict[str, Any]:
    found = _id(one["created_at"])
    payload = events.canonical({"id": str(found), "seq": seq, "type": kind, "verification": str(one["id"])})
    return {
        "id": found,
        "verification_id": one["id"],
        "about": "verification",
        "about_id": one["id"],
        "seq": seq,
        "sequence": seq,
        "type": kind,
        "payload": payload,
        "hash": os.urandom(32),
        "created_at": one["created_at"],
        "checkpoint": 1,
        "fanned_out_at": one["created_at"],
    }


def _attempt(one: dict[str, Any]) -> dict[str, Any]:
    at = one["created_at"]
    return {
        "id": _id(at),
        "verification_id": one["id"],
        "step": "bank_card",
        "capability": "bank_card",
        "provider": "sandbox",
        "kinds": ["name", "id_number", "card_number", "mobile"],
        "consent_item": "bank_card",
        "started_at": at,
        "finished_at": at,
        "duration_ms": 400,
        "outcome": "match",
        "billed": True,
        "due_at": at,
        "readings": 0,
    }


def _consent(one: dict[str, Any], item: str) -> dict[str, Any]:
    return {
        "id": _id(one["created_at"]),
        "verification_id": one["id"],
        "item": item,
        "kinds": ["name", "id_number"],
        "position": 0,
        "policy_version": "2026-01",
        "notice_id": "0" * 64,
        "granted_at": one["created_at"],
    }


def write(engine: Engine, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """By COPY, without looking up what the rows refer to, on PostgreSQL."""
    names = sorted({name for row in rows for name in row})
    if engine.dialect.name != "postgresql":
        keyed = {column.name: column for column in table.columns}
        with engine.begin() as connection:
            connection.execute(insert(table), [{keyed[n].key: row.get(n) for n in names} for row in rows])
        return
    json_columns = {name for name in names if isinstance(table.c[name].type.dialect_impl(engine.dialect), JSONB)}
    columns = ", ".join(f'"{name}"' for name in names)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_said(row.get(n), as_json=n in json_columns) for n in names])


def _said(value: Any, *, as_json: bool) -> Any:
    return json.dumps(value) if as_json and value is not None else value


def settle(services: Services) -> None:
    """As autovacuum would have left it by now."""
    for engine in (main_engine(services), services.vault.engine):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def _id(at: datetime) -> UUID:
    """A UUIDv7 of that time (RFC 9562, 5.7)."""
    milliseconds, chance = int(at.timestamp() * 1000), int.from_bytes(os.urandom(10))
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (chance >> 68) << 64 | 0b10 << 62 | chance & (1 << 62) - 1)


def _table(model: Any) -> Table:
    found: Table = model.__table__
    return found
