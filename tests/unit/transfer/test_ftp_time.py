"""FTP servers that say little at a time, or much without an end, win neither time nor memory."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from services.transfer.adapters.ftp_connection import FtpConnection
from services.transfer.adapters.ftp_control import FtpControl
from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.domain.errors import ConnectionTimedOut
from tests.servers.certificates import tls_of

SECONDS = 0.4
PIECE_SECONDS = 0.05
PIECES = 200  # take 25 times as long as a reply may
WITHIN_SECONDS = PIECES * PIECE_SECONDS / 2  # busy machines are slow, too


class Server:
    def __init__(self, seconds: float = SECONDS) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            client = PartnerSocket(socket.AF_INET, socket.SOCK_STREAM)
            client.connect(listening.getsockname())
            self.sock = listening.accept()[0]
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.control = FtpControl(FtpConnection(client), "partner", 21, seconds)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def dribble(self, pieces: list[bytes], pause: float = PIECE_SECONDS) -> None:
        """Meanwhile the test goes on."""

        def run() -> None:
            with suppress(OSError):
                for piece in pieces:
                    self.sock.sendall(piece)
                    if self._ended.wait(pause):
                        return

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self.control.close()
        self.sock.close()
        if self._thread is not None:
            self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def assert_times_out(act: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(ConnectionTimedOut):
        act()
    assert time.monotonic() - began < WITHIN_SECONDS


def test_a_reply_that_comes_byte_by_byte_has_to_be_whole_in_time(server: Server) -> None:
    server.dribble([b"220 ", *[b"x"] * PIECES, b"\r\n"])
    assert_times_out(server.control.reply)


def test_what_comes_in_time_is_a_reply_however_it_comes(server: Server) -> None:
    server.dribble([b"220 ", b"x", b"\r\n"])
    assert server.control.final().code == 220


def test_preliminary_replies_win_the_time_of_one_more_and_no_more(server: Server) -> None:
    server.dribble([*[b"150 I work\r\n"] * PIECES, b"226 done\r\n"])
    assert_times_out(server.control.final)


def test_a_server_that_says_that_it_works_may_take_as_long_again() -> None:
    seconds = 5 * SECONDS
    server = Server(seconds)
    server.dribble([b"", b"150 I work\r\n", b"226 done\r\n"], 0.6 * seconds)
    assert server.control.final().code == 226
    server.close()


def test_a_handshake_of_tls_has_to_end_in_time(server: Server) -> None:
    record = b"\x16\x03\x03\x40\x00" + bytes(PIECES)  # its beginning
    server.dribble([bytes([each]) for each in record])
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        server.control.connection.secure(ssl.create_default_context(), "partner", SECONDS)
    assert time.monotonic() - began < WITHIN_SECONDS


def test_parts_of_a_record_of_tls_are_no_data(server: Server, tmp_path: Path) -> None:
    ours, theirs = tls_of(tmp_path, "partner")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ours.wrap_bio(incoming, outgoing, server_side=True)
    shaking = threading.Thread(target=shake_hands, args=(tls, incoming, outgoing, server.sock))
    shaking.start()
    server.control.connection.secure(theirs, "partner", 5.0)
    shaking.join()
    tls.write(b"220 " + b"x" * PIECES + b"\r\n")
    server.dribble([bytes([each]) for each in outgoing.read()])
    assert_times_out(server.control.reply)


def test_looking_for_a_reply_takes_no_more_than_tells_that_there_is_one(server: Server) -> None:
    server.sock.sendall(bytes(1 << 16))
    assert server.control.has_reply()
    assert server.control.connection.has_more()


def shake_hands(
    tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, sock: socket.socket
) -> None:
    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            sock.sendall(outgoing.read())
            incoming.write(sock.recv(1 << 16))
    sock.sendall(outgoing.read())
