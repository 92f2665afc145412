"""Certificate mode: who we and the vendor are is told by the serial numbers of certificates, and signed with the rest.

How they are counted stands in the vendor's client libraries and in no document: MD5 of the issuer's name and the
number. So it is assumed, and held against the published number of the vendor's root certificates.
"""

import hashlib
from collections.abc import Mapping

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from providers.signing import BadKey

#: 1.2.840.113549.1.1 (PKCS#1): the vendor's file holds roots of other kinds too, which are left out
RSA = "1.2.840.113549.1.1."


def common(app_certificate: str, root_certificates: str) -> Mapping[str, str]:
    """What every request says besides, signed. Both are PEM. Raises BadKey for what is none."""
    roots = [serial(found) for found in _read(root_certificates) if _is_rsa(found)]
    if not roots:
        raise BadKey
    return {"app_cert_sn": serial(_read(app_certificate)[0]), "alipay_root_cert_sn": "_".join(roots)}


def is_of(certificate: str, key: RSAPrivateKey) -> bool:
    """Whether what ``key`` signs is verified by the certificate. Raises BadKey."""
    return _read(certificate)[0].public_key() == key.public_key()


def public_key(certificate: str) -> RSAPublicKey:
    """Of the vendor's certificate, which signs its answers. Raises BadKey."""
    key = _read(certificate)[0].public_key()
    if not isinstance(key, RSAPublicKey):
        raise BadKey
    return key


def serial(certificate: x509.Certificate) -> str:
    name = certificate.issuer.rfc4514_string()
    return hashlib.md5(f"{name}{certificate.serial_number}".encode(), usedforsecurity=False).hexdigest()


def _is_rsa(certificate: x509.Certificate) -> bool:
    return certificate.signature_algorithm_oid.dotted_string.startswith(RSA)


def _read(text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey from None
