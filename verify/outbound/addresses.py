"""Which addresses of the world may be called: public unicast alone (RFC 6890, IANA's special-purpose registries)."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from verify.outbound.refusals import NotDelivered

Address = IPv4Address | IPv6Address

#: all that IANA gives out for public unicast (RFC 4291, 2.4)
UNICAST_V6 = IPv6Network("2000::/3")

#: what ipaddress calls global though it is not, or leads somewhere else
REFUSED = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, deprecated (RFC 7526)
    IPv6Network("2001::/32"),  # Teredo: carries an IPv4 address, masked
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)

#: prefix → bits to the right of the IPv4 address that stands in it
EMBEDDED_V4 = {
    IPv6Network("::ffff:0:0/96"): 0,  # IPv4-mapped
    IPv6Network("::ffff:0:0:0/96"): 0,  # IPv4-translated (RFC 2765)
    IPv6Network("64:ff9b::/96"): 0,  # NAT64
    IPv6Network("2002::/16"): 80,  # 6to4
}


def require_public(text: str) -> None:
    """Raises NotDelivered address_refused unless every reading of the address is public unicast."""
    try:
        address = ip_address(text)
    except ValueError:
        raise NotDelivered("address_refused") from None
    if not _is_public(address):
        raise NotDelivered("address_refused")


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        for network, shift in EMBEDDED_V4.items():
            if address in network:
                return _is_public(IPv4Address(int(address) >> shift & 0xFFFFFFFF))
        if address not in UNICAST_V6:
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in REFUSED)
