"""What sealing and looking up cost beside the bare primitives (crypto.md, "Performance goals")."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.index import BlindIndex
from crypto.keyring import Keyring
from crypto.seal import FieldCipher, new_data_key, unwrap, wrap
from providers.testing.identities import adult

VALUE = adult(1).id_number.encode()
SUITE = 1
CONTEXT = "sealed_step.identity.identity"

Row = tuple[str, float, Callable[[], object], Callable[[], object]]


def rows() -> Iterator[Row]:
    """(what, the ratio it may have at most, our side, the bare side)."""
    keyring = Keyring.generate(datetime.now(UTC))
    kek = keyring.primary("kek")
    dek_id, dek = new_data_key(SUITE)
    cipher, row_id = FieldCipher(dek_id, dek, SUITE), uuid4()
    wrapped = wrap(kek, dek_id, dek)
    bare, index = AESGCM(secrets.token_bytes(32)), BlindIndex(keyring)

    def seal_and_open() -> object:
        return cipher.open(CONTEXT, row_id, cipher.seal(CONTEXT, row_id, VALUE))

    def raw() -> object:
        nonce = secrets.token_bytes(12)
        return bare.decrypt(nonce, bare.encrypt(nonce, VALUE, None), None)

    def opened() -> object:
        return FieldCipher(dek_id, unwrap(keyring, dek_id, wrapped), SUITE)

    yield "field seal + open vs raw AESGCM, cached key", 2.0, seal_and_open, raw
    yield "unwrap a data key + derive vs raw AESGCM", 3.0, opened, raw
    yield "blind index with normalisation vs raw AESGCM", 1.2, lambda: index.tags("cn.id_number", VALUE.decode()), raw
