"""Why a URL is not taken, or a call to it brought no answer: codes only."""

from collections.abc import Mapping

#: every code a delivery can end with, and what a developer is told of it
CODES: Mapping[str, str] = {
    "url_format": "The URL is not an absolute http(s) URL in ASCII without user, password or fragment.",
    "https_required": "The URL must start with https://.",
    "dns_failed": "The host's name does not resolve.",
    "address_refused": "The host resolves to an address that is not public.",
    "connection_failed": "No connection could be made, or it broke.",
    "tls_failed": "No trusted TLS connection could be made; see the certificate, its names and its chain.",
    "timeout": "There was no answer within 15 seconds.",
    "bad_response": "The answer was not HTTP.",
    "http_error": "The answer was not a 2xx; redirects are not followed.",
    "gone": "The endpoint answered 410 and was disabled.",
    "endpoint_disabled": "The endpoint was disabled before this was delivered.",
    "internal_error": "Something went wrong here.",
}


class NotDelivered(Exception):
    """Carries a code of CODES, and never the URL."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
