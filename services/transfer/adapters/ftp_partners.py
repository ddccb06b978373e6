"""Opens FTP and FTPS sessions on partners' servers."""

from collections.abc import Callable
from datetime import UTC, datetime

from runtime.address_guard import AddressGuard
from services.transfer.adapters.ftp_login import FtpLogin
from services.transfer.adapters.ftp_session import FtpPartnerSession
from services.transfer.adapters.ftp_tls import Authorities, public_authorities
from services.transfer.adapters.partner_addresses import partner_addresses
from services.transfer.adapters.partner_connecting import Connecting
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.host_key import HostKey


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FtpPartners:
    """`timeout_seconds` bounds each step of connecting, and later each request. `session_seconds`
    bounds a session as a whole, from its first connection to its end. `certificate_seen` is told
    until when that of a destination is valid, at each login."""

    def __init__(
        self,
        guard: AddressGuard,
        timeout_seconds: float,
        now: Callable[[], datetime] = _utc_now,
        session_seconds: float | None = None,
        authorities: Authorities = public_authorities,
        certificate_seen: Callable[[str, datetime], None] = lambda destination_id, ends: None,
    ) -> None:
        self._connecting = Connecting(guard, timeout_seconds, session_seconds)
        self._now = now
        self._authorities = authorities
        self._certificate_seen = certificate_seen

    def check_address(self, host: str, port: int) -> None:
        partner_addresses(self._connecting.guard, host, port)

    def check_credential(self, credential: Credential) -> None:
        """Nothing of it can be judged without its destination."""

    def connect(
        self,
        destination: Destination,
        credential: Credential,
        wanted: Callable[[], bool] = lambda: True,
    ) -> FtpPartnerSession:
        with self._connecting.to(destination, wanted) as connection:
            logged_in = self._login(destination).open(connection, credential)
        if logged_in.certificate_ends is not None:
            self._certificate_seen(destination.id, logged_in.certificate_ends)
        # from now on the session can be closed
        logged_in.channel.control.connection.sock.wanted = None
        return FtpPartnerSession(logged_in, self._now)

    def offered_host_key(self, destination: Destination) -> HostKey:
        with self._connecting.to(destination) as connection:
            return self._login(destination).offered(connection)

    def _login(self, destination: Destination) -> FtpLogin:
        return FtpLogin(destination, self._connecting.timeout_seconds, self._authorities)
