"""Keyed digests under a pepper: tokens, one-time codes and requests. Each has its own label."""

import base64
import hmac
import struct
from uuid import UUID

from crypto.errors import InvalidToken, KeyMissing
from crypto.framing import lp
from crypto.keyring import Key, KeySource

__all__ = [
    "InvalidToken",
    "code_is_right",
    "issue_client_token",
    "issue_guardian_token",
    "one_time_code",
    "read_client_token",
    "read_guardian_token",
    "request_digest",
    "token_digest",
]

CLIENT_PREFIX, GUARDIAN_PREFIX = "rn_client_", "rn_guardian_"

#: prefix → label under which its tokens are derived, so that none of one kind passes for another
_LABELS = {CLIENT_PREFIX: b"rn.client.v1", GUARDIAN_PREFIX: b"rn.guardian.v1"}

#: pepper id, id of what it is for, number
_BODY = struct.Struct(">4s16sI")
_MAC_SIZE = 32


def token_digest(pepper: Key, token: str) -> bytes:
    """32 bytes by which a random token (API key, session) is looked up without being kept."""
    return pepper.mac(b"rn.token.v1\x00" + token.encode("utf-8", "surrogatepass"))


def issue_client_token(pepper: Key, verification_id: UUID, number: int) -> str:
    """The ``number``-th (u32) client token of a verification; the same one every time, so none is stored."""
    return _issue(CLIENT_PREFIX, pepper, verification_id, number)


def read_client_token(keyring: KeySource, token: str) -> tuple[UUID, int]:
    """Verification and number a token was issued for. Raises InvalidToken for anything else."""
    return _read(CLIENT_PREFIX, keyring, token)


def issue_guardian_token(pepper: Key, guardianship_id: UUID) -> str:
    """The token by which a guardian answers; derived as a client token is."""
    return _issue(GUARDIAN_PREFIX, pepper, guardianship_id, 1)


def read_guardian_token(keyring: KeySource, token: str) -> UUID:
    """The guardianship a token was issued for. Raises InvalidToken for anything else."""
    guardianship_id, _ = _read(GUARDIAN_PREFIX, keyring, token)
    return guardianship_id


def one_time_code(pepper: Key, verification_id: UUID, step: str, issue: int) -> str:
    """Six digits for this ``issue`` (u32) of a step's code; a repeated send carries the same ones."""
    message = b"rn.otp.v1" + verification_id.bytes + lp(step.encode()) + struct.pack(">I", issue)
    return f"{int.from_bytes(pepper.mac(message)[:8], 'big') % 1_000_000:06d}"


def code_is_right(keyring: KeySource, verification_id: UUID, step: str, issue: int, submitted: str) -> bool:
    """Compare, in constant time, with the code under every usable pepper: one may have rotated since."""
    given = submitted.encode("utf-8", "surrogatepass")
    codes = [one_time_code(pepper, verification_id, step, issue) for pepper in keyring.usable("pepper")]
    return sum(hmac.compare_digest(code.encode(), given) for code in codes) > 0


def request_digest(pepper: Key, *parts: bytes) -> bytes:
    """32 bytes that stand for these parts in this order, each length-prefixed (u64)."""
    framed = b"".join(struct.pack(">Q", len(part)) + part for part in parts)
    return pepper.mac(b"rn.request.v1" + framed)


def _issue(prefix: str, pepper: Key, subject: UUID, number: int) -> str:
    body = _BODY.pack(pepper.id, subject.bytes, number)
    return _spelled(prefix, body + pepper.mac(_LABELS[prefix] + body))


def _read(prefix: str, keyring: KeySource, token: str) -> tuple[UUID, int]:
    raw = _bytes(prefix, token)
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    pepper_id, subject, number = _BODY.unpack(body)
    try:
        pepper = keyring.key("pepper", pepper_id)
    except KeyMissing:
        raise InvalidToken from None
    if not hmac.compare_digest(mac, pepper.mac(_LABELS[prefix] + body)):
        raise InvalidToken
    return UUID(bytes=subject), number


def _spelled(prefix: str, raw: bytes) -> str:
    return prefix + base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _bytes(prefix: str, token: str) -> bytes:
    """The token's bytes; only the one spelling that it was issued in is read."""
    if not token.startswith(prefix) or not token.isascii():
        raise InvalidToken
    raw = _decoded(token.removeprefix(prefix))
    if len(raw) != _BODY.size + _MAC_SIZE or _spelled(prefix, raw) != token:
        raise InvalidToken
    return raw


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
