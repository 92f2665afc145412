"""The vendors' signatures as pure functions; their keyword arguments are the fields of a published test vector."""

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

#: headers that TC3 signs; action, version, timestamp, region and token travel unsigned
TC3_HEADERS = "content-type;host"

#: names that RSA2 never signs, in what we send and in what we are notified of
UNSIGNED_IN_REQUEST = frozenset({"sign"})
UNSIGNED_IN_NOTICE = (frozenset({"sign", "sign_type"}), frozenset({"sign"}))

SPACE = re.compile(r"[ \t\r\n]*")


class BadSignature(Exception):
    """What was received is not what the vendor signed, or cannot be read as a signed text at all."""


class BadKey(Exception):
    """The text is no RSA key of the kind that is needed. Never says what it holds."""


def tc3(  # noqa: PLR0913 - a request has that many signed fields
    *,
    secret_id: str,
    secret_key: str,
    service: str,
    host: str,
    timestamp: int,
    content_type: str,
    body: bytes = b"",
    body_base64: str | None = None,
    method: str = "POST",
    path: str = "/",
    query: str = "",
    body_utf8: str | None = None,
    action: str | None = None,  # noqa: ARG001 - travels unsigned, as the following do
    version: str | None = None,  # noqa: ARG001
    region: str | None = None,  # noqa: ARG001
    token: str | None = None,  # noqa: ARG001
) -> str:
    """TC3-HMAC-SHA256: the Authorization value for exactly these body bytes. ``timestamp`` is in Unix seconds.

    ``body_base64`` or ``body_utf8`` stands for ``body`` in a vector, whose last four fields are not signed.
    """
    payload = _payload(body, body_base64, body_utf8)
    headers = f"content-type:{content_type}\nhost:{host}\n"
    canonical = "\n".join((method, path, query, headers, TC3_HEADERS, _sha256(payload)))
    day = f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    to_sign = "\n".join(("TC3-HMAC-SHA256", str(timestamp), scope, _sha256(canonical.encode())))
    key = b"TC3" + secret_key.encode()
    for part in (day, service, "tc3_request"):
        key = _hmac(key, part)
    signature = _hmac(key, to_sign).hex()
    return f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={TC3_HEADERS}, Signature={signature}"


def acs3(  # noqa: PLR0913 - a request has that many signed fields
    *,
    access_key_id: str,
    access_key_secret: str,
    query: Mapping[str, str],
    headers_to_sign: Mapping[str, str],
    body: bytes = b"",
    body_base64: str | None = None,
    hashed_payload: str | None = None,
    method: str = "POST",
    path: str = "/",
    host: str | None = None,  # noqa: ARG001 - stands among the headers, as the following do
    action: str | None = None,  # noqa: ARG001
    version: str | None = None,  # noqa: ARG001
    date: str | None = None,  # noqa: ARG001
    nonce: str | None = None,  # noqa: ARG001
    security_token: str | None = None,  # noqa: ARG001
    form: Mapping[str, str] | None = None,  # noqa: ARG001 - stands in the body
) -> str:
    """ACS3-HMAC-SHA256: the Authorization value for exactly these headers, query and body bytes.

    ``body_base64`` stands for ``body`` in a vector, whose other fields stand among the headers already;
    ``hashed_payload`` spares hashing the body twice.
    """
    payload = _payload(body, body_base64, None)
    headers = sorted((name.lower(), value.strip()) for name, value in headers_to_sign.items())
    lines = "".join(f"{name}:{value}\n" for name, value in headers)
    names = ";".join(name for name, _ in headers)
    hashed = hashed_payload or _sha256(payload)
    canonical = "\n".join((method, path, canonical_query(query), lines, names, hashed))
    to_sign = f"ACS3-HMAC-SHA256\n{_sha256(canonical.encode())}"
    signature = _hmac(access_key_secret.encode(), to_sign).hex()
    return f"ACS3-HMAC-SHA256 Credential={access_key_id},SignedHeaders={names},Signature={signature}"


def canonical_query(query: Mapping[str, str]) -> str:
    """Sorted and percent-encoded as ACS3 signs it. The URL must carry this very text."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(query.items()))


def rsa2_sign(*, app_private_key: str | RSAPrivateKey, params: Mapping[str, str]) -> str:
    """RSA2 (RSASSA-PKCS1-v1_5, SHA-256) over the parameters as text: base64. Empty ones are neither signed nor sent.

    The key is PEM or bare base64 of PKCS#1 or PKCS#8, or one from ``rsa_private_key``. Raises BadKey.
    """
    key = rsa_private_key(app_private_key) if isinstance(app_private_key, str) else app_private_key
    text = sign_content({name: value for name, value in params.items() if value}, UNSIGNED_IN_REQUEST)
    return b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def rsa2_verify(
    *,
    alipay_public_key: str | RSAPublicKey,
    body_utf8: str | None = None,
    form: Mapping[str, str] | None = None,
) -> Literal[True]:
    """True for an answer (``body_utf8``) or a notification (``form``, decoded) that the vendor signed.

    Otherwise raises BadSignature, or BadKey. The hash is always SHA-256, whatever the message says.
    """
    key = rsa_public_key(alipay_public_key) if isinstance(alipay_public_key, str) else alipay_public_key
    signature, texts = _of_answer(body_utf8) if body_utf8 is not None else _of_notice(form or {})
    if not any(_is_signed(key, signature, text) for text in texts):
        raise BadSignature
    return True


def sign_content(params: Mapping[str, str], left_out: frozenset[str]) -> str:
    """``name=value`` sorted and joined by ``&``, values as they are."""
    return "&".join(f"{name}={value}" for name, value in sorted(params.items()) if name not in left_out)


def signed_text(body_utf8: str) -> str:
    """The signed member's value, byte for byte as received: what is verified, and what is then to be parsed.

    Raises BadSignature where there is none.
    """
    return _node(_members(body_utf8))


def rsa_private_key(text: str) -> RSAPrivateKey:
    """From PEM or bare base64, PKCS#1 or PKCS#8. Raises BadKey."""
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        pem = "-----" in text
        key = load_pem_private_key(text.encode(), None) if pem else load_der_private_key(b64decode(text), None)
        if isinstance(key, RSAPrivateKey):
            return key
    raise BadKey


def rsa_public_key(text: str) -> RSAPublicKey:
    """From PEM or bare base64 of a SubjectPublicKeyInfo. Raises BadKey."""
    with suppress(ValueError, UnsupportedAlgorithm):
        key = load_pem_public_key(text.encode()) if "-----" in text else load_der_public_key(b64decode(text))
        if isinstance(key, RSAPublicKey):
            return key
    raise BadKey


def _of_answer(body: str) -> tuple[str, list[bytes]]:
    members = _members(body)
    signature = json.loads(members.get("sign", "null"))
    if not isinstance(signature, str):
        raise BadSignature
    text = _node(members)
    # the vendor's own client verifies once more with slashes unescaped
    texts = dict.fromkeys((text, text.replace("\\/", "/")))
    return signature, [text.encode("utf-8", "surrogatepass") for text in texts]


def _of_notice(form: Mapping[str, str]) -> tuple[str, list[bytes]]:
    """Whether ``sign_type`` was signed differs between message kinds; either way needs a valid signature."""
    with suppress(LookupError, UnicodeEncodeError):
        charset = form.get("charset") or "utf-8"
        texts = [sign_content(form, left_out).encode(charset) for left_out in UNSIGNED_IN_NOTICE]
        return form.get("sign", ""), texts
    raise BadSignature


def _is_signed(key: RSAPublicKey, signature: str, text: bytes) -> bool:
    try:
        key.verify(b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _node(members: Mapping[str, str]) -> str:
    nodes = [text for name, text in members.items() if name.endswith("_response")]
    if len(nodes) != 1:
        raise BadSignature
    return nodes[0]


def _members(text: str) -> dict[str, str]:
    """Each member of an object as it was written: parsing and writing it again would change the signed bytes."""
    members: dict[str, str] = {}
    at, opener = 0, "{"
    while not members or text[at : at + 1] != "}":
        name, at = _value(text, _past(opener, text, at))
        start = _past(":", text, at)
        _, at = _value(text, start)
        if not isinstance(name, str) or name in members:
            raise BadSignature
        members[name] = text[start:at]
        at, opener = _skip(text, at), ","
    if _skip(text, at + 1) != len(text):
        raise BadSignature
    return members


def _value(text: str, at: int) -> tuple[object, int]:
    with suppress(ValueError, RecursionError):  # raised outside it, so that no cause quotes the text
        return json.JSONDecoder().raw_decode(text, at)
    raise BadSignature


def _past(sign: str, text: str, at: int) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        raise BadSignature
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _payload(body: bytes, body_base64: str | None, body_utf8: str | None) -> bytes:
    if body_base64 is not None:
        return b64decode(body_base64)
    return body if body_utf8 is None else body_utf8.encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
