"""Which addresses of a partner's host we may connect to: nobody reaches our network through us."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from services.transfer.domain.errors import AddressForbidden, HostNotResolved

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

# Instance, container and pod credentials: no partner is there, so no setting opens them.
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
NAT64 = IPv6Network(
    "64:ff9b::/96"
)  # a VPC with DNS64 turns it into the IPv4 address in its last 32 bits


def resolve(host: str, port: int) -> Sequence[str]:
    """In the system's order of preference; raises OSError, UnicodeError (not a host name)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class AddressGuard:
    """Global unicast addresses are allowed, all others only inside of `allowed`."""

    allowed: tuple[Network, ...] = ()
    resolver: Resolver = resolve

    @classmethod
    def of(cls, networks: Sequence[str], resolver: Resolver = resolve) -> "AddressGuard":
        """From CIDRs as in the setting ALLOWED_NETWORKS; raises ValueError."""
        return cls(tuple(ip_network(network) for network in networks), resolver)

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Those to connect to: resolved once, so that a second look-up cannot slip in another one.

        Raises HostNotResolved; AddressForbidden when none is permitted.
        """
        try:
            found = self.resolver(host, port)
        except (OSError, UnicodeError):
            raise HostNotResolved(host) from None
        if not found:
            raise HostNotResolved(host)
        permitted = [text for text in found if self._permits(text)]
        if not permitted:
            raise AddressForbidden(host, found[0])
        return permitted

    def _permits(self, text: str) -> bool:
        address = _real(ip_address(text.partition("%")[0]))  # without the zone of fe80::1%eth0
        if address in METADATA:
            return False
        if address.is_global and not address.is_multicast:
            return True
        return any(address in network for network in self.allowed)


def _real(address: Address) -> Address:
    """The IPv4 address that packets for this IPv6 address reach in the end, where it holds one."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return (
        address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
    )
