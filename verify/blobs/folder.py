"""Blobs as files, for their owner only."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from verify.blobs.base import BlobUnavailable, NoBlob

PIECE = 65_536


class Folder:
    """Two levels of folders, so that none grows large. What is written is sealed already."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __repr__(self) -> str:
        return "Folder"

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        path = self._path(name)
        unfinished = path.with_name(f".{uuid4().hex}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    for piece in pieces:
                        file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())
                unfinished.replace(path)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise BlobUnavailable(type(error).__name__) from None

    def get(self, name: str) -> Iterator[bytes]:
        try:
            with self._path(name).open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except FileNotFoundError:
            raise NoBlob from None
        except OSError as error:
            raise BlobUnavailable(type(error).__name__) from None

    def delete(self, name: str) -> None:
        with suppress(FileNotFoundError):
            try:
                self._path(name).unlink()
            except FileNotFoundError:
                raise
            except OSError as error:
                raise BlobUnavailable(type(error).__name__) from None

    def _path(self, name: str) -> Path:
        # the end of a UUIDv7 is random, its beginning is the time
        return self._root / name[-2:] / name
