"""Connects to a partner's server, within the bounds that hold for every protocol."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from runtime.address_guard import AddressGuard
from services.transfer.adapters.partner_addresses import partner_addresses
from services.transfer.adapters.partner_socket import Allowance, PartnerSocket, connect
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import ConnectionLost, ConnectionTimedOut, SessionRefused


@dataclass(frozen=True)
class Connecting:
    """`timeout_seconds` bounds each step. `session_seconds` bounds a session as a whole, from its
    first connection to its end."""

    guard: AddressGuard
    timeout_seconds: float
    session_seconds: float | None = None

    @contextmanager
    def to(
        self, destination: Destination, wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[Callable[[], PartnerSocket]]:
        """Yields what makes a connection. Libraries turn some reasons into others on their way
        here, so a connection that ended is asked for its own. What was found out before its end
        stays: above all that the server is another one."""
        host, port = destination.host, destination.port
        allowance = None if self.session_seconds is None else Allowance(self.session_seconds)
        made: list[PartnerSocket] = []

        def connection() -> PartnerSocket:
            addresses = partner_addresses(self.guard, host, port)
            seconds = self.timeout_seconds
            if allowance is not None:
                seconds = min(seconds, max(0.0, allowance.left()))
            made.append(connect(addresses, host, port, seconds, wanted))
            made[-1].stall_seconds = self.timeout_seconds
            made[-1].allowance, made[-1].wanted = allowance, wanted
            return made[-1]

        try:
            yield connection
        except (ConnectionLost, ConnectionTimedOut, SessionRefused) as error:
            raise (made and made[-1].reason(host, port)) or error from None
