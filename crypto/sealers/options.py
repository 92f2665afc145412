"""Reading a sealer's options. KeyringInvalid names the option, never a value."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from crypto.errors import KeyringInvalid

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def refuse(what: str) -> NoReturn:
    msg = f"seal: {what}"
    raise KeyringInvalid(msg)


def known(options: Mapping[str, Any], names: Collection[str]) -> None:
    unknown = sorted(set(options) - set(names))
    if unknown:
        refuse(f"there is no option {', '.join(unknown)}; known are {', '.join(sorted(names))}")


def text(options: Mapping[str, Any], name: str, default: str | None = None) -> str:
    found = options.get(name, default)
    if not isinstance(found, str) or (not found and default is None):
        refuse(f"{name} is missing or no text")
    return found


def address(options: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A base URL; plain HTTP on this machine only."""
    found = text(options, name, default).rstrip("/")
    parts = urlsplit(found)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        refuse(f"{name} must start with https://")
    return found


def secret(options: Mapping[str, Any], name: str) -> str:
    """What the file ``…_file`` or the environment variable ``…_env`` holds; read anew at each call."""
    file, variable = options.get(f"{name}_file"), options.get(f"{name}_env")
    if (file is None) == (variable is None):
        refuse(f"set one of {name}_file and {name}_env")
    try:
        found = Path(str(file)).read_text("utf-8") if file is not None else os.environ.get(str(variable), "")
    except (OSError, UnicodeDecodeError):
        refuse(f"{name}_file cannot be read")
    if not found.strip().isascii() or not found.strip():
        refuse(f"{name} is empty or holds characters that no secret has")
    return found.strip()
