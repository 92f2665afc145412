"""The keyring in a file: made exactly once, replaced in one step, never readable by others."""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crypto import keyring_format
from crypto.errors import KeyringInvalid
from crypto.keyring import RETIRED, Keyring
from crypto.sealer import KeySealer
from crypto.suites import SUITES, Suite

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read(path: Path, sealer: KeySealer | None = None, suites: Mapping[int, Suite] = SUITES) -> Keyring:
    """The keyring in this file. Raises KeyringInvalid, also where group or others may touch the file."""
    return Keyring.parse(_text(path), sealer, suites)


def seal_type(path: Path) -> str:
    """How the keys in this file are sealed. Raises KeyringInvalid."""
    return keyring_format.seal_type(_text(path))


def stamp(path: Path) -> tuple[int, int, int]:
    """Changes whenever ``replace`` did its work. Raises OSError."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def create(path: Path, keyring: Keyring, sealer: KeySealer | None = None) -> Keyring:
    """Write this keyring unless the file exists, and return what it holds then.

    Of many processes starting at once one wins, and all return the winner's keys. Needs hard links.
    """
    with _written_beside(path, keyring.dump(sealer)) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return read(path, sealer, keyring.suites)
        _sync_folder(path)
    return read(path, sealer, keyring.suites)


def replace(path: Path, keyring: Keyring, sealer: KeySealer | None = None) -> None:
    """Put this keyring in the file's place in one step.

    Raises KeyringInvalid when a key would be lost that is not retired there, as when two rotate at once.
    """
    path = path.resolve()
    with _lock(path.parent):
        _refuse_loss(_text(path), keyring)
        with _written_beside(path, keyring.dump(sealer)) as temporary:
            temporary.rename(path)
            _sync_folder(path)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if mode & OTHERS:
            msg = f"{path} is open to group or others; allow its owner only (chmod 600)"
            raise KeyringInvalid(msg)
        return file.read().decode("utf-8", "replace")


def _refuse_loss(text: str, keyring: Keyring) -> None:
    kept = {key.id.hex() for key in keyring.keys}
    for key_id, state in keyring_format.states(text).items():
        if state != RETIRED and key_id.lower() not in kept:
            msg = f"key {key_id} is in the file, not retired, and missing from the keyring that replaces it"
            raise KeyringInvalid(msg)


@contextmanager
def _written_beside(path: Path, text: str) -> Iterator[Path]:
    """A file of mode 0600 in the same folder, on disk in full, gone afterwards unless it was renamed."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
