"""Speaks SFTP over one SSH channel. It keeps many requests in flight and matches every reply."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import paramiko

from services.transfer.adapters.sftp_in_flight import Held, InFlight, Request
from services.transfer.adapters.sftp_pace import Lagging
from services.transfer.adapters.sftp_packets import (
    HEADER,
    LENGTH,
    LIMITS,
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
from services.transfer.adapters.sftp_pipe import RECEIVE_BYTES, SftpPipe
from services.transfer.adapters.sftp_reasons import CONNECTION_ERRORS, reason_of
from services.transfer.adapters.sftp_stream import PacketStream, PrintedText
from services.transfer.adapters.ssh_packets import Buffer, Pieces
from services.transfer.domain.errors import ConnectionLost, PartnerError

HELD_BYTES = 256 << 10  # one send of these costs little more than one of a small request
GOODBYE_SECONDS = 1.0
LAST_SECONDS = 1.0  # time for what paramiko's thread still reads from a connection that broke

T = TypeVar("T")
Receiver = Callable[[Reply], None]
Write = tuple[bytes, memoryview, Receiver]  # of WRITE: the fields before the data, and the data
NOTHING = memoryview(b"")


class SftpProtocol:
    """For one thread. Only `close` may come from another. After the connection's end every other
    method raises ConnectionLost or ConnectionTimedOut.

    `timeout_seconds` is what Pace makes of it: a server that dribbles wins no time.
    """

    def __init__(
        self, channel: paramiko.Channel, host: str, port: int, timeout_seconds: float
    ) -> None:
        self._channel, self._host, self._port = channel, host, port
        self.timeout_seconds = timeout_seconds
        self._in_flight = InFlight(timeout_seconds)
        self._last_id = 0
        self._held = Held()
        self._stream = PacketStream()
        self._pipe = SftpPipe(channel, self._in_flight, timeout_seconds)
        self._broken: PartnerError | None = None
        self.extensions: dict[bytes, bytes] = {}
        self.limits = Limits(None, None)

    def negotiate(self) -> None:
        """INIT/VERSION and, where offered, the server's limits. All of it has to end within the
        timeout."""
        self._pipe.deadline = time.monotonic() + self.timeout_seconds
        try:
            self._negotiate()
        finally:
            self._pipe.deadline = None

    def _negotiate(self) -> None:
        self._send(LENGTH.pack(5) + bytes((Kind.INIT,)) + LENGTH.pack(VERSION))
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

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Within it the server may stay silent for so many seconds more, because it computes."""
        self._in_flight.pace.grace_seconds = seconds
        try:
            yield
        finally:
            self._in_flight.pace.grace_seconds = 0.0

    def submit(
        self,
        kind: Kind,
        body: bytes,
        receiver: Receiver | None,
        payload: memoryview = NOTHING,
        weight: int = 0,
        *,
        held: bool = False,
    ) -> None:
        """Sends a request. `receiver` gets its reply during this or a later call of any method.
        Without one nobody waits for the reply, not even `close`.

        `weight` is the size of the expected reply. Waits while too much is in flight. With `held`
        the request may be kept until the next call of any method that is not a held submit, or
        until enough is held: then all go at once.
        """
        request = Request(receiver, len(body) + len(payload), weight)
        while not self._in_flight.takes(request):
            self.receive()
        head = self._head(kind, body, len(payload), request)
        if held:
            self._held.add(head, payload)
            if self._held.size >= HELD_BYTES:
                self.send_held()
            return
        self._send_held()
        self._send(head, payload)
        self.receive_what_came()

    def submit_writes(self, writes: Iterable[Write]) -> None:
        """Sends requests with data, as many of them together as may be in flight."""
        pieces: list[bytes | memoryview] = []
        for body, data, receiver in writes:
            request = Request(receiver, len(body) + len(data), 0)
            while not self._in_flight.takes(request):
                self._send(*pieces)
                pieces.clear()
                self.receive()
            pieces += self._head(Kind.WRITE, body, len(data), request), data
        self._send_held()
        self._send(*pieces)
        self.receive_what_came()

    def _head(self, kind: Kind, body: bytes, payload_bytes: int, request: Request) -> bytes:
        """Of a request that is in flight from now on."""
        self._last_id = (self._last_id + 1) & 0xFFFF_FFFF
        self._in_flight.add(self._last_id, request)
        return HEADER.pack(5 + len(body) + payload_bytes, kind, self._last_id) + body

    def send_held(self) -> None:
        self._send_held()
        self.receive_what_came()

    def _send_held(self) -> None:
        if self._held.size:
            held, self._held = self._held, Held()
            self._send(*held.pieces)

    def receive_what_came(self) -> None:
        """Delivers the replies that are there already. Waits for nothing."""
        while self._pipe.has_received:
            self.receive()

    def receive(self) -> None:
        """Waits for bytes from the server and delivers every reply that is complete."""
        self._send_held()
        self._pipe.await_reply()
        self._fill()
        while (packet := self._next_packet()) is not None:
            self._deliver(packet)

    def close(self) -> None:
        """May come from another thread. A call that waits ends when the connection under it ends.

        While a reply is awaited no goodbye is sent, because it would wait behind bytes that the
        server does not take.
        """
        polite = self._broken is None and not self._in_flight.awaited
        self._broken = self._broken or ConnectionLost(self._host, self._port, "closed by ourselves")
        if polite:
            self._close_channel()

    def _send(self, *pieces: Buffer) -> None:
        if self._broken is not None:
            raise self._broken
        try:
            self._pipe.send(Pieces(*pieces))
        except (Lagging, *CONNECTION_ERRORS) as error:
            raise self._break(error) from None

    def _fill(self) -> None:
        if self._broken is not None:
            raise self._broken
        try:
            received = self._pipe.receive()
        except (Lagging, *CONNECTION_ERRORS) as error:
            raise self._break(error) from None
        if not received:
            raise self._break(EOFError("the server closed the session"))
        self._stream.feed(received)

    def _next_packet(self) -> bytes | None:
        """Kind, id and body of the next complete packet."""
        try:
            return self._stream.next(self._in_flight.room)
        except (Malformed, PrintedText) as error:
            raise self._break(error) from None

    def _deliver(self, packet: bytes) -> None:
        if len(packet) < 5:
            raise self._break(Malformed(f"a reply of {len(packet)} bytes"))
        request = self._in_flight.take(LENGTH.unpack_from(packet, 1)[0])
        if request is None:
            raise self._break(Malformed("a reply to what was never asked"))
        if request.receiver is not None:
            self.parsed(Reply(packet[0], packet[5:]), request.receiver)

    def _break(self, error: Exception) -> PartnerError:
        """Nothing that was sent is certain any more. The channel closes, and later calls raise the
        same error."""
        first = self._broken is None
        if self._broken is None or isinstance(error, PrintedText):  # the text came before the end
            place = self._host, self._port
            self._broken = reason_of(error, self._channel, place, self.timeout_seconds)
        if first and isinstance(error, CONNECTION_ERRORS) and not isinstance(error, TimeoutError):
            self._deliver_last()
        self._in_flight.clear()
        self._close_channel()
        return self._broken

    def _deliver_last(self) -> None:
        """Delivers the replies that had arrived before the connection broke: they still count."""
        end = time.monotonic() + LAST_SECONDS
        with suppress(PartnerError, *CONNECTION_ERRORS):
            self._channel.settimeout(LAST_SECONDS)
            while (received := self._channel.recv(RECEIVE_BYTES)) and time.monotonic() < end:
                self._stream.feed(received)
                while (packet := self._next_packet()) is not None:
                    self._deliver(packet)

    def _close_channel(self) -> None:
        """The connection may be gone already, which makes no difference. A server that does not end
        its key exchange, or reads nothing, is left without a goodbye."""
        transport = self._channel.get_transport()
        transport.clear_to_send_timeout = transport.sock.stall_seconds = GOODBYE_SECONDS
        with suppress(*CONNECTION_ERRORS):
            self._channel.close()
