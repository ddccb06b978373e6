"""Networks that callers may come from."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


def read_network(cidr: str) -> Network:
    """The bits behind the prefix may be set, because IAM takes such a CIDR, too. Raises
    ValueError."""
    return ip_network(cidr, strict=False)


def is_within(source_ip: str | None, networks: tuple[Network, ...]) -> bool:
    """False for what is no address."""
    try:
        address = ip_address(source_ip or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
