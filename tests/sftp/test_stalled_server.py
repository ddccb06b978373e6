"""A server that stays connected and does nothing any more is noticed in time, wherever it stops."""

import socket
import time

import pytest

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.sftp_session import SftpPartnerSession
from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import ConnectionLost, ConnectionTimedOut
from tests.servers.openssh import OpenSshServer
from tests.servers.sites import destination, sftp_partners, size_at
from tests.sftp.conftest import StartServer

TIMEOUT_SECONDS = 1.0
MUCH_LATER_SECONDS = 15


def connect(server: OpenSshServer) -> SftpPartnerSession:
    folder = f"{server.folder.parent}/in"
    target = destination(server.port, server.user.name, folder, server.host_keys)
    credential = Credential(private_key=server.user_key.read_text())
    return sftp_partners(TIMEOUT_SECONDS).connect(target, credential)


def test_a_server_that_answers_nothing_any_more_times_out(start_server: StartServer) -> None:
    server = start_server()
    with connect(server) as session:
        started = time.monotonic()
        server.freeze_sessions()
        with pytest.raises(ConnectionTimedOut):
            size_at(session, "/")
        assert time.monotonic() - started < MUCH_LATER_SECONDS


def test_a_server_that_takes_nothing_any_more_times_out(start_server: StartServer) -> None:
    server = start_server()
    path = f"{server.folder.parent}/in/part"
    with connect(server) as session:
        session.create_file(path).close()
        sink = session.open_part(path)
        sink.write(0, b"x")
        sink.flush(durable=False)
        started = time.monotonic()
        server.freeze_sessions()
        with pytest.raises((ConnectionTimedOut, ConnectionLost)):
            sink.write(0, bytes(100_000_000))
        sink.close()
    assert time.monotonic() - started < MUCH_LATER_SECONDS


def test_a_socket_whose_peer_never_reads_ends_its_sends() -> None:
    ours, theirs = socket.socketpair()
    with theirs, PartnerSocket(fileno=ours.detach()) as connection:
        connection.stall_seconds = 0.2
        connection.settimeout(0.01)
        deadline = time.monotonic() + MUCH_LATER_SECONDS
        with pytest.raises(ConnectionAbortedError):
            send_until(connection, deadline)


def test_a_socket_whose_peer_reads_slowly_goes_on() -> None:
    ours, theirs = socket.socketpair()
    with theirs, PartnerSocket(fileno=ours.detach()) as connection:
        connection.stall_seconds = 0.2
        connection.settimeout(0.05)
        sent = 0
        deadline = time.monotonic() + 0.6
        while time.monotonic() < deadline:  # three times as long as a stall may be
            try:
                sent += connection.send(bytes(1 << 20))
            except TimeoutError:
                theirs.recv(1 << 20)
        assert sent > 1 << 20


def send_until(connection: PartnerSocket, deadline: float) -> None:
    """Tries again after every timeout, as paramiko does."""
    while time.monotonic() < deadline:
        try:
            connection.send(bytes(1 << 20))
        except TimeoutError:
            continue
