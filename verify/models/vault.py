"""The vault: data keys by verification and retention class, and counted tags. The key store's only user.

Every method is a transaction of its own, committed before it returns and so before the main store's:
a data key without data is harmless, data without its key is lost.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Engine,
    Update,
    bindparam,
    delete,
    func,
    select,
    update,
)

from crypto import document
from crypto.errors import KeyMissing, KeyShredded, NotIndexable
from crypto.index import BlindIndex, Tag
from crypto.keyring import Key, Keyring, KeySource
from crypto.seal import FieldCipher, dek_id_of, new_data_key, rewrapped, unwrap, wrap
from verify.models import keystore, orders, tags
from verify.models.base import UtcTime, made_once
from verify.models.engines import WRITE
from verify.models.keystore import WRAPPED_UNDER, AnyRow, data_keys, key_registry, owner_tags
from verify.models.orders import Order
from verify.models.tags import NOBODY, TagCount, TagUse

__all__ = ["Keys", "TagCount", "TagUse", "Vault"]

log = logging.getLogger(__name__)

KEY_COLUMNS = (data_keys.c.id, data_keys.c["class"].label("retention_class"), data_keys.c.wrapped)


class Keys:
    """The data keys one verification has at this moment, by retention class; unwrapped when used."""

    def __init__(self, keyring: KeySource, rows: Iterable[AnyRow], source: KeySource | None = None) -> None:
        """Keys that retire later than the rows were read stay of use here, so ``keyring`` is a snapshot.

        ``source`` is asked for what the snapshot lacks.
        """
        rows = list(rows)
        self._keyring = keyring.snapshot
        self._source = source or keyring
        self._suite = self._keyring.primary("kek").suite
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

    def seal_document(
        self, retention_class: str, context: str, row_id: UUID, pieces: Iterable[bytes]
    ) -> Iterator[bytes]:
        """As document.seal. Raises KeyShredded where the class has no data key."""
        dek_id = self._ids.get(retention_class)
        if dek_id is None:
            raise KeyShredded(None)
        return document.seal(dek_id, self._unwrap(dek_id), context, row_id, pieces, self._suite)

    def open_document(self, context: str, row_id: UUID, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """As document.open_. Raises KeyShredded where there is no such data key (any more)."""
        header, rest = document.split(pieces)
        dek_id = document.dek_id_of(header, self._keyring.suites)
        if dek_id not in self._wrapped:
            raise KeyShredded(dek_id)
        return document.open_(header, self._unwrap(dek_id), context, row_id, rest)

    def _cipher(self, dek_id: bytes | None) -> FieldCipher:
        if dek_id is None or dek_id not in self._wrapped:
            raise KeyShredded(dek_id)
        if dek_id not in self._ciphers:
            self._ciphers[dek_id] = FieldCipher(dek_id, self._unwrap(dek_id), self._suite, self._keyring.suites)
        return self._ciphers[dek_id]

    def _unwrap(self, dek_id: bytes) -> bytes:
        wrapped = self._wrapped[dek_id]
        try:
            return unwrap(self._keyring, dek_id, wrapped)
        except KeyMissing:
            return unwrap(self._source, dek_id, wrapped)


@made_once
def _made(insert: Any) -> Any:
    new = insert(data_keys)
    kept = new.on_conflict_do_update(index_elements=["verification_id", "class"], set_={"class": new.excluded["class"]})
    return kept.returning(*KEY_COLUMNS)


class Vault:
    """Makes, hands out, re-wraps and shreds data keys; counts tags. ``clock`` gives aware times."""

    def __init__(self, engine: Engine, keyring: KeySource, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self._writing = engine.execution_options(**{WRITE: True})
        self._keyring = keyring
        self._last_index = BlindIndex(keyring.snapshot)
        self._clock = clock

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
        self.accept(self._keyring.snapshot)

    def accept(self, keyring: Keyring) -> None:
        """The same for another keyring, before it takes this one's place."""
        with self._write() as connection:
            keystore.check_registry(connection, keyring, self._clock())

    def create(self, owner: UUID, verification: UUID, classes: Sequence[str]) -> Keys:
        """The verification's keys of these classes, made where they are missing. One statement.

        Of two at once both get the same keys. After ``shred`` it makes new ones: what was sealed stays lost.
        """
        keyring = self._keyring.snapshot
        rows = [_new_row(keyring.primary("kek"), owner, verification, name) for name in sorted(set(classes))]
        with self._write() as connection:
            found = connection.execute(_made(connection), rows).all() if rows else []
        return Keys(keyring, found, self._keyring)

    def keys(self, verification: UUID) -> Keys:
        """All keys the verification has. One statement."""
        return self.many([verification])[verification]

    def many(self, verifications: Sequence[UUID]) -> dict[UUID, Keys]:
        """``keys`` of each, in one statement; empty Keys where there are none."""
        keyring = self._keyring.snapshot
        found: dict[UUID, list[AnyRow]] = {verification: [] for verification in verifications}
        wanted = select(*KEY_COLUMNS, data_keys.c.verification_id).where(data_keys.c.verification_id.in_(found))
        with self.engine.connect() as connection:
            for row in connection.execute(wanted) if found else []:
                found[row.verification_id].append(row)
        return {verification: Keys(keyring, rows, self._keyring) for verification, rows in found.items()}

    def note(self, uses: Sequence[TagUse]) -> list[TagCount]:
        """Count these uses and tell each one's count, in their order. One statement. Raises NotIndexable."""
        if not uses:
            return []
        index = self._index()
        with self._write() as connection:
            return tags.note(connection, index, uses, self._clock())

    def count(self, uses: Sequence[TagUse]) -> list[int]:
        """Tell each one's count, in their order, counting nothing. One statement. Raises NotIndexable."""
        index = self._index()
        with self.engine.connect() as connection:
            return tags.count(connection, index, uses, self._clock())

    def owners(self, kind: str, value: str, scopes: Sequence[bytes]) -> set[UUID]:
        """Accounts that hold this value in one of these scopes. One statement. Raises NotIndexable."""
        found = [tag for scope in scopes for tag in self._index().tags(kind, value, scope)]
        if not found:
            return set()
        with self.engine.connect() as connection:
            return tags.owners(connection, found, self._clock())

    def forget(self, uses: Sequence[TagUse]) -> int:
        """Start the counts of these uses afresh; the number of counts there were. Raises NotIndexable."""
        return sum(self._erased(*tags.forgotten(self._index(), uses, self._clock())))

    def shred(self, verification: UUID, classes: Sequence[str] | None = None) -> int:
        """Destroy the verification's data keys, of these classes or all, and count them. Not to be undone."""
        doomed = delete(data_keys).where(data_keys.c.verification_id == verification)
        return self._erase(doomed if classes is None else doomed.where(data_keys.c["class"].in_(classes)))

    def shred_class(self, verifications: Sequence[UUID], retention_class: str) -> int:
        """``shred`` of one class of each, in one transaction."""
        doomed = delete(data_keys).where(data_keys.c.verification_id.in_(verifications))
        return self._erase(doomed.where(data_keys.c["class"] == retention_class))

    def shred_owner(self, owner: UUID) -> int:
        """Destroy all data keys of the account and its tags; counts the keys.

        Close the account in the main store first: keys made afterwards are not covered.
        """
        return self._erase(delete(data_keys).where(data_keys.c.owner_id == owner), *_forgotten(owner))

    def forget_tags(self, owner: UUID, class_name: str) -> int:
        """Delete the account's tags of a retention class; counts them."""
        of_class: ColumnElement[bool] = tags.CLASS.is_not_distinct_from(class_name)
        return self._erase(delete(owner_tags).where(owner_tags.c.owner_id == owner, of_class))

    def tags_of(self, owners: Sequence[UUID]) -> dict[str, tuple[int, datetime]]:
        """By retention class: how many tags these accounts were the first to use, and when the last one's time ends."""
        with self.engine.connect() as connection:
            return tags.counted(connection, owner_tags.c.owner_id.in_(owners))

    def tags_over(self, now: datetime, spared: Sequence[UUID] = ()) -> dict[str, int]:
        """By retention class: how many tags ``sweep_tags`` would delete."""
        with self.engine.connect() as connection:
            found = tags.counted(connection, tags.is_over(now, spared))
        return {name: number for name, (number, _) in found.items()}

    def sweep_tags(self, now: datetime, limit: int, class_name: str | None = None, spared: Sequence[UUID] = ()) -> int:
        """Delete up to ``limit`` tags whose time is over, but for those of accounts that are ``spared``; 0 when none
        are left."""
        return self._erase(tags.expired(now, limit, class_name, spared))

    def keep_order(self, order: Order) -> None:
        """Remember an order of erasure for a main store that comes back from before it."""
        with self._write() as connection:
            orders.keep(connection, order)

    def orders(self) -> Sequence[Order]:
        """All that are remembered, the oldest first."""
        with self.engine.connect() as connection:
            return orders.every(connection)

    def orders_of(self, account: UUID) -> Sequence[Order]:
        """Those about one account, the oldest first."""
        with self.engine.connect() as connection:
            return orders.every(connection, account)

    def orders_over(self, given_before: datetime, spared: Sequence[UUID] = ()) -> int:
        """How many ``sweep_orders`` would forget."""
        with self.engine.connect() as connection:
            return orders.count_older(connection, given_before, spared)

    def sweep_orders(self, given_before: datetime, limit: int, spared: Sequence[UUID] = ()) -> int:
        """Forget up to ``limit`` orders, but for those about accounts that are ``spared``; 0 when none are left."""
        return self._erase(orders.older(given_before, limit, spared))

    def rewrap(self, limit: int) -> int:
        """Wrap up to ``limit`` data keys anew that are not under the primary KEK, retired ones' too.

        Returns how many; rows another transaction holds are left for the next call.
        """
        keyring = self._keyring.snapshot
        primary = keyring.primary("kek")
        with self._write() as connection:
            stale = not_under(connection, primary.id, limit)
            again = rewrapped(keyring, [(row.id, row.wrapped) for row in stale])
            if again:
                values = [{"dek_id": row.id, "again": wrapped} for row, wrapped in zip(stale, again, strict=True)]
                moved = update(data_keys).where(data_keys.c.id == bindparam("dek_id"))
                connection.execute(moved.values(wrapped=bindparam("again")), values)
        return len(again)

    def wraps(self) -> dict[bytes, int]:
        """Number of data keys by the id of the KEK they are under."""
        counted = select(WRAPPED_UNDER, func.count()).select_from(data_keys).group_by(WRAPPED_UNDER)
        with self.engine.connect() as connection:
            return {bytes(kek): count for kek, count in connection.execute(counted)}

    def retag(self, values: Iterable[tuple[str, str, bytes]]) -> int:
        """Count on under the primary index key what is only counted under former ones; how many counts were moved.

        ``values`` are kind, value and scope; what is not well-formed is passed over.
        """
        index = self._index()
        known_since = self.promoted_at(index.keyring.primary("index").id)
        twins: dict[tags.Twin, Tag] = {}
        for kind, value, scope in values:
            with suppress(NotIndexable):
                newest, *former = index.tags(kind, value, scope)
                twins |= {(tag.kind, tag.key_id, tag.tag): newest for tag in former}
        if not twins:
            return 0
        with self._write() as connection:
            return tags.retag(connection, twins, known_since)

    def tags_only_under(self, index_key: bytes) -> int:
        """Live counts that would be lost with this former index key."""
        known_since = self.promoted_at(self._keyring.primary("index").id)
        under = owner_tags.c.index_key == index_key
        live = owner_tags.c.expires_at > self._clock()
        lost = select(func.count()).where(under, live, tags.only_under_former(known_since))
        with self.engine.connect() as connection:
            return connection.scalar(lost) or 0

    def drop_tags(self, index_key: bytes, limit: int) -> int:
        """Delete up to ``limit`` counts under this index key; 0 when none are left."""
        return self._erase(tags.under(index_key, limit))

    def promoted_at(self, key_id: bytes) -> datetime:
        """When the key became primary, which is when every process knew it."""
        found = select(func.coalesce(key_registry.c.promoted_at, key_registry.c.first_seen, type_=UtcTime()))
        with self.engine.connect() as connection:
            promoted_at: datetime = connection.scalars(found.where(key_registry.c.key_id == key_id)).one()
            return promoted_at

    def _index(self) -> BlindIndex:
        keyring = self._keyring.snapshot
        if self._last_index.keyring is not keyring:
            self._last_index = BlindIndex(keyring)
        return self._last_index

    def _write(self) -> AbstractContextManager[Connection]:
        return self._writing.begin()

    def _erase(self, first: Delete | Update, *others: Delete | Update) -> int:
        """Like ``_erased``, for the count of the first."""
        return self._erased(first, *others)[0]

    def _erased(self, *statements: Delete | Update) -> list[int]:
        """Count what each of these deletes, and leave none of it in SQLite's files.

        Done even when nothing was deleted now: an earlier call may have been held up or killed.
        """
        with self._write() as connection:
            counts = [connection.execute(statement).rowcount for statement in statements]
        if not keystore.forget_deleted(self.engine):
            log.warning("key store checkpoint held up")
        return counts


def _new_row(kek: Key, owner: UUID, verification: UUID, retention_class: str) -> dict[str, Any]:
    dek_id, dek = new_data_key(kek.suite)
    return {
        "id": dek_id,
        "owner_id": owner,
        "verification_id": verification,
        "class": retention_class,
        "wrapped": wrap(kek, dek_id, dek),
    }


def _forgotten(owner: UUID) -> tuple[Delete, Update]:
    """What an account was the first to use is forgotten, but for counts that guard others: a cap that its end reset
    would be none. They live on with no owner."""
    its_own = owner_tags.c.owner_id == owner
    guards = tags.CLASS.in_(("daily_count", "wrong_amounts"))
    return delete(owner_tags).where(its_own, ~guards), update(owner_tags).where(its_own).values(owner_id=NOBODY)


def not_under(connection: Connection, kek_id: bytes, limit: int) -> list[AnyRow]:
    """Data keys wrapped under another KEK, locked. Two ranges, since an index cannot answer "unequal"."""
    found: list[AnyRow] = []
    for other in (kek_id > WRAPPED_UNDER, kek_id < WRAPPED_UNDER):
        rows = select(*KEY_COLUMNS).where(other).limit(limit - len(found)).with_for_update(skip_locked=True)
        found += connection.execute(rows).all()
    return found
