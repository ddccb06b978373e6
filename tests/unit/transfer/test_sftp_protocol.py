"""What the SFTP client does when the connection under it is gone."""

import struct
import threading
import time
from typing import cast

import paramiko
import pytest

from services.transfer.adapters.sftp_packets import Kind, check_status
from services.transfer.adapters.sftp_protocol import GOODBYE_SECONDS, SftpProtocol
from services.transfer.domain.errors import ConnectionLost, ConnectionTimedOut, ServerPrintsText
from tests.unit.transfer.channels import Unexplained


class GoneChannel(Unexplained):
    """Like paramiko's after the server was killed. Each call sends something, so each fails."""

    def settimeout(self, seconds: float) -> None: ...

    def send(self, piece: memoryview) -> int:
        raise EOFError

    def recv(self, size: int) -> bytes:
        raise OSError("Socket is closed")

    def close(self) -> None:
        raise EOFError


class PrintedAndGoneChannel(GoneChannel):
    """Of a login shell that prints and ends before we say anything."""

    def __init__(self) -> None:
        self._printed = [b"This account is currently not available.\n", b""]

    def recv(self, size: int) -> bytes:
        return self._printed.pop(0)


def test_a_shell_that_printed_and_ended_is_told_by_its_text() -> None:
    gone = SftpProtocol(cast(paramiko.Channel, PrintedAndGoneChannel()), "sftp.example", 22, 1)
    for _ in range(2):
        with pytest.raises(ServerPrintsText, match="not available"):
            gone.negotiate()


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


class DrippingChannel(Unexplained):
    """Sends 200 bytes, one by one. Each comes within the time that may pass without progress."""

    PAUSE_SECONDS = 0.02

    def __init__(self) -> None:
        self._timeout = 0.0
        self._reply = iter(struct.pack(">I", 30_000) + bytes(196))

    def settimeout(self, seconds: float) -> None:
        self._timeout = seconds

    def send(self, piece: memoryview) -> int:
        return len(piece)

    def recv(self, size: int) -> bytes:
        time.sleep(min(self._timeout, self.PAUSE_SECONDS))
        if self._timeout < self.PAUSE_SECONDS:
            raise TimeoutError
        return bytes([next(self._reply)])

    def close(self) -> None: ...


def test_a_server_that_never_ends_its_first_reply_times_out() -> None:
    dripping = SftpProtocol(cast(paramiko.Channel, DrippingChannel()), "sftp.example", 22, 0.2)
    with pytest.raises(ConnectionTimedOut):
        dripping.negotiate()


class SilentChannel(Unexplained):
    """Never answers. A call that waits for it ends when its connection ends."""

    def __init__(self) -> None:
        self.waiting = threading.Event()
        self.ended = threading.Event()
        self.goodbyes = 0

    def settimeout(self, seconds: float) -> None: ...

    def send(self, piece: memoryview) -> int:
        return len(piece)

    def recv_ready(self) -> bool:
        return False

    def recv(self, size: int) -> bytes:
        self.waiting.set()
        assert self.ended.wait(10)
        return b""

    def close(self) -> None:
        self.goodbyes += 1


def test_closing_says_no_goodbye_to_a_server_that_owes_an_answer() -> None:
    """A goodbye would wait behind data that the server does not take."""
    channel = SilentChannel()
    silent = SftpProtocol(cast(paramiko.Channel, channel), "sftp.example", 22, 60)
    told: list[Exception] = []

    def call() -> None:
        try:
            silent.call(Kind.REMOVE, b"", check_status)
        except ConnectionLost as error:
            told.append(error)

    waiter = threading.Thread(target=call)
    waiter.start()
    assert channel.waiting.wait(10)
    silent.close()
    assert channel.goodbyes == 0
    channel.ended.set()
    waiter.join(10)
    (error,) = told
    assert "closed by ourselves" in str(error)


def test_closing_says_goodbye_when_nothing_is_owed() -> None:
    channel = SilentChannel()
    SftpProtocol(cast(paramiko.Channel, channel), "sftp.example", 22, 60).close()
    assert channel.goodbyes == 1


def test_a_goodbye_waits_for_no_key_exchange_and_no_reader_for_long() -> None:
    channel = SilentChannel()
    SftpProtocol(cast(paramiko.Channel, channel), "sftp.example", 22, 60).close()
    assert (channel.clear_to_send_timeout, channel.stall_seconds) == (GOODBYE_SECONDS,) * 2
