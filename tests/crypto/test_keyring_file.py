import multiprocessing
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from crypto import keyring_file
from crypto.errors import KeyringInvalid
from crypto.keyring import Keyring
from crypto.sealer import SecretSealer

SEALER = SecretSealer(bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


def test_a_keyring_is_written_for_its_owner_alone(path: Path, keyring: Keyring) -> None:
    assert keyring_file.create(path, keyring) == keyring
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keyring_file.read(path) == keyring
    assert [p.name for p in path.parent.iterdir()] == ["keyring.json"]


def test_a_keyring_that_exists_is_kept(path: Path, keyring: Keyring, now: datetime) -> None:
    keyring_file.create(path, keyring)
    assert keyring_file.create(path, Keyring.generate(now)) == keyring
    assert [p.name for p in path.parent.iterdir()] == ["keyring.json"]


def test_a_sealed_keyring_is_read_with_its_sealer(path: Path, keyring: Keyring) -> None:
    assert keyring_file.create(path, keyring, SEALER) == keyring
    assert keyring_file.read(path, SEALER) == keyring
    with pytest.raises(KeyringInvalid):
        keyring_file.read(path)


def _start(path: Path, now: datetime) -> str:
    return keyring_file.create(path, Keyring.generate(now)).dump()


def test_processes_that_start_at_once_agree_on_one_keyring(tmp_path: Path, now: datetime) -> None:
    paths = [tmp_path / f"{number}.json" for number in range(10)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        for path in paths:
            assert len(set(pool.starmap(_start, [(path, now)] * 8))) == 1
    assert sorted(tmp_path.iterdir()) == sorted(paths)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o777])
def test_a_file_open_to_others_is_refused(path: Path, keyring: Keyring, mode: int) -> None:
    keyring_file.create(path, keyring)
    path.chmod(mode)
    with pytest.raises(KeyringInvalid, match="chmod 600"):
        keyring_file.read(path)
    with pytest.raises(KeyringInvalid, match="chmod 600"):
        keyring_file.create(path, keyring)


def test_a_file_only_its_owner_reads_is_fine(path: Path, keyring: Keyring) -> None:
    keyring_file.create(path, keyring)
    path.chmod(0o400)
    assert keyring_file.read(path) == keyring


def test_a_missing_file_is_missing(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keyring_file.read(path)


def test_what_is_not_a_keyring_is_refused(path: Path) -> None:
    path.touch(mode=0o600)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(KeyringInvalid) as caught:
        keyring_file.read(path)
    assert caught.value.__context__ is None


def test_a_keyring_is_replaced_by_its_successor(path: Path, keyring: Keyring, now: datetime) -> None:
    rotated = keyring.with_new_primary("kek", now)
    keyring_file.create(path, keyring)
    keyring_file.replace(path, rotated, SEALER)
    assert keyring_file.read(path, SEALER) == rotated
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["keyring.json"]


def test_a_rotation_from_a_stale_keyring_loses_nothing(path: Path, keyring: Keyring, now: datetime) -> None:
    first = keyring.with_new_primary("kek", now)
    keyring_file.create(path, keyring)
    keyring_file.replace(path, first)
    lost = first.primary("kek").id.hex()
    with pytest.raises(KeyringInvalid, match=f"key {lost} is in the file, not retired, and missing"):
        keyring_file.replace(path, keyring.with_new_primary("kek", now))
    assert keyring_file.read(path) == first


def test_a_retired_key_may_be_dropped(path: Path, keyring: Keyring, now: datetime) -> None:
    former = keyring.primary("kek")
    rotated = keyring.with_new_primary("kek", now)
    retired = Keyring(replace(k, state="retired") if k.id == former.id else k for k in rotated.keys)
    keyring_file.create(path, retired)
    destroyed = Keyring(k for k in retired.keys if k.id != former.id)
    keyring_file.replace(path, destroyed)
    assert keyring_file.read(path) == destroyed


def test_of_rotations_at_once_one_wins_and_none_is_lost(path: Path, keyring: Keyring, now: datetime) -> None:
    keyring_file.create(path, keyring)

    def rotate(_: int) -> Keyring | None:
        rotated = keyring.with_new_primary("kek", now)
        try:
            keyring_file.replace(path, rotated)
        except KeyringInvalid:
            return None
        return rotated

    with ThreadPoolExecutor(8) as threads:
        done = [rotated for rotated in threads.map(rotate, range(8)) if rotated]
    assert done == [keyring_file.read(path)]


def test_a_replacement_cut_short_leaves_the_keyring(
    path: Path, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring_file.create(path, keyring)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keyring_file.replace(path, keyring.with_new_primary("kek", now))
    assert keyring_file.read(path) == keyring
    assert [p.name for p in path.parent.iterdir()] == ["keyring.json"]


def test_a_link_to_the_keyring_stays_a_link(path: Path, keyring: Keyring, now: datetime) -> None:
    keyring_file.create(path, keyring)
    link = path.with_name("link.json")
    link.symlink_to(path)
    keyring_file.replace(link, keyring.with_new_primary("kek", now))
    assert link.is_symlink()
    assert keyring_file.read(path) == keyring_file.read(link) != keyring
