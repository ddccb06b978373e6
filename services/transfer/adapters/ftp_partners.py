"""Opens FTP and FTPS sessions on partners' servers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from runtime.address_guard import AddressGuard
from services.transfer.adapters.ftp_login import FtpLogin
from services.transfer.adapters.ftp_session import FtpPartnerSession
from services.transfer.adapters.ftp_tls import Authorities, public_authorities
from services.transfer.adapters.partner_addresses import partner_addresses
from services.transfer.adapters.partner_socket import Allowance, PartnerSocket, connect
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import ConnectionLost, ConnectionTimedOut, SessionRefused
from services.transfer.domain.host_key import HostKey


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FtpPartners:
    """`timeout_seconds` bounds each step of connecting, and later each request. `session_seconds`
    bounds a session as a whole, from its first connection to its end."""

    def __init__(
        self,
        guard: AddressGuard,
        timeout_seconds: float,
        now: Callable[[], datetime] = _utc_now,
        session_seconds: float | None = None,
        authorities: Authorities = public_authorities,
    ) -> None:
        self._guard = guard
        self._timeout_seconds = timeout_seconds
        self._session_seconds = session_seconds
        self._now = now
        self._authorities = authorities

    def check_address(self, host: str, port: int) -> None:
        partner_addresses(self._guard, host, port)

    def check_credential(self, credential: Credential) -> None:
        """Nothing of it can be judged without its destination."""

    def connect(
        self,
        destination: Destination,
        credential: Credential,
        wanted: Callable[[], bool] = lambda: True,
    ) -> FtpPartnerSession:
        with self._connecting(destination, wanted) as connection:
            logged_in = self._login(destination).open(connection, credential)
        # from now on the session can be closed
        logged_in.channel.control.connection.sock.wanted = None
        return FtpPartnerSession(logged_in, self._now)

    def offered_host_key(self, destination: Destination) -> HostKey:
        with self._connecting(destination) as connection:
            return self._login(destination).offered(connection)

    def _login(self, destination: Destination) -> FtpLogin:
        return FtpLogin(destination, self._timeout_seconds, self._authorities)

    @contextmanager
    def _connecting(
        self, destination: Destination, wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[Callable[[], PartnerSocket]]:
        """Yields what makes a connection. One that ended is asked for its own reason."""
        host, port = destination.host, destination.port
        allowance = None if self._session_seconds is None else Allowance(self._session_seconds)
        made: list[PartnerSocket] = []

        def connection() -> PartnerSocket:
            addresses = partner_addresses(self._guard, host, port)
            seconds = self._timeout_seconds
            if allowance is not None:
                seconds = min(seconds, max(0.0, allowance.left()))
            made.append(connect(addresses, host, port, seconds, wanted))
            made[-1].stall_seconds = self._timeout_seconds
            made[-1].allowance, made[-1].wanted = allowance, wanted
            return made[-1]

        try:
            yield connection
        except (ConnectionLost, ConnectionTimedOut, SessionRefused) as error:
            raise (made and made[-1].reason(host, port)) or error from None
