"""Checking requests as the vendors would: whose key, signed over these very bytes, not too old, not seen before."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from urllib.parse import parse_qsl, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from providers.signing import UNSIGNED_IN_REQUEST, acs3, sign_content, tc3
from providers.testing import scenarios_alibaba, scenarios_alipay, scenarios_tencent
from providers.testing.scenarios import Received, Reply

#: how far a request's clock may be off
SKEW: Mapping[str, timedelta] = {"tencent": timedelta(minutes=5), "alibaba": timedelta(minutes=15)}


class Gate:
    """Of one server: remembers which nonces were used."""

    def __init__(self) -> None:
        self._nonces: set[str] = set()
        self._checks: Mapping[str, Callable[[Received], Reply | None]] = {
            "tencent": _tencent,
            "alibaba": self._alibaba,
            "alipay": _alipay,
        }

    def refusal(self, vendor: str, received: Received) -> Reply | None:
        """What the vendor answers to a request that it does not take; None for one that it takes."""
        try:
            return self._checks[vendor](received)
        except (KeyError, ValueError, IndexError):
            return BAD[vendor]

    def _alibaba(self, received: Received) -> Reply | None:
        headers = received.headers
        settings = scenarios_alibaba.SETTINGS
        names = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        expected = acs3(
            access_key_id=settings["access_key_id"],
            access_key_secret=settings["access_key_secret"],
            query=dict(parse_qsl(urlsplit(received.url).query, keep_blank_values=True)),
            headers_to_sign={name: headers[name] for name in names},
            body=received.body,
        )
        must = {name for name in headers if name.startswith("x-acs-")} | {"host"}
        if not compare_digest(expected, headers["authorization"]) or not must <= set(names):
            return BAD["alibaba"]
        if _is_old("alibaba", datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)):
            return scenarios_alibaba.refused("InvalidTimeStamp.Expired")
        nonce = headers["x-acs-signature-nonce"]
        if nonce in self._nonces:
            return scenarios_alibaba.refused("SignatureNonceUsed")
        self._nonces.add(nonce)
        return None


def _tencent(received: Received) -> Reply | None:
    headers, settings = received.headers, scenarios_tencent.SETTINGS
    expected = tc3(
        secret_id=settings["secret_id"],
        secret_key=settings["secret_key"],
        service=headers["authorization"].split("/")[2],
        host=headers["host"],
        timestamp=int(headers["x-tc-timestamp"]),
        content_type=headers["content-type"],
        body=received.body,
    )
    if not compare_digest(expected, headers["authorization"]):
        return BAD["tencent"]
    if _is_old("tencent", datetime.fromtimestamp(int(headers["x-tc-timestamp"]), UTC)):
        return scenarios_tencent.error("AuthFailure.SignatureExpire")
    return None


def _alipay(received: Received) -> Reply | None:
    given = dict(parse_qsl(urlsplit(received.url).query)) | dict(parse_qsl(received.body.decode("ascii")))
    signature, signed = b64decode(given["sign"]), sign_content(given, UNSIGNED_IN_REQUEST)
    try:
        scenarios_alipay.APP_KEY.public_key().verify(signature, signed.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return BAD["alipay"]
    return None


def _is_old(vendor: str, at: datetime) -> bool:
    return abs(datetime.now(UTC) - at) > SKEW[vendor]


BAD: Mapping[str, Reply] = {
    "tencent": scenarios_tencent.error("AuthFailure.SignatureFailure"),
    "alibaba": scenarios_alibaba.refused("SignatureDoesNotMatch"),
    "alipay": scenarios_alipay.failure("isv.invalid-signature", "40002"),
}
