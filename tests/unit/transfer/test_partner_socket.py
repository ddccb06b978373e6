"""The socket ends what goes on for too long, and knows why."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from services.transfer.adapters import partner_socket
from services.transfer.adapters.partner_socket import Allowance, PartnerSocket, connect
from services.transfer.domain.errors import ConnectionLost, ConnectionRefused, ConnectionTimedOut

FORGOTTEN_SECONDS = 350  # by AWS's NAT gateway and Network Load Balancer

MUCH_LATER_SECONDS = 10
Pair = tuple[PartnerSocket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with theirs, PartnerSocket(fileno=ours.detach()) as connection:
        connection.settimeout(0.01)
        yield connection, theirs


def test_a_peer_that_takes_too_little_at_a_time_ends_its_sends(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although each piece that it takes is progress. The least rate is raised, because a socket's
    buffers hand over no single bytes."""
    monkeypatch.setattr(partner_socket, "MIN_BYTES_PER_SECOND", 1 << 40)
    connection, theirs = pair
    connection.stall_seconds = 0.3
    with pytest.raises(ConnectionAbortedError):
        send_to_a_reader(connection, theirs)


def send_to_a_reader(connection: PartnerSocket, theirs: socket.socket) -> None:
    deadline = time.monotonic() + MUCH_LATER_SECONDS
    while time.monotonic() < deadline:
        try:
            connection.send(bytes(4 << 20))
        except TimeoutError:
            theirs.recv(1 << 16)


def test_a_session_ends_with_its_allowance(pair: Pair) -> None:
    connection, theirs = pair
    theirs.sendall(b"x")
    connection.allowance = Allowance(60)
    assert connection.recv(1) == b"x"
    assert connection.reason("h", 22) is None
    connection.allowance = Allowance(0)
    for act in (lambda: connection.recv(1), lambda: connection.send(b"x")):
        with pytest.raises(ConnectionAbortedError, match="longer than 0 s"):
            act()
    reason = connection.reason("h", 22)
    assert reason is not None
    assert reason.code == "too_slow"


def test_the_error_that_ends_paramikos_thread_has_a_number_and_a_text(pair: Pair) -> None:
    """paramiko reads both, and its thread would die of an error that has only one."""
    connection, _ = pair
    connection.allowance = Allowance(0)
    with pytest.raises(ConnectionAbortedError) as caught:
        connection.recv(1)
    number, text = caught.value.args
    assert f"{text} ({number:d})"


def test_all_addresses_of_a_name_share_one_timeout() -> None:
    with pytest.raises(ConnectionTimedOut):
        connect(["127.0.0.1"] * 50, "h", 1, 0.0)


def test_the_last_address_tells_the_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionRefused):
        connect(["127.0.0.1"] * 2, "h", port, 5)


def test_a_connection_that_nobody_wants_any_more_is_given_up() -> None:
    """Nobody accepts, and the listener's queue is full."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        place = listener.getsockname()
        for _ in range(3):
            waiting.enter_context(one := socket.socket()).setblocking(False)
            one.connect_ex(place)
        answers = iter([True, True, False])
        started = time.monotonic()
        with pytest.raises(ConnectionLost):
            connect(["127.0.0.1"], "h", place[1], 60, lambda: next(answers))
        assert time.monotonic() - started < MUCH_LATER_SECONDS


def test_what_was_received_beyond_what_is_asked_for_is_kept(pair: Pair) -> None:
    connection, theirs = pair
    theirs.sendall(b"abcdef")
    assert connection.recv(1) == b"a"
    assert socket.socket.recv(connection, 2) == b"bc"  # no more was taken than asked for
    connection.receive_bytes = 100
    assert [connection.recv(2) for _ in range(2)] == [b"de", b"f"]
    theirs.sendall(b"g")
    assert connection.recv(5) == b"g"
    theirs.shutdown(socket.SHUT_WR)
    assert connection.recv(5) == b""


def test_replies_gather_only_while_nobody_waits_for_one(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partner_socket, "GATHER_SECONDS", MUCH_LATER_SECONDS)
    connection, theirs = pair
    theirs.sendall(b"reply")
    assert connection.recv(5) == b"reply"
    connection.await_replies(at_once=False)
    theirs.sendall(b"reply")
    received: list[bytes] = []
    reading = threading.Thread(target=lambda: received.append(connection.recv(5)))
    reading.start()
    reading.join(0.1)
    assert not received
    connection.await_replies(at_once=True)  # it may come in the middle
    reading.join(MUCH_LATER_SECONDS / 2)
    assert received == [b"reply"]


def test_a_connection_stays_known_to_gateways_while_a_server_computes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with connect(["127.0.0.1"], "partner", port, 5) as connection:
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
            assert idle < FORGOTTEN_SECONDS
