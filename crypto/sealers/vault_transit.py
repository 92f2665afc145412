"""HashiCorp Vault's (or OpenBao's) transit engine as a sealer (developer.hashicorp.com/vault/api-docs/secret/transit).

The token needs ``update`` on encrypt/KEY and decrypt/KEY alone. The key must be an AEAD (aes256-gcm96), since its
associated data binds a sealed key to its id and purpose.
"""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crypto.errors import DecryptionFailed
from crypto.sealers import options
from crypto.sealers.exchange import SealerUnavailable, post

TYPE = "vault-transit"
OPTIONS = ("address", "key", "mount", "namespace", "token_env", "token_file", "ca_file")

#: of a ciphertext that is not this key's, or of other associated data
REFUSED = 400


class Sealer:
    type = TYPE

    def __init__(self, address: str, key: str, given: Mapping[str, Any]) -> None:
        self._base = f"{address}/v1/{quote(options.text(given, 'mount', 'transit'))}"
        self._key = quote(key, safe="")
        self._namespace = options.text(given, "namespace", "")
        self._verify: str | bool = options.text(given, "ca_file", "") or True
        self._given = given

    def __repr__(self) -> str:
        return "<Sealer vault-transit>"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Sealer":
        """Raises KeyringInvalid naming the option that is wrong."""
        options.known(given, OPTIONS)
        sealer = cls(options.address(given, "address"), options.text(given, "key"), given)
        options.secret(given, "token")
        return sealer

    def seal(self, key: bytes, context: bytes) -> bytes:
        """Raises SealerUnavailable."""
        status, data = self._ask("encrypt", plaintext=_base64(key), associated_data=_base64(context))
        sealed = data.get("ciphertext")
        if not isinstance(sealed, str):
            raise SealerUnavailable(TYPE, f"status {status}")
        return sealed.encode("ascii", "replace")

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Raises DecryptionFailed, or SealerUnavailable."""
        ciphertext = sealed.decode("ascii", "replace")
        status, data = self._ask("decrypt", ciphertext=ciphertext, associated_data=_base64(context))
        if status == REFUSED:
            raise DecryptionFailed
        try:
            return base64.b64decode(data["plaintext"], validate=True)
        except (KeyError, TypeError, ValueError):
            raise DecryptionFailed from None

    def _ask(self, what: str, **body: str) -> tuple[int, Mapping[str, Any]]:
        headers = {"X-Vault-Token": options.secret(self._given, "token"), "X-Vault-Request": "true"}
        if self._namespace:
            headers["X-Vault-Namespace"] = self._namespace
        status, answer = post(TYPE, f"{self._base}/{what}/{self._key}", headers, self._verify, json=body)
        if status not in {200, REFUSED}:
            raise SealerUnavailable(TYPE, f"status {status}")
        data = answer.get("data") if isinstance(answer, dict) else None
        return status, data if isinstance(data, dict) else {}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
