"""Certificate mode: serial numbers as the vendor publishes them, and requests that say them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from providers.alipay import Alipay, certificates
from providers.base import Capability, Misconfigured, Result
from providers.testing.examples import request_for
from providers.testing.scenarios import mocked
from providers.testing.scenarios_alipay import APP_KEY, SCRIPT, SETTINGS, VENDOR_KEY

#: name and number of the vendor's own root, and what the number is published as
ROOT = {
    NameOID.COUNTRY_NAME: "CN",
    NameOID.ORGANIZATION_NAME: "Ant Financial",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "Certification Authority",
    NameOID.COMMON_NAME: "Ant Financial Certification Authority R1",
}
NUMBER = 0x1FCFA18D6A480D11
PUBLISHED = "687b59193f3f462dd5336e5abf83c5d8"


def certificate(signed_by: Any, about: RSAPrivateKey | None = None, number: int = NUMBER) -> str:
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in ROOT.items()])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key((about or signed_by).public_key())
        .serial_number(number)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(signed_by, hashes.SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def given() -> dict[str, str]:
    other = ec.generate_private_key(ec.SECP256R1())
    return {
        "app_certificate": certificate(APP_KEY),
        "alipay_certificate": certificate(VENDOR_KEY),
        "alipay_root_certificate": certificate(other) + certificate(APP_KEY) + certificate(APP_KEY, number=7),
    }


def settings(given: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in SETTINGS.items() if name != "alipay_public_key"} | given


def test_a_serial_is_the_published_one(given: dict[str, str]) -> None:
    found = certificates.common(given["app_certificate"], given["alipay_root_certificate"])
    first, _, second = found["alipay_root_cert_sn"].partition("_")
    assert (found["app_cert_sn"], first, len(second)) == (PUBLISHED, PUBLISHED, 32)


def test_a_request_says_the_serials_and_the_answer_is_verified_by_the_certificate(given: dict[str, str]) -> None:
    with responses.RequestsMock() as mock:
        vendor = mocked(mock, Alipay(**settings(given)), SCRIPT)
        outcome = vendor.provider.call(request_for(Capability.TRANSFER), "0198c0de-0000-7000-8000-000000000001")
        said = parse_qs(urlsplit(vendor.received[0].url).query)
    assert outcome.result is Result.ACCEPTED
    assert said["app_cert_sn"] == [PUBLISHED]
    assert said["alipay_root_cert_sn"][0].startswith(f"{PUBLISHED}_")
    vendor.provider.close()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"alipay_certificate": None}, "alipay_certificate is missing"),
        ({"app_certificate": "nonsense"}, "no certificate"),
        ({"alipay_root_certificate": "nonsense"}, "no certificate"),
        ({"app_certificate": certificate(VENDOR_KEY)}, "of another key than app_private_key"),
        ({"alipay_public_key": SETTINGS["alipay_public_key"]}, "keep one kind"),
    ],
)
def test_what_is_half_configured_is_refused(given: dict[str, str], changed: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        Alipay(**{**settings(given), **changed})


def test_roots_of_other_kinds_alone_are_none(given: dict[str, str]) -> None:
    only = certificate(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(Misconfigured):
        Alipay(**{**settings(given), "alipay_root_certificate": only})
