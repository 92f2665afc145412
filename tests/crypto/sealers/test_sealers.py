import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crypto import sealers
from crypto.errors import DecryptionFailed, KeyringInvalid
from crypto.keyring import Keyring
from crypto.sealer import KeySealer
from crypto.sealers.aliyun_kms import authorization
from crypto.sealers.exchange import SealerUnavailable
from tests.crypto.sealers.conftest import Kms, Vault, serving

KEY = bytes(range(32))
CONTEXT = b"\x01\x02\x03\x04kek"

VECTORS = Path(__file__).parents[2] / "providers" / "vectors" / "alibaba_acs3.json"


@pytest.fixture(params=["vault-transit", "aliyun-kms"])
def service(request: pytest.FixtureRequest, vault: Vault, kms: Kms) -> Vault | Kms:
    return vault if request.param == "vault-transit" else kms


@pytest.fixture
def sealer(service: Vault | Kms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeySealer]:
    monkeypatch.setenv("KMS_SECRET", "secret")
    token = tmp_path / "token"
    token.write_text("s.token\n")
    with serving(service) as address:
        yield sealers.load(options(service, address, token))


def options(service: Vault | Kms, address: str, token: Path) -> dict[str, Any]:
    if isinstance(service, Vault):
        return {"type": "vault-transit", "address": address, "key": "realname", "token_file": str(token)}
    return {
        "type": "aliyun-kms",
        "address": address,
        "key_id": "key-1",
        "access_key_id": "LTAI",
        "access_key_secret_env": "KMS_SECRET",
    }


def test_a_key_is_unsealed_in_its_own_place_alone(sealer: KeySealer) -> None:
    sealed = sealer.seal(KEY, CONTEXT)
    assert KEY not in sealed
    assert sealer.unseal(sealed, CONTEXT) == KEY
    with pytest.raises(DecryptionFailed):
        sealer.unseal(sealed, CONTEXT[:-1])


def test_a_keyring_is_sealed_and_read_key_by_key(sealer: KeySealer, keyring: Keyring) -> None:
    text = keyring.dump(sealer)
    assert json.loads(text)["seal"] == {"type": sealer.type}
    assert Keyring.parse(text, sealer) == keyring
    with pytest.raises(KeyringInvalid, match="seal is not none"):
        Keyring.parse(text)


def test_a_service_that_is_down_is_no_wrong_keyring(service: Vault | Kms, sealer: KeySealer, keyring: Keyring) -> None:
    text = keyring.dump(sealer)
    service.down = True
    with pytest.raises(SealerUnavailable, match=sealer.type):
        Keyring.parse(text, sealer)
    with pytest.raises(SealerUnavailable):
        sealer.seal(KEY, CONTEXT)


def test_a_refused_token_is_no_wrong_keyring(vault: Vault, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("another")
    with serving(vault) as address:
        sealer = sealers.load(options(vault, address, token))
        with pytest.raises(SealerUnavailable, match="status 403"):
            sealer.seal(KEY, CONTEXT)
        token.write_text("s.token")
        assert sealer.unseal(sealer.seal(KEY, CONTEXT), CONTEXT) == KEY


def test_where_nobody_listens_the_sealer_says_so(vault: Vault, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("s.token")
    sealer = sealers.load(options(vault, "http://127.0.0.1:1", token))
    with pytest.raises(SealerUnavailable, match="ConnectionError"):
        sealer.unseal(b"vault:v1:x", CONTEXT)


@pytest.mark.parametrize("answer", [b"", b"no json", [], {"data": []}, {"data": {"plaintext": 7}}, {"Plaintext": None}])
def test_an_answer_that_cannot_be_read_opens_nothing(
    answer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMS_SECRET", "secret")
    token = tmp_path / "token"
    token.write_text("s.token")
    with serving(lambda *_: (200, answer)) as address:
        for service in (Vault(), Kms()):
            sealer = sealers.load(options(service, address, token))
            with pytest.raises((DecryptionFailed, SealerUnavailable)):
                sealer.unseal(b"vault:v1:AAAA", CONTEXT)
            with pytest.raises(SealerUnavailable):
                sealer.seal(KEY, CONTEXT)


def test_no_key_stands_in_a_url(kms: Kms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KMS_SECRET", "secret")
    with serving(kms) as address:
        sealers.load(options(kms, address, tmp_path)).seal(KEY, CONTEXT)
    [(path, headers, body)] = kms.requests
    assert path == "/"
    assert b"Plaintext=" in body
    names = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    signed = {name: headers[name] for name in names}
    assert authorization("LTAI", "secret", signed) == headers["authorization"]


def test_requests_are_signed_as_the_vendor_publishes() -> None:
    [vector, *_] = [v for v in json.loads(VECTORS.read_text("utf-8"))["vectors"] if not v["input"]["query"]]
    given = vector["input"]
    headers = {name.lower(): value for name, value in given["headers_to_sign"].items()}
    assert (
        authorization(given["access_key_id"], given["access_key_secret"], headers)
        == vector["expected"]["authorization"]
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "seal.type must be one of"),
        ({"type": "vault"}, "seal.type must be one of"),
        ({"type": "vault-transit", "address": "http://vault.example", "key": "k", "token_env": "T"}, "https://"),
        ({"type": "vault-transit", "address": "https://vault.example", "token_env": "T"}, "key is missing"),
        ({"type": "vault-transit", "address": "https://vault.example", "key": "k"}, "token_file and token_env"),
        ({"type": "vault-transit", "address": "https://v.example", "key": "k", "token_file": "/no"}, "cannot be read"),
        ({"type": "vault-transit", "address": "https://v.example", "key": "k", "tokn": "x"}, "no option tokn"),
        ({"type": "aliyun-kms", "key_id": "k", "access_key_id": "a", "access_key_secret_env": "NONE"}, "is empty"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, str], reason: str) -> None:
    with pytest.raises(KeyringInvalid, match=reason):
        sealers.load(options)
