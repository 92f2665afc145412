"""Destroying what is sealed, class by class: the key first, then what it opened."""

import re
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, select, text, update

from verify.flows.keeping import COLUMNS, is_unverified
from verify.flows.retention import CLASSES
from verify.models import SealedStep, Verification, keystore
from verify.services import Services

#: seconds that older transactions are waited for, and between two looks
READERS_TAKE, PAUSE = 60.0, 0.2


#: tables of the main store that hold sealed values, and of the key store
SEALED, KEYS = (
    ("sealed_steps", "verifications", "transfers", "rights_requests", "rights_notes"),
    ("data_keys", "owner_tags"),
)


def destroy(class_name: str, verifications: Sequence[UUID], services: Services) -> int:
    """Destroy the keys of a class and drop its blobs; the number of keys.

    A crash in between leaves blobs nobody can open, and the next sweep drops them.
    """
    parts = CLASSES[class_name].sealed_as
    if not parts:
        return _destroy(class_name, verifications, services)
    with services.read() as session:
        own = session.scalars(select(Verification.id).where(Verification.id.in_(verifications), is_unverified())).all()
    return sum(_destroy(name, own, services) for name in parts)


def _destroy(class_name: str, verifications: Sequence[UUID], services: Services) -> int:
    destroyed = services.vault.shred_class(verifications, class_name)
    with services.write() as session:
        session.execute(
            delete(SealedStep)
            .where(SealedStep.verification_id.in_(verifications), SealedStep.retention_class == class_name)
            .execution_options(synchronize_session=False)
        )
        if class_name in COLUMNS:
            session.execute(
                update(Verification)
                .where(Verification.id.in_(verifications))
                .values({COLUMNS[class_name]: None})
                .execution_options(synchronize_session=False)
            )
    return destroyed


def clean_files(services: Services) -> None:
    """Leave none of what was deleted in SQLite's write-ahead log of the main store; its pages are zeroed already."""
    keystore.forget_deleted(main_engine(services))


def scrub(services: Services) -> list[str]:
    """Rewrite what sealed values and keys were deleted from on PostgreSQL, so that they leave the data files.

    The tables are locked meanwhile; names of those rewritten. The write-ahead log goes its own way (docs/erasure.md).
    """
    rewritten = []
    for engine, tables in ((main_engine(services), SEALED), (services.vault.engine, KEYS)):
        if engine.dialect.name != "postgresql":
            keystore.forget_deleted(engine)
            continue
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                _rewrite(connection, table)
                rewritten.append(table)
    return rewritten


def _rewrite(connection: Connection, table: str) -> None:
    """Once more while a transaction that began before a deletion may still see the rows: they were kept for it."""
    kept: list[int] = []
    driver: Any = connection.connection.driver_connection  # psycopg's
    driver.add_notice_handler(tell := lambda notice: kept.append(dead_rows(notice.message_detail)))
    deadline = time.monotonic() + READERS_TAKE
    try:
        while True:
            kept.clear()
            connection.execute(text(f"VACUUM (FULL, VERBOSE) {table}"))
            if not any(kept) or time.monotonic() > deadline:
                return
            time.sleep(PAUSE)
    finally:
        driver.remove_notice_handler(tell)


def dead_rows(detail: str | None) -> int:
    """The number in "3 dead row versions cannot be removed yet", in whatever language the server speaks."""
    found = re.match(r"\D*(\d+)", (detail or "").partition("\n")[0])
    return int(found[1]) if found else 0


def main_engine(services: Services) -> Engine:
    found = services.session().get_bind()
    return found if isinstance(found, Engine) else found.engine
