"""Keyed digests under a pepper: tokens, one-time codes and requests. Each has its own label."""

import base64
import hmac
import struct
from uuid import UUID

from crypto.errors import InvalidToken, KeyMissing
from crypto.framing import lp
from crypto.keyring import Key, Keyring

__all__ = [
    "InvalidToken",
    "code_is_right",
    "issue_client_token",
    "one_time_code",
    "read_client_token",
    "request_digest",
    "token_digest",
]

CLIENT_PREFIX = "rn_client_"

#: pepper id, verification id, number
_CLIENT_BODY = struct.Struct(">4s16sI")


def token_digest(pepper: Key, token: str) -> bytes:
    """32 bytes by which a random token (API key, session) is looked up without being kept."""
    return pepper.mac(b"rn.token.v1\x00" + token.encode("utf-8", "surrogatepass"))


def issue_client_token(pepper: Key, verification_id: UUID, number: int) -> str:
    """The ``number``-th (u32) client token of a verification; the same one every time, so none is stored."""
    body = _CLIENT_BODY.pack(pepper.id, verification_id.bytes, number)
    return _client_token(body + _client_mac(pepper, body))


def read_client_token(keyring: Keyring, token: str) -> tuple[UUID, int]:
    """Verification and number a token was issued for. Raises InvalidToken for anything else."""
    raw = _client_bytes(token)
    body, mac = raw[: _CLIENT_BODY.size], raw[_CLIENT_BODY.size :]
    pepper_id, verification_id, number = _CLIENT_BODY.unpack(body)
    try:
        pepper = keyring.key("pepper", pepper_id)
    except KeyMissing:
        raise InvalidToken from None
    if not hmac.compare_digest(mac, _client_mac(pepper, body)):
        raise InvalidToken
    return UUID(bytes=verification_id), number


def one_time_code(pepper: Key, verification_id: UUID, step: str, issue: int) -> str:
    """Six digits for this ``issue`` (u32) of a step's code; a repeated send carries the same ones."""
    message = b"rn.otp.v1" + verification_id.bytes + lp(step.encode()) + struct.pack(">I", issue)
    return f"{int.from_bytes(pepper.mac(message)[:8], 'big') % 1_000_000:06d}"


def code_is_right(keyring: Keyring, verification_id: UUID, step: str, issue: int, submitted: str) -> bool:
    """Compare, in constant time, with the code under every usable pepper: one may have rotated since."""
    given = submitted.encode("utf-8", "surrogatepass")
    codes = [one_time_code(pepper, verification_id, step, issue) for pepper in keyring.usable("pepper")]
    return sum(hmac.compare_digest(code.encode(), given) for code in codes) > 0


def request_digest(pepper: Key, *parts: bytes) -> bytes:
    """32 bytes that stand for these parts in this order, each length-prefixed (u64)."""
    framed = b"".join(struct.pack(">Q", len(part)) + part for part in parts)
    return pepper.mac(b"rn.request.v1" + framed)


def _client_mac(pepper: Key, body: bytes) -> bytes:
    return pepper.mac(b"rn.client.v1" + body)


def _client_token(raw: bytes) -> str:
    return CLIENT_PREFIX + base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


_CLIENT_SIZE = _CLIENT_BODY.size + 32
_CLIENT_LENGTH = len(_client_token(bytes(_CLIENT_SIZE)))


def _client_bytes(token: str) -> bytes:
    """The token's bytes; only the one spelling that ``issue_client_token`` gives is read."""
    if len(token) != _CLIENT_LENGTH or not token.startswith(CLIENT_PREFIX) or not token.isascii():
        raise InvalidToken
    raw = _decoded(token.removeprefix(CLIENT_PREFIX))
    if len(raw) != _CLIENT_SIZE or _client_token(raw) != token:
        raise InvalidToken
    return raw


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
