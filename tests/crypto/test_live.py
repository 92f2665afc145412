from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from crypto import keyring_file, live
from crypto.errors import CryptoError, KeyMismatch, KeyMissing, KeyringInvalid
from crypto.keyring import Keyring
from crypto.live import LiveKeyring


@dataclass
class File:
    """The file as a source; counts how often it was read."""

    path: Path
    reads: int = 0

    def stamp(self) -> object:
        return keyring_file.stamp(self.path)

    def read(self) -> Keyring:
        self.reads += 1
        return keyring_file.read(self.path)


@dataclass
class Watched:
    keyring: Keyring
    file: File
    live: LiveKeyring
    refusing: list[CryptoError] = field(default_factory=list)

    def replace(self, change: Callable[[Keyring], Keyring]) -> Keyring:
        self.keyring = change(self.keyring)
        keyring_file.replace(self.file.path, self.keyring)
        return self.keyring


@pytest.fixture
def watched(tmp_path: Path, keyring: Keyring) -> Watched:
    path = tmp_path / "keyring.json"
    keyring_file.create(path, keyring)
    refusing: list[CryptoError] = []

    def accept(_: Keyring) -> None:
        if refusing:
            raise refusing[0]

    file = File(path)
    return Watched(keyring, file, LiveKeyring(file, accept), refusing)


def test_an_unknown_key_is_looked_for_in_the_file_once(watched: Watched, now: datetime) -> None:
    rotated = watched.replace(lambda k: k.with_new_primary("kek", now))
    new = rotated.primary("kek")
    assert watched.live.snapshot != rotated
    assert watched.live.key("kek", new.id) == new
    assert watched.live.snapshot == rotated
    for _ in range(3):
        with pytest.raises(KeyMissing):
            watched.live.key("kek", bytes(4))
    assert watched.file.reads == 2


def test_no_keyring_is_used_for_long_without_a_look_at_its_file(
    watched: Watched, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotated = watched.replace(lambda k: k.with_new_primary("pepper", now))
    assert watched.live.primary("pepper") != rotated.primary("pepper")
    monkeypatch.setattr(live, "MOST_STALE", -1.0)
    assert watched.live.primary("pepper") == rotated.primary("pepper")
    assert watched.live.usable("pepper") == rotated.usable("pepper")


def test_a_keyring_that_is_refused_is_not_used(watched: Watched, now: datetime) -> None:
    watched.refusing.append(KeyMismatch("kek", b"four"))
    watched.replace(lambda k: k.with_new_primary("kek", now))
    watched.live.refresh()
    assert watched.live.snapshot.primary("kek").state == "primary"
    assert len(watched.live.snapshot.keys) == 4


def test_a_file_that_cannot_be_read_now_is_read_later(
    watched: Watched, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "RETRY_AFTER", 0.0)
    before = watched.live.snapshot
    text = watched.file.path.read_text()
    watched.file.path.write_text("{")
    watched.live.refresh()
    assert watched.live.snapshot is before
    watched.file.path.unlink()
    watched.live.refresh()
    assert watched.live.snapshot is before
    watched.file.path.touch(mode=0o600)
    watched.file.path.write_text(text)
    rotated = watched.replace(lambda k: k.with_new_primary("kek", now))
    watched.live.refresh()
    assert watched.live.snapshot == rotated


def test_the_first_keyring_must_be_readable(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    path.touch(mode=0o600)
    path.write_text("{")
    with pytest.raises(KeyringInvalid):
        LiveKeyring(File(path), lambda _: None)


def test_a_live_keyring_shows_no_key(watched: Watched) -> None:
    assert repr(watched.live) == "<LiveKeyring 4 keys>"
