"""Static files of the pages: read once, compressed once, named by what is in them."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from verify.errors import Problem
from verify.field_messages import FIELD_MESSAGES
from verify.pages.notices import by_age, by_method

TYPES: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    content_type: str
    plain: bytes
    zipped: bytes
    digest: str


@dataclass(frozen=True)
class Assets:
    """``version`` changes with any of them, so that a release is taken whole or not at all."""

    version: str
    by_name: Mapping[str, Asset]

    @classmethod
    @cache
    def read(cls) -> "Assets":
        found = dict(_below(files(__package__) / "static", PurePosixPath()))
        found["messages.js"] = _messages()
        found["gallery_notices.js"] = _module({**by_method(), **by_age()})
        made = {name: _asset(name, content) for name, content in sorted(found.items())}
        version = hashlib.sha256("".join(f"{name}:{a.digest}\n" for name, a in made.items()).encode())
        return cls(version.hexdigest()[:12], made)

    def get(self, name: str) -> Asset:
        """Raises Problem not_found."""
        try:
            return self.by_name[name]
        except KeyError:
            raise Problem("not_found") from None


def _below(folder: Traversable, path: PurePosixPath) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _below(entry, path / entry.name)
        elif PurePosixPath(entry.name).suffix in TYPES:
            found.append((str(path / entry.name), entry.read_bytes()))
    return found


def _messages() -> bytes:
    """What is wrong with a field, by language and code: the words the API answers with, for checks as one types."""
    words = {
        "zh-CN": {code: message.zh for code, message in FIELD_MESSAGES.items()},
        "en": {code: message.en for code, message in FIELD_MESSAGES.items()},
    }
    return _module(words)


def _module(value: object) -> bytes:
    return f"export default {json.dumps(value, ensure_ascii=False)};\n".encode()


def _asset(name: str, content: bytes) -> Asset:
    return Asset(
        TYPES[PurePosixPath(name).suffix],
        content,
        gzip.compress(content, compresslevel=9, mtime=0),
        hashlib.sha256(content).hexdigest()[:32],
    )
