"""Opens SFTP sessions on partners' servers. paramiko does the SSH part."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import paramiko

from runtime.address_guard import AddressGuard
from services.transfer.adapters.partner_addresses import partner_addresses
from services.transfer.adapters.partner_socket import Allowance, PartnerSocket, connect
from services.transfer.adapters.sftp_greeting import explained
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_session import SftpPartnerSession
from services.transfer.adapters.ssh_keys import check_private_key
from services.transfer.adapters.ssh_login import SshLogin, end
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionTimedOut,
    PartnerError,
    SessionRefused,
)
from services.transfer.domain.host_key import HostKey


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SftpPartners:
    """`timeout_seconds` bounds each step of connecting, and later each request (see Pace).
    `session_seconds` bounds a session as a whole, from its first connection to its end."""

    def __init__(
        self,
        guard: AddressGuard,
        timeout_seconds: float,
        now: Callable[[], datetime] = _utc_now,
        session_seconds: float | None = None,
    ) -> None:
        self._guard = guard
        self._timeout_seconds = timeout_seconds
        self._session_seconds = session_seconds
        self._now = now
        # paramiko logs tracebacks of what we raise as our own errors, and packets at DEBUG.
        logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

    def check_address(self, host: str, port: int) -> None:
        partner_addresses(self._guard, host, port)

    def check_credential(self, credential: Credential) -> None:
        if credential.private_key is not None:
            check_private_key(credential.private_key, credential.passphrase)

    def connect(
        self,
        destination: Destination,
        credential: Credential,
        wanted: Callable[[], bool] = lambda: True,
    ) -> SftpPartnerSession:
        login = SshLogin(destination, self._timeout_seconds)
        with self._connecting(destination, wanted) as connection:
            logged_in = login.open(connection, credential)
            try:
                protocol = self._protocol(login.open_sftp(logged_in.transport), destination)
            except BaseException:
                end(logged_in.transport)
                raise
        logged_in.transport.sock.wanted = None  # from now on the session can be closed
        profile = destination.profile
        tells_space = True if profile is not None and profile.free_bytes else None
        large = profile is None or profile.large_writes
        return SftpPartnerSession(logged_in, protocol, self._now, tells_space, large)

    def _protocol(self, channel: paramiko.Channel, destination: Destination) -> SftpProtocol:
        host, port = destination.host, destination.port
        protocol = SftpProtocol(channel, host, port, self._timeout_seconds)
        try:
            protocol.negotiate()
        except PartnerError as error:
            raise explained(error, destination, channel) from None
        return protocol

    def offered_host_key(self, destination: Destination) -> HostKey:
        login = SshLogin(destination, self._timeout_seconds)
        with self._connecting(destination) as connection:
            return login.offered_host_key(connection())

    @contextmanager
    def _connecting(
        self, destination: Destination, wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[Callable[[], PartnerSocket]]:
        """Yields what makes a connection. paramiko turns some reasons into others on their way
        here, so a connection that ended is asked for its own. What was found out before its end
        stays: above all that the host key is another one."""
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
