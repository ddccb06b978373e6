"""How much is sent at once: never more than the window, and nothing while keys are exchanged."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import paramiko
import pytest

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_packets import Pieces
from services.transfer.adapters.ssh_senders import BulkSender, ChannelSender, sender_of
from services.transfer.adapters.ssh_transport import PartnerTransport
from tests.servers.waiting import wait_for

WINDOW_BYTES = 70_000
PACKET_BYTES = 32_768
WHOLE_PACKETS_BYTES = 2 * (PACKET_BYTES - 64)
CONTENT = bytes(100_000)


@pytest.fixture
def channel() -> Iterator[paramiko.Channel]:
    """Open, in a session whose thread does not run. Somebody reads all that is sent."""
    ours, theirs = socket.socketpair()
    with theirs, PartnerSocket(fileno=ours.detach()) as connection, ThreadPoolExecutor() as pool:
        connection.settimeout(0.1)
        transport = PartnerTransport(connection)
        transport.active = True
        transport.clear_to_send.set()
        opened = paramiko.Channel(3)
        opened._set_transport(transport)
        opened._set_window(1 << 20, PACKET_BYTES)
        opened._set_remote_channel(7, WINDOW_BYTES, PACKET_BYTES)
        opened.settimeout(0.05)
        pool.submit(drain, theirs)
        yield opened
        connection.shutdown(socket.SHUT_RDWR)


def drain(theirs: socket.socket) -> None:
    while theirs.recv(1 << 20):
        pass


def test_no_more_is_sent_than_the_window_takes(channel: paramiko.Channel) -> None:
    sender, pieces = sender_of(channel), Pieces(CONTENT)
    assert isinstance(sender, BulkSender)
    assert sender.send(pieces) == WHOLE_PACKETS_BYTES
    assert sender.send(pieces) == WINDOW_BYTES - WHOLE_PACKETS_BYTES
    assert (channel.out_window_size, pieces.left) == (0, len(CONTENT) - WINDOW_BYTES)
    with pytest.raises(TimeoutError):
        sender.send(pieces)
    channel._window_adjust(paramiko.Message((1_000_000).to_bytes(4, "big")))
    assert sender.send(pieces) == len(CONTENT) - WINDOW_BYTES
    assert channel.out_window_size == 1_000_000 - (len(CONTENT) - WINDOW_BYTES)


def test_a_closed_channel_and_a_connection_that_ended_take_nothing(
    channel: paramiko.Channel,
) -> None:
    sender = sender_of(channel)
    channel.transport.active = False
    with pytest.raises(EOFError):
        sender.send(Pieces(CONTENT))
    channel.eof_sent = True
    assert sender.send(Pieces(CONTENT)) == 0
    channel.closed = True
    with pytest.raises(OSError, match="closed"):
        sender.send(Pieces(CONTENT))


def test_nothing_is_sent_while_keys_are_exchanged(channel: paramiko.Channel) -> None:
    transport, sent = channel.transport, threading.Event()
    transport.clear_to_send.clear()
    sender = sender_of(channel)

    def send() -> None:
        sender.send(Pieces(CONTENT))
        sent.set()

    thread = threading.Thread(target=send)
    thread.start()
    wait_for(lambda: channel.out_window_size < WINDOW_BYTES, "the sender")
    assert not sent.wait(0.2)
    transport.clear_to_send.set()
    assert sent.wait(10)
    thread.join()


def test_a_key_exchange_that_does_not_end_is_given_up(channel: paramiko.Channel) -> None:
    channel.transport.clear_to_send.clear()
    channel.transport.clear_to_send_timeout = 0.05
    with pytest.raises(paramiko.SSHException, match="key exchange"):
        sender_of(channel).send(Pieces(CONTENT))


def without(name: str) -> Callable[[paramiko.Channel], object]:
    """Another release may have no such name."""

    def change(channel: paramiko.Channel) -> None:
        owner = channel if hasattr(channel, name) else channel.transport
        setattr(owner, name, None)

    return change


@pytest.mark.parametrize(
    "name",
    [
        "out_window_size",
        "out_max_packet_size",
        "lock",
        "remote_chanid",
        "_wait_for_send_window",
        "clear_to_send",
        "clear_to_send_lock",
        "clear_to_send_timeout",
        "packetizer",
    ],
)
def test_where_a_name_is_missing_the_public_way_is_taken(
    channel: paramiko.Channel, name: str
) -> None:
    whole = channel.transport
    without(name)(channel)
    assert isinstance(sender_of(channel), ChannelSender)
    assert channel.transport is whole


def test_the_public_way_is_taken_where_paramiko_encrypts(channel: paramiko.Channel) -> None:
    channel.transport.packetizer.seals = False
    sender, pieces = sender_of(channel), Pieces(b"head", CONTENT)
    assert isinstance(sender, ChannelSender)
    assert sender.send(pieces) == PACKET_BYTES - 64
    assert pieces.left == 4 + len(CONTENT) - (PACKET_BYTES - 64)
