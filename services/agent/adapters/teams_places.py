"""The services of Teams that we talk with: whatever an activity says, no answer goes elsewhere."""

from collections.abc import Collection

from runtime.web_address import PORTS, AddressInvalid, parse

LOOPBACK = "127.0.0.1"  # a double


class TeamsPlaces:
    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)

    def wrong_with(self, service_url: str) -> str | None:
        """None for an address of one of the hosts."""
        try:
            address = parse(service_url)
        except AddressInvalid as invalid:
            return invalid.reason
        if address.host not in self._hosts:
            return f"{address.host} is none of TeamsHosts"
        plain = address.scheme == "https" and address.port == PORTS["https"]
        if not plain and address.host != LOOPBACK:
            return "it has to begin with https:// and to have no port"
        return "it has a query" if "?" in address.target else None
