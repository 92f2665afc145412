"""A page without an origin for a vendor's script: it can reach no token, no storage and no page of ours.

It hands what the script answers to the page around it, and nothing else.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from providers.base import DeviceScript

#: nothing is known of how a vendor's script works; where there is no origin, eval opens no door
DIRECTIVES = "default-src 'none'; script-src 'self' 'unsafe-eval' {vendor}; base-uri 'none'; form-action 'none'"


def device_headers(script: DeviceScript, origins: Sequence[str]) -> dict[str, str]:
    """``origins``: those that may frame the hosted page, since all that stand around a frame must be allowed."""
    parts = urlsplit(script.url)
    directives = DIRECTIVES.format(vendor=f"{parts.scheme}://{parts.netloc}")
    around = " ".join(["'self'", *origins])
    return {
        "Content-Security-Policy": f"{directives}; sandbox allow-scripts; frame-ancestors {around}",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Referrer-Policy": "no-referrer",  # the address holds a verification's id
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
    }
