"""Reading the URL of an endpoint."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from verify.outbound.refusals import NotDelivered

LONGEST = 2048

PORTS = {"https": 443, "http": 80}

#: what no reader of URLs takes for anything else; names beyond ASCII come as punycode
PRINTABLE = re.compile(r"[!-~]+")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")


@dataclass(frozen=True)
class Target:
    """A URL taken apart. ``path`` is what follows the host, with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read(url: str, *, plain: bool) -> Target:
    """The target of a URL. ``plain`` takes http:// too. Raises NotDelivered url_format or https_required."""
    if len(url) > LONGEST or not PRINTABLE.fullmatch(url) or "\\" in url:
        raise NotDelivered("url_format")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotDelivered("url_format") from None
    host = parts.hostname or ""
    if parts.scheme not in PORTS or parts.fragment or port == 0 or not _is_host(parts.netloc, host):
        raise NotDelivered("url_format")
    if parts.scheme == "http" and not plain:
        raise NotDelivered("https_required")
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme, host, port or PORTS[parts.scheme], (parts.path or "/") + query)


def _is_host(authority: str, host: str) -> bool:
    """A name, an IPv4 address or a bracketed IPv6 address; nobody's name and password before it."""
    if "@" in authority or ("[" in authority) != (":" in host):
        return False
    if ":" not in host:
        return HOST.fullmatch(host) is not None and ".." not in host
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False
