"""Run by benchmarks.libraries with an interpreter that has the other libraries: one turn of each pair, as JSON."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import tink
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import String
from sqlalchemy_utils import StringEncryptedType
from sqlalchemy_utils.types.encrypted.encrypted_type import AesGcmEngine
from tink import aead

from benchmarks.timing import Call, best
from crypto import document, seal
from crypto.keyring import Keyring

TEXT = "11010119900101004X"
SIZE = 10_000_000
#: as a request body is read
PIECE = 65_536


def main() -> None:
    cipher = _cipher()
    row = uuid4()
    plain = TEXT.encode()

    def ours() -> bytes:
        return cipher.open("bench", row, cipher.seal("bench", row, plain))

    times = {name: best(ours, theirs) for name, theirs in _fields().items()}
    body = os.urandom(SIZE)
    dek_id, dek = os.urandom(8), os.urandom(32)
    times["a 10 MB document, one AES-GCM call over it"] = best(lambda: _document(body, dek_id, dek, row), _once(body))
    extra = _extra_mib(lambda: _document(body, dek_id, dek, row))
    print(json.dumps({"times": times, "extra_mib": extra}))  # noqa: T201 - what the parent reads


def _cipher() -> seal.FieldCipher:
    kek = Keyring.generate(datetime.now(UTC)).primary("kek")
    return seal.FieldCipher(*seal.new_data_key(kek.suite), kek.suite)


def _fields() -> dict[str, Call]:
    """The same text bound to a row where the library can, in the shape it stores."""
    column = StringEncryptedType(String, "0" * 32, AesGcmEngine)
    fernet = Fernet(Fernet.generate_key())
    aead.register()
    sealer = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)
    plain = TEXT.encode()
    return {
        "AesGcmEngine of sqlalchemy-utils": lambda: column.process_result_value(
            column.process_bind_param(TEXT, None), None
        ),
        "Fernet": lambda: fernet.decrypt(fernet.encrypt(plain)),
        "tink": lambda: sealer.decrypt(sealer.encrypt(plain, b"bench"), b"bench"),
    }


def _document(body: bytes, dek_id: bytes, dek: bytes, row: UUID) -> int:
    """Sealed and opened as it streams; nobody keeps what comes out."""
    header, sealed = document.split(document.seal(dek_id, dek, "bench", row, _pieces(body)))
    return sum(len(piece) for piece in document.open_(header, dek, "bench", row, sealed))


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]


def _once(body: bytes) -> Call:
    cipher = AESGCM(os.urandom(32))

    def once() -> int:
        nonce = os.urandom(12)
        return len(cipher.decrypt(nonce, cipher.encrypt(nonce, body, b"bench"), b"bench"))

    return once


def _extra_mib(call: Callable[[], object]) -> float:
    """The highest that the process stood above where it began; Linux forgets the former highest when told 5."""
    call()
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    before = _status("VmRSS")
    call()
    return (_status("VmHWM") - before) / 1024


def _status(name: str) -> int:
    """Kibibytes."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
