"""The bounds on SSH, and the private names of paramiko that they hang on."""

import inspect
import socket
import struct
from collections.abc import Iterator

import paramiko
import pytest
from paramiko import common
from paramiko.packet import Packetizer

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_transport import (
    MAX_IDLE_MESSAGES,
    MAX_PACKET_BYTES,
    MAX_STDERR_BYTES,
    BoundedPacketizer,
    PartnerTransport,
    RuleBroken,
)

Pair = tuple[PartnerSocket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with theirs, PartnerSocket(fileno=ours.detach()) as connection:
        yield connection, theirs


def packet(payload: bytes) -> bytes:
    padding = 16 - (len(payload) + 5) % 8
    return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


def test_paramiko_is_the_one_that_the_bounds_were_written_for(pair: Pair) -> None:
    assert paramiko.__version__.startswith("5.1."), "read its transport.py and packet.py again"
    packetizer = vars(Packetizer(pair[0]))
    assert {"_Packetizer__remainder", "_initial_kex_done"} <= packetizer.keys()
    for method in ("read_all", "read_message", "readline", "_read_timeout", "start_handshake"):
        source = inspect.getsource(paramiko.packet)
        assert f"def {method}(" in source
    for used in ("self.read_all(remaining", "packet_size + self.__mac_size_in - len(leftover)"):
        assert used in inspect.getsource(Packetizer.read_message)
    assert "return self.host_key" in inspect.getsource(paramiko.Transport.get_remote_server_key)
    run = inspect.getsource(paramiko.Transport.run)
    assert "self._channel_handler_table[ptype](chan, m)" in run
    assert "self.saved_exception = e" in run
    channel = paramiko.Channel(0)
    channel._set_transport(paramiko.Transport(pair[0]))
    channel._set_window(1 << 20, 1 << 15)
    assert {"in_buffer", "in_window_sofar", "in_window_size", "lock"} <= vars(channel).keys()


def test_nothing_is_compressed(pair: Pair) -> None:
    assert PartnerTransport(pair[0]).preferred_compression == ("none",)


@pytest.mark.parametrize("size", [MAX_PACKET_BYTES + 1, 0xFFFF_FFFF, -1])
def test_an_announced_length_is_judged_before_a_byte_is_read(pair: Pair, size: int) -> None:
    packetizer = BoundedPacketizer(pair[0])
    packetizer._initial_kex_done = True
    with pytest.raises(RuleBroken, match=f"{size} bytes"):
        packetizer.read_all(size)
    reason = pair[0].reason("h", 22)
    assert reason is not None
    assert reason.code == "protocol_violation"


def test_a_flood_of_idle_messages_ends_the_session(pair: Pair) -> None:
    connection, theirs = pair
    packetizer = BoundedPacketizer(connection)
    ignored = packet(bytes([common.MSG_IGNORE]) + bytes(5))
    data = packet(bytes([common.MSG_CHANNEL_DATA]) + bytes(7) + b"\1x")
    for _ in range(MAX_IDLE_MESSAGES):
        theirs.sendall(ignored)
        packetizer.read_message()
    theirs.sendall(data + ignored)
    packetizer.read_message()
    packetizer.read_message()  # data in between: it counts from the beginning
    for _ in range(MAX_IDLE_MESSAGES - 1):
        theirs.sendall(ignored)
        packetizer.read_message()
    theirs.sendall(ignored)
    with pytest.raises(RuleBroken, match="flood"):
        packetizer.read_message()


def test_an_unknown_message_is_declined_as_the_rfc_demands(pair: Pair) -> None:
    connection, theirs = pair
    theirs.sendall(packet(bytes([250]) + bytes(4)))
    kind, _ = BoundedPacketizer(connection).read_message()
    assert kind == common.MSG_IGNORE
    assert theirs.recv(100)[5] == common.MSG_UNIMPLEMENTED


def test_what_is_for_a_log_is_dropped_unread(pair: Pair) -> None:
    """paramiko would escape each byte of it."""
    pair[1].sendall(packet(bytes([common.MSG_DEBUG]) + bytes(1_000)))
    kind, _ = BoundedPacketizer(pair[0]).read_message()
    assert kind == common.MSG_IGNORE


@pytest.mark.parametrize(
    ("greeting", "line"),
    [
        (b"SSH-2.0-x\r\n", "SSH-2.0-x"),
        (b"SSH-2.0-x\n", "SSH-2.0-x"),
        (b"SSH-2.0-" + b"x" * 245 + b"\r\n", "SSH-2.0-" + "x" * 245),
    ],
)
def test_a_version_as_long_as_the_rfc_allows_is_read(
    pair: Pair, greeting: bytes, line: str
) -> None:
    pair[1].sendall(greeting)
    assert BoundedPacketizer(pair[0]).readline(5) == line


@pytest.mark.parametrize(
    "greeting", [b"SSH-2.0-" + b"x" * 246 + b"\r\n", b"x" * 10_000, b"SSH-2.0-\xff\r\n"]
)
def test_a_longer_one_is_not_nor_one_that_is_no_text(pair: Pair, greeting: bytes) -> None:
    pair[1].sendall(greeting)
    with pytest.raises(RuleBroken):
        BoundedPacketizer(pair[0]).readline(5)


def test_data_counts_against_the_window_until_it_is_acknowledged(pair: Pair) -> None:
    transport = PartnerTransport(pair[0])
    channel = paramiko.Channel(0)
    channel._set_transport(transport)
    channel._set_window(100, 1 << 15)
    feed = transport._channel_handler_table[common.MSG_CHANNEL_DATA]
    drop = transport._channel_handler_table[common.MSG_CHANNEL_EXTENDED_DATA]

    def said(*parts: bytes) -> paramiko.Message:
        return paramiko.Message(b"".join(parts))

    feed(channel, said(struct.pack(">I", 60), bytes(60)))
    drop(channel, said(struct.pack(">II", 1, 40), bytes(40)))
    assert len(channel.in_buffer) == 60
    assert len(channel.in_stderr_buffer) == min(40, MAX_STDERR_BYTES)  # its beginning is kept
    with pytest.raises(RuleBroken, match="window"):
        drop(channel, said(struct.pack(">II", 1, 1), b"x"))
