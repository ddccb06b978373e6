"""The addresses of a partner's server, as far as we may connect to them."""

from collections.abc import Sequence

from runtime import address_guard
from runtime.address_guard import AddressGuard
from services.transfer.domain.errors import AddressForbidden, HostNotResolved


def partner_addresses(guard: AddressGuard, host: str, port: int) -> Sequence[str]:
    """Raises HostNotResolved, AddressForbidden."""
    try:
        return guard.addresses(host, port)
    except address_guard.HostUnknown:
        raise HostNotResolved(host) from None
    except address_guard.AddressForbidden as forbidden:
        raise AddressForbidden(host, forbidden.address) from None
