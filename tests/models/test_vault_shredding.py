"""What is shredded is gone, from the disk too, and nothing else is."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from crypto.errors import KeyShredded
from crypto.keyring import Keyring
from crypto.seal import dek_id_of
from tests.conftest import Clock
from tests.models.vaults import (
    CASE,
    CLASSES,
    CONTEXT,
    NOBODY,
    OTHER_CASE,
    OTHER_OWNER,
    OWNER,
    ROW,
    tags_left,
    use,
    wrapped_keys,
)
from verify.models.keystore import SQLITE_PRAGMAS, KeyBase, data_keys, make_engine, owner_tags
from verify.models.vault import Vault


def test_a_shredded_class_is_gone_and_others_stay(vault: Vault) -> None:
    keys = vault.create(OWNER, CASE, CLASSES)
    name, card = (keys.seal(cls, CONTEXT, ROW, b"x") for cls in CLASSES)
    assert vault.shred(CASE, ["bank", "contact"]) == 1
    assert vault.keys(CASE).open(CONTEXT, ROW, name) == b"x"
    with pytest.raises(KeyShredded, match=f"^data key {dek_id_of(card).hex()} is gone$"):
        vault.keys(CASE).open(CONTEXT, ROW, card)


@pytest.mark.parametrize(("classes", "gone"), [(None, 2), (CLASSES, 2), (["bank"], 1), (["contact"], 0), ([], 0)])
def test_shredding_counts_the_keys_that_went(vault: Vault, classes: list[str] | None, gone: int) -> None:
    vault.create(OWNER, CASE, CLASSES)
    vault.create(OWNER, OTHER_CASE, CLASSES)
    assert vault.shred(CASE, classes) == gone
    assert len(wrapped_keys(vault.engine)) == 4 - gone
    assert vault.shred(CASE, classes) == 0


def test_shredding_an_account_takes_all_its_keys_and_tags(vault: Vault) -> None:
    vault.create(OWNER, CASE, CLASSES)
    vault.create(OWNER, OTHER_CASE, ["identity"])
    kept = vault.create(OTHER_OWNER, ROW, ["identity"])
    vault.note([use(), use(holder=OWNER), use("13900139000", owner=OTHER_OWNER)])
    assert vault.shred_owner(OWNER) == 3
    # a cap that everybody is counted under lives on without an owner
    assert (len(wrapped_keys(vault.engine)), tags_left(vault.engine)) == (1, 2)
    [counted] = vault.note([use()])
    assert (counted.uses, counted.first_owner) == (2, NOBODY)
    assert vault.keys(ROW).open(CONTEXT, ROW, kept.seal("identity", CONTEXT, ROW, b"x")) == b"x"
    assert vault.shred_owner(OWNER) == 0


def test_keys_made_after_shredding_open_nothing_of_before(vault: Vault) -> None:
    sealed = vault.create(OWNER, CASE, CLASSES).seal("identity", CONTEXT, ROW, b"x")
    vault.shred(CASE)
    with pytest.raises(KeyShredded):
        vault.create(OWNER, CASE, CLASSES).open(CONTEXT, ROW, sealed)


@pytest.fixture
def sqlite_vault(tmp_path: Path, keyring: Keyring, clock: Clock) -> Iterator[Vault]:
    engine = make_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    KeyBase.metadata.create_all(engine)
    yield Vault(engine, keyring, clock)
    engine.dispose()


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("keys.db*")) if not path.name.endswith("-shm"))


def found_on_disk(folder: Path, wrapped: dict[bytes, bytes]) -> int:
    """How many of these can still be read off the disk, by the middle of their ciphertext."""
    disk = bytes_on_disk(folder)
    return sum(key[20:48] in disk for key in wrapped.values())


def test_shredding_leaves_no_wrapped_key_on_disk(sqlite_vault: Vault, tmp_path: Path) -> None:
    cases = [uuid4() for _ in range(200)]
    for case in cases:
        sqlite_vault.create(OWNER if case.int % 3 else OTHER_OWNER, case, CLASSES)
    before = wrapped_keys(sqlite_vault.engine)
    assert found_on_disk(tmp_path, before) == 400
    for case in cases[::7]:
        sqlite_vault.shred(case, ["bank"])
    sqlite_vault.shred_owner(OTHER_OWNER)
    after = wrapped_keys(sqlite_vault.engine)
    gone = {dek_id: wrapped for dek_id, wrapped in before.items() if dek_id not in after}
    assert len(gone) > 100
    assert (found_on_disk(tmp_path, gone), found_on_disk(tmp_path, after)) == (0, len(after))


def test_shredding_at_once_with_other_work_leaves_nothing_either(sqlite_vault: Vault, tmp_path: Path) -> None:
    cases = [uuid4() for _ in range(40)]
    for case in cases:
        sqlite_vault.create(OWNER, case, CLASSES)
    before = wrapped_keys(sqlite_vault.engine)

    def work(number: int) -> None:
        sqlite_vault.shred(cases[number])
        sqlite_vault.create(OTHER_OWNER, uuid4(), CLASSES)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(40)))
    assert found_on_disk(tmp_path, before) == 0
    assert len(wrapped_keys(sqlite_vault.engine)) == 80


@pytest.mark.promise("GB/T 35273")
def test_tags_of_a_shredded_account_leave_the_disk(sqlite_vault: Vault, tmp_path: Path) -> None:
    sqlite_vault.note([use(holder=OWNER), use(b"image", window=None)])
    with sqlite_vault.engine.connect() as connection:
        tags = list(connection.scalars(select(owner_tags.c.tag)))
    assert [tag in bytes_on_disk(tmp_path) for tag in tags] == [True, True]
    sqlite_vault.shred_owner(OWNER)
    assert [tag in bytes_on_disk(tmp_path) for tag in tags] == [False, False]


def test_a_shredding_held_up_by_a_reader_says_so_and_is_finished_by_the_next(
    sqlite_vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(SQLITE_PRAGMAS, "busy_timeout", 50)
    sqlite_vault.engine.dispose()
    sqlite_vault.create(OWNER, CASE, CLASSES)
    before = wrapped_keys(sqlite_vault.engine)
    with caplog.at_level(logging.WARNING), sqlite_vault.engine.connect() as reader:
        reader.execute(select(data_keys)).all()
        assert sqlite_vault.shred(CASE) == 2
    assert [record.message for record in caplog.records] == ["key store checkpoint held up"]
    assert found_on_disk(tmp_path, before) == 2
    sqlite_vault.sweep_tags(datetime.now(UTC), 10)
    assert found_on_disk(tmp_path, before) == 0
