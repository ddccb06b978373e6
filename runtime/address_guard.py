"""Decides which addresses of others' hosts we may connect to, so that nobody can reach our network
through us.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]


class AddressRefused(Exception):
    """We must not connect to the host. An adapter tells it in the words of its service."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(host)


class HostUnknown(AddressRefused):
    """The name has no address. It may have one later."""


class AddressForbidden(AddressRefused):
    """`address` is one of those that the host has, and none of them is permitted."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host)
        self.address = address


# These serve credentials of instances, containers and pods. Nobody we talk to is there, so no
# setting opens them.
METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",
        "fd00:ec2::254",
        "169.254.170.2",
        "169.254.170.23",
        "fd00:ec2::23",
    )
)
# IPv6 addresses that networks translate into the IPv4 address in their last 32 bits: NAT64 (RFC
# 6052), local NAT64 (RFC 8215), IPv4-compatible (RFC 4291) and IPv4-translated (RFC 2765) ones
TRANSLATED = tuple(
    IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")
)
GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that IANA assigns; Python's own lists lag behind
NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.31.196.0/24"),  # AS112
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses in the system's order of preference. Raises OSError, and UnicodeError for what
    is not a host name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class AddressGuard:
    """Global unicast addresses are allowed. All others are allowed only inside `allowed`."""

    allowed: tuple[Network, ...] = ()
    resolver: Resolver = resolve

    @classmethod
    def of(cls, networks: Sequence[str], resolver: Resolver = resolve) -> "AddressGuard":
        """From CIDRs as in the setting ALLOWED_NETWORKS. Raises ValueError."""
        return cls(tuple(ip_network(network) for network in networks), resolver)

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses to connect to. They are resolved once, so that a second look-up cannot give
        another, forbidden one. Raises HostUnknown; AddressForbidden when none is permitted.
        """
        try:
            found = self.resolver(host, port)
        except (OSError, UnicodeError):
            raise HostUnknown(host) from None
        if not found:
            raise HostUnknown(host)
        permitted = [text for text in found if self._permits(text)]
        if not permitted:
            raise AddressForbidden(host, found[0])
        return permitted

    def _permits(self, text: str) -> bool:
        address = _real(ip_address(text.partition("%")[0]))  # without the zone of fe80::1%eth0
        if address in METADATA:
            return False
        if _is_public(address):
            return True
        return any(address in network for network in self.allowed)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    special = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not special


def _real(address: Address) -> Address:
    """Where an IPv6 address contains an IPv4 address that packets reach in the end: that one."""
    if isinstance(address, IPv4Address):
        return address
    if int(address) > 1 and any(address in network for network in TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return (
        address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
    )
