"""The vault: data keys by verification and retention class, and counted tags. The key store's only user.

Every method is a transaction of its own, committed before it returns and so before the main store's:
a data key without data is harmless, data without its key is lost.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Delete, Engine, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crypto.errors import KeyShredded
from crypto.index import BlindIndex
from crypto.keyring import Keyring
from crypto.seal import FieldCipher, dek_id_of, new_data_key, unwrap, wrap
from verify.models import keystore, tags
from verify.models.engines import WRITE
from verify.models.keystore import WRAPPED_UNDER, AnyRow, data_keys, owner_tags
from verify.models.tags import TagCount, TagUse

__all__ = ["Keys", "TagCount", "TagUse", "Vault"]

log = logging.getLogger(__name__)

KEY_COLUMNS = (data_keys.c.id, data_keys.c["class"].label("retention_class"), data_keys.c.wrapped)


class Keys:
    """The data keys one verification has at this moment, by retention class; unwrapped when used."""

    def __init__(self, keyring: Keyring, rows: Iterable[AnyRow]) -> None:
        rows = list(rows)
        self._keyring = keyring
        self._suite = keyring.primary("kek").suite
        self._ids: dict[str, bytes] = {row.retention_class: row.id for row in rows}
        self._wrapped: dict[bytes, bytes] = {row.id: row.wrapped for row in rows}
        self._ciphers: dict[bytes, FieldCipher] = {}

    def __repr__(self) -> str:
        return f"<Keys {' '.join(sorted(self._ids))}>"

    def has(self, retention_class: str) -> bool:
        """True while this class has its data key."""
        return retention_class in self._ids

    def seal(self, retention_class: str, context: str, row_id: UUID, plaintext: bytes) -> bytes:
        """As FieldCipher.seal. Raises KeyShredded where the class has no data key."""
        return self._cipher(self._ids.get(retention_class)).seal(context, row_id, plaintext)

    def open(self, context: str, row_id: UUID, sealed: bytes) -> bytes:
        """As FieldCipher.open. Raises KeyShredded where this verification has no such data key (any more)."""
        return self._cipher(dek_id_of(sealed)).open(context, row_id, sealed)

    def _cipher(self, dek_id: bytes | None) -> FieldCipher:
        if dek_id is None or dek_id not in self._wrapped:
            raise KeyShredded(dek_id)
        if dek_id not in self._ciphers:
            dek = unwrap(self._keyring, dek_id, self._wrapped[dek_id])
            self._ciphers[dek_id] = FieldCipher(dek_id, dek, self._suite)
        return self._ciphers[dek_id]


class Vault:
    """Makes, hands out, re-wraps and shreds data keys; counts tags. ``clock`` gives aware times."""

    def __init__(self, engine: Engine, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self._writing = engine.execution_options(**{WRITE: True})
        self._keyring = keyring
        self._index = BlindIndex(keyring)
        self._clock = clock
        self._dialect: Any = postgresql if engine.dialect.name == "postgresql" else sqlite

    def __repr__(self) -> str:
        return "<Vault>"

    def ping(self) -> None:
        """Raises the database's error when the key store does not answer."""
        with self.engine.connect() as connection:
            connection.execute(select(1))

    def is_empty(self) -> bool:
        """True when no key was ever used with this store, so that a keyring may be generated."""
        return keystore.is_empty(self.engine)

    def check_registry(self) -> None:
        """Register the keyring's new keys; at boot, before any other use.

        Raises KeyMissing or its kind KeyMismatch, and registers nothing, for a keyring that is not this store's.
        """
        with self._write() as connection:
            keystore.check_registry(connection, self._keyring, self._clock())

    def create(self, owner: UUID, verification: UUID, classes: Sequence[str]) -> Keys:
        """The verification's keys of these classes, made where they are missing. One statement.

        Of two at once both get the same keys. After ``shred`` it makes new ones: what was sealed stays lost.
        """
        insert: Any = self._dialect.insert(data_keys)
        made = insert.on_conflict_do_update(
            index_elements=["verification_id", "class"], set_={"class": insert.excluded["class"]}
        ).returning(*KEY_COLUMNS)
        rows = [self._new_row(owner, verification, name) for name in sorted(set(classes))]
        with self._write() as connection:
            return Keys(self._keyring, connection.execute(made, rows).all() if rows else [])

    def keys(self, verification: UUID) -> Keys:
        """All keys the verification has. One statement."""
        return self.many([verification])[verification]

    def many(self, verifications: Sequence[UUID]) -> dict[UUID, Keys]:
        """``keys`` of each, in one statement; empty Keys where there are none."""
        found: dict[UUID, list[AnyRow]] = {verification: [] for verification in verifications}
        wanted = select(*KEY_COLUMNS, data_keys.c.verification_id).where(data_keys.c.verification_id.in_(found))
        with self.engine.connect() as connection:
            for row in connection.execute(wanted) if found else []:
                found[row.verification_id].append(row)
        return {verification: Keys(self._keyring, rows) for verification, rows in found.items()}

    def note(self, uses: Sequence[TagUse]) -> list[TagCount]:
        """Count these uses and tell each one's count, in their order. One statement. Raises NotIndexable."""
        if not uses:
            return []
        with self._write() as connection:
            return tags.note(connection, self._index, uses, self._clock())

    def count(self, uses: Sequence[TagUse]) -> list[int]:
        """Tell each one's count, in their order, counting nothing. One statement. Raises NotIndexable."""
        with self.engine.connect() as connection:
            return tags.count(connection, self._index, uses, self._clock())

    def forget(self, uses: Sequence[TagUse]) -> int:
        """Start the counts of these uses afresh; the number of counts there were. Raises NotIndexable."""
        return self._erase(tags.forgotten(self._index, uses, self._clock()))

    def shred(self, verification: UUID, classes: Sequence[str] | None = None) -> int:
        """Destroy the verification's data keys, of these classes or all, and count them. Not to be undone."""
        doomed = delete(data_keys).where(data_keys.c.verification_id == verification)
        return self._erase(doomed if classes is None else doomed.where(data_keys.c["class"].in_(classes)))

    def shred_owner(self, owner: UUID) -> int:
        """Destroy all data keys of the account and the tags it was the first to use; counts the keys.

        Close the account in the main store first: keys made afterwards are not covered.
        """
        return self._erase(
            delete(data_keys).where(data_keys.c.owner_id == owner),
            delete(owner_tags).where(owner_tags.c.owner_id == owner),
        )

    def sweep_tags(self, now: datetime, limit: int) -> int:
        """Delete up to ``limit`` tags whose time is over; 0 when none are left."""
        return self._erase(tags.expired(now, limit))

    def rewrap(self, limit: int) -> int:
        """Wrap up to ``limit`` data keys anew that are not under the primary KEK.

        Returns how many; rows another transaction holds are left for the next call.
        """
        primary = self._keyring.primary("kek")
        with self._write() as connection:
            stale = _not_under(connection, primary.id, limit)
            again = [
                {"dek_id": row.id, "again": wrap(primary, row.id, unwrap(self._keyring, row.id, row.wrapped))}
                for row in stale
            ]
            if again:
                rewrapped = update(data_keys).where(data_keys.c.id == bindparam("dek_id"))
                connection.execute(rewrapped.values(wrapped=bindparam("again")), again)
        return len(again)

    def _write(self) -> AbstractContextManager[Connection]:
        return self._writing.begin()

    def _new_row(self, owner: UUID, verification: UUID, retention_class: str) -> dict[str, Any]:
        kek = self._keyring.primary("kek")
        dek_id, dek = new_data_key(kek.suite)
        return {
            "id": dek_id,
            "owner_id": owner,
            "verification_id": verification,
            "class": retention_class,
            "wrapped": wrap(kek, dek_id, dek),
        }

    def _erase(self, *statements: Delete) -> int:
        """Count what the first of these deletes, and leave none of it in SQLite's files.

        Done even when nothing was deleted now: an earlier call may have been held up or killed.
        """
        with self._write() as connection:
            counts = [connection.execute(statement).rowcount for statement in statements]
        if not keystore.forget_deleted(self.engine):
            log.warning("key store checkpoint held up")
        return counts[0]


def _not_under(connection: Connection, kek_id: bytes, limit: int) -> list[AnyRow]:
    """Data keys wrapped under another KEK, locked. Two ranges, since an index cannot answer "unequal"."""
    found: list[AnyRow] = []
    for other in (kek_id > WRAPPED_UNDER, kek_id < WRAPPED_UNDER):
        rows = select(*KEY_COLUMNS).where(other).limit(limit - len(found)).with_for_update(skip_locked=True)
        found += connection.execute(rows).all()
    return found
