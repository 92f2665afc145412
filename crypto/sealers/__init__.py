"""Sealers that ask a service of others: loaded by name, only when the settings name them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from crypto.errors import KeyringInvalid
from crypto.sealer import KeySealer

#: type, as it stands in keyrings and settings → module with a class Sealer that takes the options
SEALERS: Mapping[str, str] = {
    "vault-transit": "crypto.sealers.vault_transit",
    "aliyun-kms": "crypto.sealers.aliyun_kms",
}


def load(options: Mapping[str, Any]) -> KeySealer:
    """The sealer that ``options["type"]`` names, made of the other options.

    Raises KeyringInvalid naming the option that is wrong, never its value.
    """
    given = dict(options)
    type_ = given.pop("type", None)
    module = SEALERS.get(str(type_))
    if module is None:
        msg = f"seal.type must be one of {', '.join(SEALERS)}"
        raise KeyringInvalid(msg)
    sealer: KeySealer = import_module(module).Sealer.of(given)
    return sealer
