"""Opens SFTP sessions on partners' servers. paramiko does the SSH part."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import paramiko

from runtime.address_guard import AddressGuard
from services.transfer.adapters.partner_addresses import partner_addresses
from services.transfer.adapters.partner_connecting import Connecting
from services.transfer.adapters.sftp_greeting import explained
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_session import SftpPartnerSession
from services.transfer.adapters.ssh_keys import check_private_key
from services.transfer.adapters.ssh_login import SshLogin, end
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    PartnerError,
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
        self._connecting = Connecting(guard, timeout_seconds, session_seconds)
        self._now = now
        # paramiko logs tracebacks of what we raise as our own errors, and packets at DEBUG.
        logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

    def check_address(self, host: str, port: int) -> None:
        partner_addresses(self._connecting.guard, host, port)

    def check_credential(self, credential: Credential) -> None:
        if credential.private_key is not None:
            check_private_key(credential.private_key, credential.passphrase)

    def connect(
        self,
        destination: Destination,
        credential: Credential,
        wanted: Callable[[], bool] = lambda: True,
    ) -> SftpPartnerSession:
        login = SshLogin(destination, self._connecting.timeout_seconds)
        with self._connecting.to(destination, wanted) as connection:
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
        protocol = SftpProtocol(channel, host, port, self._connecting.timeout_seconds)
        try:
            protocol.negotiate()
        except PartnerError as error:
            raise explained(error, destination, channel) from None
        return protocol

    def offered_host_key(self, destination: Destination) -> HostKey:
        login = SshLogin(destination, self._connecting.timeout_seconds)
        with self._connecting.to(destination) as connection:
            return login.offered_host_key(connection())
