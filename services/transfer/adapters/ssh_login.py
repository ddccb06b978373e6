"""The SSH handshake with a partner's server. The host key is checked against the pins before the
login.
"""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import paramiko

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_algorithms import CIPHERS, MACS, preferred_host_keys
from services.transfer.adapters.ssh_keys import read_private_key
from services.transfer.adapters.ssh_transport import PartnerTransport
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionTimedOut,
    FieldInvalid,
    HostKeyChanged,
    HostKeyUnconfirmed,
    KeyRejected,
    NoCommonAlgorithm,
    PartnerError,
    PasswordRejected,
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


class _QuestionsWanted(Exception):
    """The server takes a password only as an answer to a question."""

    def __init__(self, password: str) -> None:
        super().__init__()
        self.password = password


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

    def open(
        self, connection: Callable[[], PartnerSocket], credential: Credential
    ) -> tuple[paramiko.Transport, HostKey]:
        """Logs in at a server with a pinned host key. It connects only after the credential was
        read."""
        authenticate = self._authentication(credential)
        try:
            return self._open(connection(), authenticate)
        except _QuestionsWanted as wanted:
            # A new connection: paramiko requests the login service with each method, and strict
            # servers hang up at the second request.
            return self._open(connection(), self._answering(wanted.password))

    def _open(
        self, connection: PartnerSocket, authenticate: Callable[[paramiko.Transport], None]
    ) -> tuple[paramiko.Transport, HostKey]:
        transport = self._transport(connection)
        try:
            host_key = self._exchange_keys(transport)
            self._check(host_key)
            authenticate(transport)
        except BaseException:
            end(transport)
            raise
        transport.set_keepalive(KEEPALIVE_SECONDS)
        return transport, host_key

    def open_sftp(self, transport: paramiko.Transport) -> paramiko.Channel:
        host, port = self.destination.host, self.destination.port
        # paramiko waits without any limit for the answer to a subsystem request.
        watch = threading.Timer(self.timeout_seconds, transport.close)
        watch.daemon = True
        watch.start()
        started = time.monotonic()
        try:
            channel = transport.open_session(timeout=self.timeout_seconds)
            channel.invoke_subsystem("sftp")
        except (paramiko.SSHException, OSError, EOFError) as error:
            if time.monotonic() - started >= self.timeout_seconds:
                raise ConnectionTimedOut(host, port, self.timeout_seconds) from None
            if not transport.is_active():
                raise self._lost("while the SFTP session was opened", error) from None
            raise SessionRefused(host, port, Words(str(error))) from None
        finally:
            watch.cancel()
        return channel

    def _transport(self, connection: PartnerSocket) -> paramiko.Transport:
        transport = PartnerTransport(
            connection, default_window_size=WINDOW_BYTES, default_max_packet_size=PACKET_BYTES
        )
        transport.banner_timeout = self.timeout_seconds
        transport.handshake_timeout = self.timeout_seconds
        transport.auth_timeout = self.timeout_seconds
        transport.clear_to_send_timeout = self.timeout_seconds
        options = transport.get_security_options()
        options.ciphers = CIPHERS
        options.digests = MACS
        options.key_types = preferred_host_keys(options.key_types, self.destination.host_keys)
        return transport

    def _exchange_keys(self, transport: paramiko.Transport) -> HostKey:
        """Waits itself, because start_client's own timeout ends without an error."""
        host, port = self.destination.host, self.destination.port
        done = threading.Event()
        deadline = time.monotonic() + self.timeout_seconds
        transport.start_client(event=done)
        while not done.wait(POLL_SECONDS) and transport.is_active():
            if time.monotonic() >= deadline:
                raise ConnectionTimedOut(host, port, self.timeout_seconds)
        if transport.is_active():
            key = transport.get_remote_server_key()
            return HostKey(key.get_name(), key.get_base64())
        error = transport.get_exception()
        if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
            raise NoCommonAlgorithm(host, Words(str(error)))
        if time.monotonic() >= deadline:
            raise ConnectionTimedOut(host, port, self.timeout_seconds)
        raise self._lost("before the SSH handshake was complete", error)

    def _check(self, offered: HostKey) -> None:
        pinned = self.destination.host_keys
        if not pinned:
            raise HostKeyUnconfirmed(self.destination.host, offered.fingerprint)
        if offered not in pinned:
            fingerprints = ", ".join(key.fingerprint for key in pinned)
            raise HostKeyChanged(self.destination.host, fingerprints, offered.fingerprint)

    def _authentication(self, credential: Credential) -> Callable[[paramiko.Transport], None]:
        """Reads the private key before anything is sent."""
        host, user = self.destination.host, self.destination.user
        if credential.private_key is not None:
            key = read_private_key(credential.private_key, credential.passphrase)
            rejected: PartnerError = KeyRejected(host, user, key.fingerprint)
            return lambda transport: self._attempt(
                transport, lambda: transport.auth_publickey(user, key), rejected
            )
        if credential.password is None:
            raise FieldInvalid("credential", "", "Give a password or a private key.")
        password = credential.password

        def send_password(transport: paramiko.Transport) -> list[str]:
            try:
                return list(transport.auth_password(user, password, fallback=False))
            except paramiko.BadAuthenticationType as error:
                if "keyboard-interactive" in error.allowed_types:
                    raise _QuestionsWanted(password) from None
                raise

        return lambda transport: self._attempt(
            transport, lambda: send_password(transport), PasswordRejected(host, user)
        )

    def _answering(self, password: str) -> Callable[[paramiko.Transport], None]:
        """'keyboard-interactive'. A single question can only be the one for the password.

        paramiko's own fallback ends the connection at two questions, which looks like a network
        error.
        """
        host, user = self.destination.host, self.destination.user

        def answers(_title: str, _text: str, questions: list[tuple[str, bool]]) -> list[str]:
            return [password] if len(questions) == 1 else [""] * len(questions)

        return lambda transport: self._attempt(
            transport,
            lambda: list(transport.auth_interactive(user, answers)),
            PasswordRejected(host, user),
        )

    def _attempt(
        self,
        transport: paramiko.Transport,
        attempt: Callable[[], list[str]],
        rejected: PartnerError,
    ) -> None:
        started = time.monotonic()
        try:
            more = attempt()
        except (paramiko.SSHException, OSError, EOFError) as error:
            # paramiko reports a timeout and a lost connection as failed logins, too.
            if not transport.is_active():
                raise self._lost("during the login", error) from None
            if time.monotonic() - started >= self.timeout_seconds:
                raise ConnectionTimedOut(
                    self.destination.host, self.destination.port, self.timeout_seconds
                ) from None
            if isinstance(error, paramiko.AuthenticationException):
                raise rejected from None
            raise self._lost("during the login", error) from None
        if more:
            raise SessionRefused(
                self.destination.host,
                self.destination.port,
                "it demands a further login step: " + ", ".join(sorted(more)),
            )

    def _lost(self, when: str, error: Exception | None) -> ConnectionLost:
        detail = f"{when}: {Words(str(error))}" if error and str(error) else when
        return ConnectionLost(self.destination.host, self.destination.port, detail)


def end(transport: paramiko.Transport) -> None:
    """Ends the connection and waits for its thread.

    The shutdown comes first. Otherwise paramiko would close the socket while its thread reads it,
    and the number of a closed socket may belong to another connection a moment later.
    """
    with suppress(OSError):
        transport.sock.shutdown(socket.SHUT_RDWR)
    if transport.is_alive():
        transport.join(END_SECONDS)
    transport.close()
    transport.sock.close()
