"""What the SFTP client does when the connection under it is gone."""

from typing import cast

import paramiko
import pytest

from services.transfer.adapters.sftp_packets import Kind, check_status
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.domain.errors import ConnectionLost


class GoneChannel:
    """As paramiko's after the server was killed: each call sends something, so each one fails."""

    def settimeout(self, seconds: float) -> None: ...

    def send(self, piece: memoryview) -> int:
        raise EOFError

    def recv(self, size: int) -> bytes:
        raise OSError("Socket is closed")

    def close(self) -> None:
        raise EOFError


@pytest.fixture
def protocol() -> SftpProtocol:
    return SftpProtocol(cast(paramiko.Channel, GoneChannel()), "sftp.example", 22, 1)


def test_a_connection_gone_while_sending_is_lost(protocol: SftpProtocol) -> None:
    for _ in range(2):
        with pytest.raises(ConnectionLost, match=r"sftp\.example:22"):
            protocol.call(Kind.REMOVE, b"", check_status)


def test_a_connection_gone_while_waiting_is_lost(protocol: SftpProtocol) -> None:
    with pytest.raises(ConnectionLost, match="Socket is closed"):
        protocol.receive()


def test_closing_is_quiet_as_often_as_it_is_asked_for(protocol: SftpProtocol) -> None:
    protocol.close()
    protocol.close()
    with pytest.raises(ConnectionLost):
        protocol.receive()
