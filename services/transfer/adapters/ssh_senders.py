"""Two ways to send data through an SSH channel: many packets at once, or one after the other."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import paramiko

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_packets import DataPackets, Pieces
from services.transfer.adapters.ssh_sealing import SealingPacketizer

FIRST_PIECE_BYTES = 32_768 - 64  # it goes in one SSH packet of the usual size
SLACK_BYTES = 64  # paramiko reads the greatest packet of a channel as that of the whole packet
Names = Mapping[str, type | tuple[type, ...]]
LOOK_SECONDS = 0.1  # how soon a connection that ended during a key exchange is noticed

# What is used of paramiko besides documented methods.
TRANSPORT: Names = {
    "active": bool,
    "clear_to_send": threading.Event,
    "clear_to_send_lock": type(threading.Lock()),
    "clear_to_send_timeout": (int, float),
}
CHANNEL: Names = {
    "closed": bool,
    "lock": type(threading.Lock()),
    "out_window_size": int,
    "out_max_packet_size": int,
    "remote_chanid": int,
}


class Sender(Protocol):
    def send(self, pieces: Pieces) -> int:
        """Sends some of the first bytes, and takes them off. Returns how many. 0: the channel is
        closed. Waits for the channel's timeout until the window opens, then raises TimeoutError."""
        ...

    def await_reply(self) -> None:
        """The caller has nothing to send, and waits for a reply."""
        ...


class ChannelSender:
    """One packet after the other, by what paramiko documents."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    def send(self, pieces: Pieces) -> int:
        sent: int = self._channel.send(pieces.front(FIRST_PIECE_BYTES))
        pieces.skip(sent)
        return sent

    def await_reply(self) -> None: ...


class BulkSender:
    """As many packets as the window takes, built and encrypted into one buffer."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel
        self._transport = channel.get_transport()
        most_bytes = channel.out_max_packet_size - SLACK_BYTES
        self._packets = DataPackets(channel.remote_chanid, most_bytes)

    def send(self, pieces: Pieces) -> int:
        size = self._take_window(min(pieces.left, self._packets.room))
        if size:
            self._transport.sock.await_replies(at_once=False)
            with self._clear_to_send():
                self._transport.packetizer.send_data(self._packets, pieces, size)
        return size

    def await_reply(self) -> None:
        if not self._channel.recv_ready():
            self._transport.sock.await_replies(at_once=True)

    def _take_window(self, wanted: int) -> int:
        channel = self._channel
        with channel.lock:
            if channel.closed:
                raise OSError("Socket is closed")  # as paramiko's own send
            size: int = channel._wait_for_send_window(wanted)  # enough for one packet
            more: int = min(wanted - size, channel.out_window_size) if size else 0
            if size + more < wanted and more:
                more -= (size + more) % self._packets.most_bytes  # the window opens again soon
            channel.out_window_size -= more
        return size + more

    @contextmanager
    def _clear_to_send(self) -> Iterator[None]:
        """Nothing may be sent while keys are exchanged (RFC 4253, section 7.1)."""
        transport, began = self._transport, time.monotonic()
        while True:
            transport.clear_to_send.wait(LOOK_SECONDS)
            if not transport.active:
                raise EOFError("the connection ended")
            with transport.clear_to_send_lock:
                if transport.clear_to_send.is_set():
                    yield
                    return
            if time.monotonic() - began >= transport.clear_to_send_timeout:  # `close` shortens it
                raise paramiko.SSHException("the server did not end its key exchange")


def sender_of(channel: paramiko.Channel) -> Sender:
    """The quickest that this paramiko allows."""
    return BulkSender(channel) if _is_known(channel) else ChannelSender(channel)


def _is_known(channel: paramiko.Channel) -> bool:
    transport = channel.get_transport()
    return (
        isinstance(getattr(transport, "packetizer", None), SealingPacketizer)
        and transport.packetizer.seals
        and isinstance(transport.sock, PartnerSocket)
        and _has(transport, TRANSPORT)
        and _has(channel, CHANNEL)
        and callable(getattr(channel, "_wait_for_send_window", None))
    )


def _has(owner: Any, names: Names) -> bool:
    return all(isinstance(getattr(owner, name, None), kind) for name, kind in names.items())
