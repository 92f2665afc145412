"""The keyring's JSON, "realname-keyring/1": names and states in the clear, keys sealed and in base64."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from crypto.errors import DecryptionFailed, KeyringInvalid
from crypto.sealer import KeySealer, NoSealer

FORMAT = "realname-keyring/1"
TIME = "%Y-%m-%dT%H:%M:%SZ"
FIELDS: dict[str, type] = {"id": str, "purpose": str, "suite": int, "state": str, "key": str}
OPTIONAL: dict[str, type] = {"created": str}

T = TypeVar("T")


class KeyFields(Protocol):
    """The fields of crypto.keyring.Key."""

    @property
    def id(self) -> bytes: ...
    @property
    def purpose(self) -> str: ...
    @property
    def suite(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def secret(self) -> bytes: ...
    @property
    def created(self) -> datetime | None: ...


def write(keys: Iterable[KeyFields], sealer: KeySealer | None) -> str:
    """JSON text of these keys, one a line."""
    sealer = sealer or NoSealer()
    lines = ",\n".join("  " + json.dumps(_entry(key, sealer)) for key in keys)
    head = f'"format": "{FORMAT}", "seal": {json.dumps({"type": sealer.type})}'
    return f'{{{head}, "keys": [\n{lines}\n]}}\n'


def read(text: str, sealer: KeySealer | None) -> list[dict[str, Any]]:
    """The fields of every key. Raises KeyringInvalid, which never holds a key in its message or context."""
    sealer = sealer or NoSealer()
    document = _document(text)
    if document["seal"] != {"type": sealer.type}:
        msg = f"the keyring's seal is not {sealer.type}, which is what the settings expect"
        raise KeyringInvalid(msg)
    return [_fields(entry, number, sealer) for number, entry in enumerate(document["keys"], start=1)]


def seal_type(text: str) -> str:
    """How the keys are sealed; read without unsealing."""
    seal = _document(text)["seal"]
    found = seal.get("type") if isinstance(seal, dict) else None
    return found if isinstance(found, str) else ""


def states(text: str) -> dict[str, str]:
    """State of every key listed, by id in hex; read without unsealing."""
    return {entry["id"]: entry["state"] for entry in _document(text)["keys"]}


def _document(text: str) -> dict[str, Any]:
    document = _attempt(json.loads, text)
    if not isinstance(document, dict) or document.keys() != {"format", "seal", "keys"}:
        msg = "the keyring is not JSON with format, seal and keys"
        raise KeyringInvalid(msg)
    if document["format"] != FORMAT:
        msg = f"the keyring's format is not {FORMAT}"
        raise KeyringInvalid(msg)
    if not isinstance(document["keys"], list) or not all(map(_is_entry, document["keys"])):
        msg = "an entry of the keyring has missing, unknown or ill-typed fields"
        raise KeyringInvalid(msg)
    return document


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and FIELDS.keys() <= entry.keys() <= (FIELDS | OPTIONAL).keys()
        and all(type(value) is (FIELDS | OPTIONAL)[name] for name, value in entry.items())
    )


def _entry(key: KeyFields, sealer: KeySealer) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": key.id.hex(), "purpose": key.purpose, "suite": key.suite, "state": key.state}
    if key.created is not None:
        entry["created"] = key.created.astimezone(UTC).strftime(TIME)
    sealed = sealer.seal(key.secret, _context(key.id, key.purpose))
    return entry | {"key": base64.b64encode(sealed).decode("ascii")}


def _fields(entry: Mapping[str, Any], number: int, sealer: KeySealer) -> dict[str, Any]:
    name = f"key {number} of the keyring"
    fields = {field: entry[field] for field in ("purpose", "suite", "state")}
    fields["id"] = _need(_attempt(bytes.fromhex, entry["id"]), f"{name}: its id is not hexadecimal")
    if "created" in entry:
        fields["created"] = _need(_attempt(_time, entry["created"]), f"{name}: created is not like {TIME}")
    sealed = _need(_attempt(_base64, entry["key"]), f"{name}: it is not in base64")
    context = _context(fields["id"], entry["purpose"])
    secret = _attempt(lambda b: sealer.unseal(b, context), sealed)
    fields["secret"] = _need(secret, f"{name}: it cannot be unsealed; the secret is wrong or the keyring altered")
    return fields


def _context(key_id: bytes, purpose: str) -> bytes:
    return key_id + purpose.encode("utf-8", "surrogatepass")


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _time(text: str) -> datetime:
    return datetime.strptime(text, TIME).replace(tzinfo=UTC)


def _attempt(call: Callable[..., T], given: object) -> T | None:
    """The call's result, or None: errors of parsers hold the text they parsed and must not travel on."""
    try:
        return call(given)
    except (ValueError, RecursionError, DecryptionFailed):
        return None


def _need(found: T | None, rule: str) -> T:
    if found is None:
        raise KeyringInvalid(rule)
    return found
