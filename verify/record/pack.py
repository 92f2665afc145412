"""An archive that proves its own contents: SHA-256 of each file, and an Ed25519 signature over those.

Files, order, times and compression depend on the contents alone, so that the same contents make the same bytes.
"""

import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from crypto.notes import BadNote, Signer, Verifier

SUMS, SIGNATURE, PUBLIC_KEY = "SHA256SUMS", "SHA256SUMS.sig", "public-key.pem"

#: the earliest a ZIP can name, so that no time of ours is in it
EPOCH = (1980, 1, 1, 0, 0, 0)
MODE = 0o644
CHUNK = 1 << 20


class Broken(Exception):
    """What of the archive does not fit."""

    def __init__(self, why: str, name: str = "") -> None:
        super().__init__(f"{name}: {why}" if name else why)


class Pack:
    """Writes files one after another, each streamed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.sums: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[str | bytes]) -> None:
        digest = hashlib.sha256()
        with self._zip.open(_entry(name), "w", force_zip64=True) as out:
            for piece in pieces:
                raw = piece.encode() if isinstance(piece, str) else piece
                digest.update(raw)
                out.write(raw)
        self.sums[name] = digest.hexdigest()

    def close(self, signer: Signer) -> None:
        """Write the sums, as ``sha256sum -c`` reads them, and their signature."""
        self.add(PUBLIC_KEY, [signer.verifier.pem])
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.sums.items())).encode()
        self.add(SUMS, [sums])
        self.add(SIGNATURE, [signer.detached(sums)])
        self._zip.close()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system, entry.external_attr = 3, MODE << 16
    return entry


def check(path: Path, verifier: Verifier) -> int:
    """How many files are as they were signed. Raises Broken, naming the first that is not."""
    try:
        with zipfile.ZipFile(path) as archive:
            sums = archive.read(SUMS)
            verifier.check(sums, archive.read(SIGNATURE))
            return _compare(archive, _read(sums))
    except BadNote as error:
        raise Broken(str(error)) from None
    except (KeyError, ValueError, OSError, zipfile.BadZipFile):
        msg = "this is no evidence pack, or it was cut or changed"
        raise Broken(msg) from None


def _read(sums: bytes) -> dict[str, str]:
    """File → digest. Raises ValueError."""
    pairs = (line.split("  ", 1) for line in sums.decode().splitlines())
    return {name: digest for digest, name in pairs}


def _compare(archive: zipfile.ZipFile, sums: dict[str, str]) -> int:
    names = [name for name in archive.namelist() if name not in {SUMS, SIGNATURE}]
    if len(names) != len(set(names)) or set(names) != set(sums):
        odd = sorted(set(names) ^ set(sums)) or ["a file that is there twice"]
        raise Broken("missing, or not among what was signed", odd[0])
    for name in names:
        with archive.open(name) as file:
            digest = hashlib.sha256()
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != sums[name]:
            raise Broken("changed", name)
    return len(names)
