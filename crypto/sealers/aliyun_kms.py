"""Alibaba Cloud KMS as a sealer: Encrypt and Decrypt of API 2016-01-20 with a symmetric key.

help.aliyun.com/kms, "Encrypt" and "Decrypt"; signed by ACS3-HMAC-SHA256. The context travels as EncryptionContext,
which has to be the same at Decrypt. Parameters stand in the body, since URLs are logged.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from crypto.errors import DecryptionFailed
from crypto.sealers import options
from crypto.sealers.exchange import SealerUnavailable, post

TYPE = "aliyun-kms"
VERSION = "2016-01-20"
OPTIONS = ("access_key_id", "access_key_secret_env", "access_key_secret_file", "key_id", "region", "address", "ca_file")

#: Codes that speak of the ciphertext or its context, not of us
REFUSED = frozenset({"InvalidParameter", "Forbidden.InvalidCiphertext", "InvalidCiphertext"})


class Sealer:
    type = TYPE

    def __init__(self, address: str, given: Mapping[str, Any]) -> None:
        self._address = address
        self._key_id = options.text(given, "key_id")
        self._access_key_id = options.text(given, "access_key_id")
        self._verify: str | bool = options.text(given, "ca_file", "") or True
        self._given = given

    def __repr__(self) -> str:
        return "<Sealer aliyun-kms>"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Sealer":
        """Raises KeyringInvalid naming the option that is wrong."""
        options.known(given, OPTIONS)
        region = options.text(given, "region", "cn-hangzhou")
        sealer = cls(options.address(given, "address", f"https://kms.{region}.aliyuncs.com"), given)
        options.secret(given, "access_key_secret")
        return sealer

    def seal(self, key: bytes, context: bytes) -> bytes:
        """Raises SealerUnavailable."""
        plaintext = base64.b64encode(key).decode("ascii")
        answer = self._ask("Encrypt", context, KeyId=self._key_id, Plaintext=plaintext)
        sealed = answer.get("CiphertextBlob")
        if not isinstance(sealed, str):
            raise SealerUnavailable(TYPE, _code(answer))
        return sealed.encode("ascii", "replace")

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Raises DecryptionFailed, or SealerUnavailable."""
        answer = self._ask("Decrypt", context, CiphertextBlob=sealed.decode("ascii", "replace"))
        if "Plaintext" not in answer:
            if _code(answer) in REFUSED:
                raise DecryptionFailed
            raise SealerUnavailable(TYPE, _code(answer))
        try:
            return base64.b64decode(answer["Plaintext"], validate=True)
        except (TypeError, ValueError):
            raise DecryptionFailed from None

    def _ask(self, action: str, context: bytes, **parameters: str) -> Mapping[str, Any]:
        body = urlencode({**parameters, "EncryptionContext": json.dumps({"realname": context.hex()})}).encode()
        headers = {
            "host": urlsplit(self._address).netloc,
            "content-type": "application/x-www-form-urlencoded",
            "x-acs-action": action,
            "x-acs-version": VERSION,
            "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        }
        secret = options.secret(self._given, "access_key_secret")
        headers["authorization"] = authorization(self._access_key_id, secret, headers)
        headers["accept"] = "application/json"
        _, answer = post(TYPE, f"{self._address}/", headers, self._verify, data=body)
        return answer if isinstance(answer, dict) else {}


def authorization(access_key_id: str, secret: str, headers: Mapping[str, str]) -> str:
    """ACS3-HMAC-SHA256 of a POST to "/" without a query, over all of these headers (names in lower case)."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), "sha256").hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={access_key_id},SignedHeaders={names},Signature={signature}"


def _code(answer: Mapping[str, Any]) -> str:
    """The vendor's code, of which only the form of one is told on."""
    code = str(answer.get("Code", ""))
    return code if code and code.replace(".", "").isalnum() and len(code) < 60 else "an answer that cannot be read"  # noqa: PLR2004 - longer than any code
