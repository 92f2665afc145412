import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, Select, event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from crypto.errors import KeyMismatch, KeyMissing
from crypto.keyring import PURPOSES, Key, Keyring
from tests.conftest import NOW, Clock
from verify.models import keystore
from verify.models.engines import WRITE
from verify.models.keystore import (
    SQLITE_PRAGMAS,
    WRAPPED_UNDER,
    data_keys,
    key_registry,
    make_engine,
    owner_tags,
)
from verify.models.vault import Vault


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    keystore.KeyBase.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def keyring(clock: Clock) -> Keyring:
    return Keyring.generate(clock())


def registered(engine: Engine) -> dict[bytes, bool]:
    """Ids of the known keys, and whether each is taken down as retired."""
    with engine.connect() as connection:
        return {row.key_id: row.retired_at is not None for row in connection.execute(select(key_registry))}


def with_key(keyring: Keyring, key: Key, **changes: Any) -> Keyring:
    return Keyring(replace(k, **changes) if k.id == key.id else k for k in keyring.keys)


def without(keyring: Keyring, key: Key) -> Keyring:
    return Keyring(k for k in keyring.keys if k.id != key.id)


def test_a_fresh_store_is_empty_until_a_keyring_is_known(key_engine: Engine, keyring: Keyring, clock: Clock) -> None:
    vault = Vault(key_engine, keyring, clock)
    assert vault.is_empty()
    vault.check_registry()
    assert not vault.is_empty()
    assert not keystore.is_empty(key_engine)
    assert registered(key_engine) == {key.id: False for key in keyring.keys}


def test_a_store_with_data_keys_is_not_empty(key_engine: Engine, keyring: Keyring, clock: Clock) -> None:
    vault = Vault(key_engine, keyring, clock)
    vault.create(uuid4(), uuid4(), ["identity"])
    assert not vault.is_empty()


def test_the_same_keyring_is_recognised_again(key_engine: Engine, keyring: Keyring, clock: Clock) -> None:
    for _ in range(3):
        Vault(key_engine, Keyring.parse(keyring.dump()), clock).check_registry()
    assert len(registered(key_engine)) == 4


def test_new_keys_are_registered(key_engine: Engine, keyring: Keyring, clock: Clock) -> None:
    Vault(key_engine, keyring, clock).check_registry()
    rotated = keyring.with_new_primary("kek", clock())
    Vault(key_engine, rotated, clock).check_registry()
    assert registered(key_engine) == {key.id: False for key in rotated.keys}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_keyring_that_lost_a_key_is_refused(key_engine: Engine, keyring: Keyring, clock: Clock, purpose: str) -> None:
    rotated = keyring.with_new_primary(purpose, clock())
    Vault(key_engine, rotated, clock).check_registry()
    lost = keyring.primary(purpose)
    with pytest.raises(KeyMissing, match=f"^{purpose} key {lost.id.hex()} is missing$"):
        Vault(key_engine, without(rotated, lost), clock).check_registry()


def test_the_keyring_of_another_store_is_refused_and_not_taken_down(
    key_engine: Engine, keyring: Keyring, clock: Clock
) -> None:
    Vault(key_engine, keyring, clock).check_registry()
    with pytest.raises(KeyMissing):
        Vault(key_engine, Keyring.generate(clock()), clock).check_registry()
    assert registered(key_engine).keys() == {key.id for key in keyring.keys}


def test_another_key_of_the_same_id_is_refused(key_engine: Engine, keyring: Keyring, clock: Clock) -> None:
    Vault(key_engine, keyring, clock).check_registry()
    kek = keyring.primary("kek")
    with pytest.raises(KeyMismatch, match=f"^kek key {kek.id.hex()} is not the key known here by that id$"):
        Vault(key_engine, with_key(keyring, kek, secret=bytes(range(32))), clock).check_registry()


def test_a_key_given_another_purpose_is_refused(key_engine: Engine, keyring: Keyring, clock: Clock) -> None:
    rotated = keyring.with_new_primary("index", clock())
    Vault(key_engine, rotated, clock).check_registry()
    former = keyring.primary("index")
    with pytest.raises(KeyMismatch, match=r"^index key"):
        Vault(key_engine, with_key(rotated, former, purpose="pepper"), clock).check_registry()


def test_a_key_may_go_once_it_was_retired(key_engine: Engine, keyring: Keyring, clock: Clock) -> None:
    former = keyring.primary("kek")
    rotated = keyring.with_new_primary("kek", clock())
    Vault(key_engine, rotated, clock).check_registry()
    retired = with_key(rotated, former, state="retired")
    Vault(key_engine, retired, clock).check_registry()
    assert registered(key_engine)[former.id]
    Vault(key_engine, without(retired, former), clock).check_registry()


def test_a_key_taken_back_into_use_must_stay_again(key_engine: Engine, keyring: Keyring, clock: Clock) -> None:
    former = keyring.primary("kek")
    rotated = keyring.with_new_primary("kek", clock())
    Vault(key_engine, with_key(rotated, former, state="retired"), clock).check_registry()
    Vault(key_engine, rotated, clock).check_registry()
    assert not registered(key_engine)[former.id]
    with pytest.raises(KeyMissing):
        Vault(key_engine, without(rotated, former), clock).check_registry()


def linger(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    """Time for others to read what is about to change."""
    if statement.startswith("SELECT key_registry"):
        time.sleep(0.05)


def test_of_two_keyrings_at_once_one_is_registered(key_engine: Engine, clock: Clock) -> None:
    keyrings = [Keyring.generate(clock()) for _ in range(4)]
    event.listen(key_engine, "after_cursor_execute", linger)

    def check(keyring: Keyring) -> bool:
        try:
            Vault(key_engine, keyring, clock).check_registry()
        except KeyMissing:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        accepted = list(threads.map(check, keyrings))
    assert accepted.count(True) == 1
    assert registered(key_engine).keys() == {key.id for key in keyrings[accepted.index(True)].keys}


def test_errors_show_no_parameters(key_engine: Engine) -> None:
    row = {"key_id": b"abcd", "purpose": "kek", "check_value": b"CHECKVAL", "first_seen": NOW}
    with pytest.raises(IntegrityError) as caught, key_engine.begin() as connection:
        connection.execute(key_registry.insert(), [row, row])
    assert "CHECKVAL" not in str(caught.value)


def test_sqlite_is_set_up_to_forget_and_to_wait(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in SQLITE_PRAGMAS}
    assert found == {"busy_timeout": 10_000, "journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


def test_sqlite_files_are_their_owners_alone(sqlite: Engine, tmp_path: Path) -> None:
    with sqlite.connect() as connection:
        connection.execute(select(data_keys)).all()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"keys.db": 0o600, "keys.db-wal": 0o600, "keys.db-shm": 0o600}


def test_sqlite_takes_the_write_lock_at_the_start_of_a_write(sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SQLITE_PRAGMAS, "busy_timeout", 10)
    writing = sqlite.execution_options(**{WRITE: True})
    with writing.begin(), sqlite.connect() as reader:
        assert reader.scalar(text("SELECT 1")) == 1
        with pytest.raises(OperationalError, match="locked"):
            writing.connect().begin()


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (select(data_keys.c.id).where(WRAPPED_UNDER < b"abcd"), "ix_data_keys_kek"),
        (select(data_keys.c.id).where(WRAPPED_UNDER > b"abcd"), "ix_data_keys_kek"),
        (select(data_keys.c.id).where(data_keys.c.owner_id == UUID(int=1)), "ix_data_keys_owner_id"),
        (select(data_keys.c.id).where(data_keys.c.verification_id == UUID(int=1)), "autoindex_data_keys_2"),
        (select(owner_tags.c.tag).where(owner_tags.c.owner_id == UUID(int=1)), "ix_owner_tags_owner_id"),
        (select(owner_tags.c.tag).where(owner_tags.c.expires_at <= NOW), "ix_owner_tags_expires_at"),
    ],
)
def test_no_query_walks_a_whole_table(sqlite: Engine, query: Select[Any], index: str) -> None:
    compiled = query.compile(sqlite, compile_kwargs={"render_postcompile": True})
    plan = f"EXPLAIN QUERY PLAN {compiled}"
    with sqlite.connect() as connection:
        found = connection.exec_driver_sql(plan, (b"",)).all()
    assert index in str(found)
