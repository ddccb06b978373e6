"""The SSH handshake with a partner's server. The host key is checked against the pins before the
login.
"""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import paramiko

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_algorithms import CIPHERS, MACS, preferred_host_keys
from services.transfer.adapters.ssh_authentication import CONNECTION_ERRORS, Authentication
from services.transfer.adapters.ssh_keys import read_private_key
from services.transfer.adapters.ssh_offers import mismatch
from services.transfer.adapters.ssh_transport import PartnerTransport
from services.transfer.adapters.ssh_userauth import UserAuth
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionTimedOut,
    FieldInvalid,
    HostKeyChanged,
    HostKeyUnconfirmed,
    SessionRefused,
)
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.words import Words

KEEPALIVE_SECONDS = 15  # below the idle timeouts of firewalls and NAT gateways
WINDOW_BYTES = (
    16 << 20
)  # what the server may send before we read it: read-back at 1 Gbit/s and 130 ms
PACKET_BYTES = 32_768  # of packets from the server; larger ones did not read faster
POLL_SECONDS = 0.1
END_SECONDS = 5  # the reading thread ends within milliseconds, but never wait for ever


class LoggedIn(NamedTuple):
    transport: PartnerTransport
    host_key: HostKey
    banner: Words | None  # what the server shows to everybody who logs in


@dataclass(frozen=True)
class SshLogin:
    """Each step (banner and key exchange, login, channel) may take `timeout_seconds`."""

    destination: Destination
    timeout_seconds: float

    def offered_host_key(self, connection: PartnerSocket) -> HostKey:
        transport = self._transport(connection)
        try:
            return self._exchange_keys(transport)
        finally:
            end(transport)

    def open(self, connection: Callable[[], PartnerSocket], credential: Credential) -> LoggedIn:
        """Logs in at a server with a pinned host key. It connects only after the private key was
        read."""
        key = self._key(credential)
        transport = self._transport(connection())
        try:
            host_key = self._exchange_keys(transport)
            self._check(host_key)
            banner = self._authenticate(transport, key, credential.password)
        except BaseException:
            end(transport)
            raise
        transport.set_keepalive(KEEPALIVE_SECONDS)
        return LoggedIn(transport, host_key, banner)

    def open_sftp(self, transport: PartnerTransport) -> paramiko.Channel:
        host, port = self.destination.host, self.destination.port
        # paramiko waits without any limit for the answer to a subsystem request.
        watch = threading.Timer(self.timeout_seconds, _cut, (transport,))
        watch.daemon = True
        started = time.monotonic()
        watch.start()
        try:
            channel = transport.open_session(timeout=self.timeout_seconds)
            channel.invoke_subsystem("sftp")
        except CONNECTION_ERRORS as error:
            if time.monotonic() - started >= self.timeout_seconds:
                raise ConnectionTimedOut(host, port, self.timeout_seconds) from None
            if not transport.is_active():
                raise self._lost("while the SFTP session was opened", error, transport) from None
            told = getattr(error, "text", None) or str(error), transport.no_channel
            raise SessionRefused(host, port, Words(": ".join(filter(None, told)))) from None
        finally:
            watch.cancel()
        return channel

    def _transport(self, connection: PartnerSocket) -> PartnerTransport:
        transport = PartnerTransport(
            connection, default_window_size=WINDOW_BYTES, default_max_packet_size=PACKET_BYTES
        )
        transport.banner_timeout = self.timeout_seconds
        transport.handshake_timeout = self.timeout_seconds
        transport.clear_to_send_timeout = self.timeout_seconds
        options = transport.get_security_options()
        options.ciphers = CIPHERS
        options.digests = MACS
        options.key_types = preferred_host_keys(options.key_types, self.destination.host_keys)
        return transport

    def _exchange_keys(self, transport: PartnerTransport) -> HostKey:
        """Waits itself, because start_client's own timeout ends without an error."""
        host, port = self.destination.host, self.destination.port
        done = threading.Event()
        deadline = time.monotonic() + self.timeout_seconds
        transport.start_client(event=done)
        while not done.wait(POLL_SECONDS) and transport.is_active():
            if time.monotonic() >= deadline:
                raise ConnectionTimedOut(host, port, self.timeout_seconds)
        if transport.initial_kex_done:  # the key is known, even if the connection is gone by now
            key = transport.host_key
            return HostKey(key.get_name(), key.get_base64())
        error = transport.get_exception()
        if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
            raise mismatch(transport, host)
        if time.monotonic() >= deadline:
            raise ConnectionTimedOut(host, port, self.timeout_seconds)
        raise self._lost("before the SSH handshake was complete", error, transport)

    def _check(self, offered: HostKey) -> None:
        pinned = self.destination.host_keys
        if not pinned:
            raise HostKeyUnconfirmed(self.destination.host, offered.fingerprint)
        if offered not in pinned:
            fingerprints = ", ".join(key.fingerprint for key in pinned)
            raise HostKeyChanged(
                self.destination.host, fingerprints, offered.fingerprint, str(offered)
            )

    def _key(self, credential: Credential) -> paramiko.PKey | None:
        if credential.private_key is not None:
            return read_private_key(credential.private_key, credential.passphrase)
        if credential.password is None:
            raise FieldInvalid("credential", "", "Give a password or a private key.")
        return None

    def _authenticate(
        self, transport: PartnerTransport, key: paramiko.PKey | None, password: str | None
    ) -> Words | None:
        """The server's banner."""
        host, port, user = self.destination.host, self.destination.port, self.destination.user
        deadline = time.monotonic() + self.timeout_seconds
        dialogue = UserAuth(transport, user, deadline)
        try:
            Authentication(dialogue, host, user, key, password).run()
        except CONNECTION_ERRORS as error:
            if transport.is_active() and time.monotonic() >= deadline:
                raise ConnectionTimedOut(host, port, self.timeout_seconds) from None
            raise self._lost("during the login", error, transport) from None
        return dialogue.banner

    def _lost(
        self, when: str, error: Exception | None, transport: PartnerTransport
    ) -> ConnectionLost:
        _, said = transport.farewell or (0, "")
        reason = said or (Words(str(error)) if error else "")
        detail = f"{when}: {reason}" if reason else when
        return ConnectionLost(self.destination.host, self.destination.port, detail)


def end(transport: paramiko.Transport) -> None:
    """Ends the connection and waits for its thread.

    The shutdown comes first. Otherwise paramiko would close the socket while its thread reads it,
    and the number of a closed socket may belong to another connection a moment later.
    """
    _cut(transport)
    if transport.is_alive():
        transport.join(END_SECONDS)
    transport.close()
    transport.sock.close()


def _cut(transport: paramiko.Transport) -> None:
    with suppress(OSError):
        transport.sock.shutdown(socket.SHUT_RDWR)
