"""Which addresses webhooks may reach."""

import pytest

from verify.outbound.addresses import require_public
from verify.outbound.refusals import NotDelivered


@pytest.mark.parametrize(
    "address",
    [
        "198.41.0.4",
        "8.8.8.8",
        "192.88.98.255",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_a_public_address_is_taken(address: str) -> None:
    require_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - to be refused
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_an_address_that_is_not_public_is_refused_in_all_its_spellings(address: str) -> None:
    number = int.from_bytes(bytes(map(int, address.split("."))), "big")
    high, low = number >> 16, number & 0xFFFF
    spellings = [
        address,
        f"::ffff:{address}",
        f"::{address}",
        f"::ffff:0:{high:x}:{low:x}",
        f"64:ff9b::{high:x}:{low:x}",
        f"2002:{high:x}:{low:x}::1",
    ]
    for spelling in spellings:
        with pytest.raises(NotDelivered, match="address_refused"):
            require_public(spelling)


@pytest.mark.parametrize(
    "address",
    [
        "::",
        "::1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_ipv6_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(NotDelivered, match="address_refused"):
        require_public(address)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(NotDelivered, match="address_refused"):
        require_public("localhost")
