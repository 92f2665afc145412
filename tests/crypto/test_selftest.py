import timeit
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from crypto import selftest
from crypto.errors import SelfTestFailed
from crypto.suites import SUITES


def test_the_primitives_give_their_published_answers_in_time() -> None:
    assert min(timeit.repeat(selftest.run, number=1, repeat=5)) < 0.020


class Lenient:
    """Takes any tag."""

    def __init__(self, key: bytes) -> None:
        self.strict = AESGCM(key)
        self.encrypt = self.strict.encrypt

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        try:
            return self.strict.decrypt(nonce, data, associated)
        except InvalidTag:
            return b""


def unavailable(key: bytes) -> Any:
    msg = "not in this build"
    raise UnsupportedAlgorithm(msg)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"hash": hashes.SHA3_256()}, "wrong answers: hash, MAC, key derivation"),
        ({"aead": Lenient}, "wrong answers: authentication"),
        ({"aead": ChaCha20Poly1305}, "wrong answers: encryption, decryption"),
        ({"aead": unavailable}, r"not offered by the linked OpenSSL \(UnsupportedAlgorithm\)"),
    ],
)
def test_a_primitive_that_fails_is_named(monkeypatch: pytest.MonkeyPatch, broken: dict[str, Any], reason: str) -> None:
    monkeypatch.setitem(SUITES, 1, replace(SUITES[1], **broken))
    with pytest.raises(SelfTestFailed, match=reason):
        selftest.run()


def test_a_suite_without_known_answers_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SUITES, 3, replace(SUITES[1], number=3))
    with pytest.raises(SelfTestFailed, match="suite 3 is enabled without known answers"):
        selftest.run()
