"""Speaks SFTP over one SSH channel. It keeps many requests in flight and matches every reply."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeVar

import paramiko

from services.transfer.adapters.sftp_packets import (
    HEADER,
    LENGTH,
    LIMITS,
    MAX_BLOCK_BYTES,
    VERSION,
    Code,
    Kind,
    Limits,
    Malformed,
    Reader,
    Reply,
    Status,
    extensions,
    limits_of,
    string,
)
from services.transfer.domain.errors import ConnectionLost, ConnectionTimedOut, PartnerError

MAX_REQUESTS = 64  # in flight; OpenSSH's own client uses 64, and some servers queue at most 128
MAX_BYTES = 16 << 20  # in flight; it fills 1 Gbit/s at 130 ms and bounds a worker's memory
MAX_PACKET_BYTES = 2 * MAX_BLOCK_BYTES  # a larger reply is not SFTP (most often a login banner)
FIRST_PIECE_BYTES = (
    32_768 - 64
)  # a header and its first data go in one SSH packet of the usual size
RECEIVE_BYTES = 1 << 20
UNREAD_BYTES = 4_096  # that are shown of what was no packet
LAST_SECONDS = 1.0  # time for what paramiko's thread still reads from a connection that broke
CONNECTION_ERRORS = (OSError, EOFError, paramiko.SSHException)

T = TypeVar("T")
Receiver = Callable[[Reply], None]
NOTHING = memoryview(b"")


class Pending(NamedTuple):
    receiver: Receiver
    weight: int  # bytes in flight because of this request


class SftpProtocol:
    """For one thread. Only `close` may come from another. After the connection's end every other
    method raises ConnectionLost or ConnectionTimedOut.

    `timeout_seconds` is the longest time without progress: we receive nothing, and the server takes
    nothing from us.
    """

    def __init__(
        self, channel: paramiko.Channel, host: str, port: int, timeout_seconds: float
    ) -> None:
        self._channel = channel
        self._host = host
        self._port = port
        self._timeout_seconds = timeout_seconds
        self._pending: dict[int, Pending] = {}
        self._pending_bytes = 0
        self._last_id = 0
        self._buffer = bytearray()
        self._broken: PartnerError | None = None
        self._deadline: float | None = None  # of all that is received, on the monotonic clock
        self.extensions: dict[bytes, bytes] = {}
        self.limits = Limits(None, None)
        channel.settimeout(timeout_seconds)

    def negotiate(self) -> None:
        """INIT/VERSION and, where offered, the server's limits. All of it has to end within the
        timeout: a server could send a byte now and then for ever, and nobody can close this session
        yet.
        """
        self._deadline = time.monotonic() + self._timeout_seconds
        try:
            self._negotiate()
        finally:
            self._deadline = None
            self._channel.settimeout(self._timeout_seconds)

    def _negotiate(self) -> None:
        self._send(LENGTH.pack(5) + bytes((Kind.INIT,)) + LENGTH.pack(VERSION), NOTHING)
        packet = self._next_packet()
        while packet is None:
            self._fill()
            packet = self._next_packet()
        if packet[0] != Kind.VERSION:
            raise self._break(Malformed(f"packet kind {packet[0]} instead of VERSION"))
        try:
            reader = Reader(packet[1:])
            reader.uint32()  # the version: servers answer with the lower one of both, 3
            self.extensions = dict(extensions(reader))
            if LIMITS in self.extensions:
                self.limits = self.extended(LIMITS, b"", limits_of)
        except Malformed as error:
            raise self._break(error) from None
        except Status:
            self.limits = Limits(None, None)

    def call(self, kind: Kind, body: bytes, parse: Callable[[Reply], T]) -> T:
        """Waits for the reply to one request. Meanwhile it delivers the replies to other requests.
        Raises Status."""
        replies: list[Reply] = []
        self.submit(kind, body, replies.append)
        while not replies:
            self.receive()
        return self.parsed(replies[0], parse)

    def parsed(self, reply: Reply, parse: Callable[[Reply], T]) -> T:
        """Raises Status. A reply that is not SFTP ends the connection."""
        try:
            return parse(reply)
        except Malformed as error:
            raise self._break(error) from None

    def extended(self, name: bytes, body: bytes, parse: Callable[[Reply], T]) -> T:
        """Raises Status OP_UNSUPPORTED, without asking, where the server does not offer `name`."""
        if name not in self.extensions:
            raise Status(Code.OP_UNSUPPORTED, f"{name.decode()} is not offered")
        return self.call(Kind.EXTENDED, string(name) + body, parse)

    def submit(
        self,
        kind: Kind,
        body: bytes,
        receiver: Receiver,
        payload: memoryview = NOTHING,
        weight: int = 0,
    ) -> None:
        """Sends a request. `receiver` gets its reply during this or a later call of any method.

        `weight` is the size of the expected reply. Waits while too much is in flight.
        """
        weight += len(body) + len(payload)
        while self._pending and (
            len(self._pending) >= MAX_REQUESTS or self._pending_bytes + weight > MAX_BYTES
        ):
            self.receive()
        self._last_id = (self._last_id + 1) & 0xFFFF_FFFF
        head = HEADER.pack(5 + len(body) + len(payload), kind, self._last_id) + body
        self._pending[self._last_id] = Pending(receiver, weight)
        self._pending_bytes += weight
        self._send(head, payload)
        while self._channel.recv_ready():
            self.receive()

    def receive(self) -> None:
        """Waits for bytes from the server and delivers every reply that is complete."""
        self._fill()
        while (packet := self._next_packet()) is not None:
            self._deliver(packet)

    @property
    def unread(self) -> bytes:
        """The beginning of what came and was no complete packet."""
        return bytes(self._buffer[:UNREAD_BYTES])

    def close(self) -> None:
        """May come from another thread. A call that waits ends when the connection under it ends.

        While something is pending no goodbye is sent, because it would wait behind bytes that the
        server does not take.
        """
        polite = self._broken is None and not self._pending
        self._broken = self._broken or ConnectionLost(self._host, self._port, "closed by ourselves")
        if polite:
            self._close_channel()

    def _send(self, head: bytes, payload: memoryview) -> None:
        """send() takes only what fits into an SSH packet and the window, so this sends piece by
        piece and does not copy the payload."""
        if self._broken is not None:
            raise self._broken
        room = max(0, FIRST_PIECE_BYTES - len(head))
        try:
            for piece in (memoryview(head + payload[:room]), payload[room:]):
                while piece:
                    sent = self._channel.send(piece)
                    if sent == 0:
                        raise EOFError("the server closed the session")
                    piece = piece[sent:]
        except CONNECTION_ERRORS as error:
            raise self._break(error) from None

    def _fill(self) -> None:
        if self._broken is not None:
            raise self._broken
        if self._deadline is not None:
            self._channel.settimeout(max(0.0, self._deadline - time.monotonic()))
        try:
            received = self._channel.recv(RECEIVE_BYTES)
        except CONNECTION_ERRORS as error:
            raise self._break(error) from None
        if not received:
            raise self._break(EOFError("the server closed the session"))
        self._buffer += received

    def _next_packet(self) -> bytes | None:
        """Kind, id and body of the next complete packet."""
        if len(self._buffer) < LENGTH.size:
            return None
        end = LENGTH.size + LENGTH.unpack_from(self._buffer)[0]
        if not LENGTH.size < end <= MAX_PACKET_BYTES:
            raise self._break(Malformed(f"a packet of {end} bytes; is this an SFTP server?"))
        if len(self._buffer) < end:
            return None
        packet = bytes(memoryview(self._buffer)[LENGTH.size : end])
        del self._buffer[:end]
        return packet

    def _deliver(self, packet: bytes) -> None:
        if len(packet) < 5:
            raise self._break(Malformed(f"a reply of {len(packet)} bytes"))
        pending = self._pending.pop(LENGTH.unpack_from(packet, 1)[0], None)
        if pending is None:
            raise self._break(Malformed("a reply to what was never asked"))
        self._pending_bytes -= pending.weight
        self.parsed(Reply(packet[0], packet[5:]), pending.receiver)

    def _break(self, error: Exception) -> PartnerError:
        """Nothing that was sent is certain any more. The channel closes, and later calls raise the
        same error."""
        detail = str(error) or type(error).__name__
        told: PartnerError = ConnectionLost(self._host, self._port, detail)
        if isinstance(error, TimeoutError):
            told = ConnectionTimedOut(self._host, self._port, self._timeout_seconds)
        first, self._broken = self._broken is None, self._broken or told  # our own close came first
        if first and not isinstance(error, Malformed | TimeoutError):
            self._deliver_last()
        self._pending.clear()
        self._close_channel()
        return self._broken

    def _deliver_last(self) -> None:
        """Delivers the replies that had arrived before the connection broke: they still count."""
        end = time.monotonic() + LAST_SECONDS
        with suppress(PartnerError, *CONNECTION_ERRORS):
            self._channel.settimeout(LAST_SECONDS)
            while (received := self._channel.recv(RECEIVE_BYTES)) and time.monotonic() < end:
                self._buffer += received
                while (packet := self._next_packet()) is not None:
                    self._deliver(packet)

    def _close_channel(self) -> None:
        """The connection may be gone already, which makes no difference."""
        with suppress(*CONNECTION_ERRORS):
            self._channel.close()
