"""Decrypts what comes in by itself where the cipher is AES-GCM, and puts the many small messages of
a server that takes data together: paramiko's thread handles each at ten times the cost of opening
it.

It needs names of paramiko that are not public (docs/adr/0054). Where one of them is missing or has
another shape, everything is left to paramiko.
"""

import struct
from collections import deque
from typing import Any, NamedTuple

import paramiko

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_packets import BLOCK_BYTES, LENGTH_BYTES, TAG_BYTES, Opener
from services.transfer.adapters.ssh_sealing import (
    SEQUENCE_NUMBERS,
    SealingPacketizer,
    engine_of,
)

SEQUENCE = "_Packetizer__sequence_number_in"
REMAINDER = "_Packetizer__remainder"
LIMITS = ("REKEY_PACKETS_OVERFLOW_MAX", "REKEY_BYTES_OVERFLOW_MAX")
NUMBER = struct.Struct(">I")
WINDOW_ADJUST, CHANNEL_DATA = 93, 94
WINDOW_BYTES, DATA_HEAD_BYTES = 9, 9
NOTHING = memoryview(b"")
CHANNEL_END = 5  # behind the message number and the channel
MOST_WINDOW = (1 << 32) - 1


class Arrived(NamedTuple):
    """One message for paramiko, and the packets in which it came."""

    packets: int
    kind: int
    message: paramiko.Message


class Gathered:
    """Data and window adjustments of one channel, as long as nothing else comes between them.
    Whether data or room is told first makes no difference (RFC 4254, section 5.2)."""

    def __init__(self, channel: bytes) -> None:
        self._channel = channel
        self._data: list[bytes] = []
        self._room = 0
        self._packets = {WINDOW_ADJUST: 0, CHANNEL_DATA: 0}

    def takes(self, payload: bytes) -> bool:
        """False for what paramiko has to see as it is, such as a message with a wrong length."""
        if payload[1:CHANNEL_END] != self._channel:
            return False
        kind = payload[0]
        if kind == WINDOW_ADJUST and len(payload) == WINDOW_BYTES:
            self._room += NUMBER.unpack_from(payload, CHANNEL_END)[0]
        elif kind == CHANNEL_DATA and len(payload) >= DATA_HEAD_BYTES:
            if NUMBER.unpack_from(payload, CHANNEL_END)[0] != len(payload) - DATA_HEAD_BYTES:
                return False
            self._data.append(payload[DATA_HEAD_BYTES:])
        else:
            return False
        self._packets[kind] += 1
        return True

    def messages(self) -> list[tuple[int, int, bytes]]:
        """Packets, kind, and what is behind the kind."""
        found = []
        if count := self._packets[WINDOW_ADJUST]:
            room = min(self._room, MOST_WINDOW)  # no window is larger
            found.append((count, WINDOW_ADJUST, self._channel + NUMBER.pack(room)))
        if count := self._packets[CHANNEL_DATA]:
            data = b"".join(self._data)
            found.append((count, CHANNEL_DATA, self._channel + NUMBER.pack(len(data)) + data))
        return found


class OpeningPacketizer(SealingPacketizer):
    """Each key is used either by us or by paramiko, which then counts the nonces."""

    def __init__(self, connection: PartnerSocket) -> None:
        super().__init__(connection)
        self.opens = self.seals and _is_known(self)
        self.packets = 1  # in which the last message came
        self._connection = connection
        self._opener: Opener | None = None  # None: paramiko decrypts
        self._arrived: deque[Arrived | Exception] = deque()
        self._opened_bytes = self._opened_packets = 0  # under this key
        self._late_bytes = self._late_packets = 0  # since new keys are due

    def set_inbound_cipher(self, *positional: Any, **cipher: Any) -> None:
        """paramiko calls it from its thread, between two calls of `read_message`."""
        super().set_inbound_cipher(*positional, **cipher)
        found = engine_of(cipher, "iv_in") if self.opens else None
        self._opener = Opener(*found) if found else None
        self._opened_bytes = self._opened_packets = self._late_bytes = self._late_packets = 0

    def set_inbound_compressor(self, compressor: Any) -> None:
        raise paramiko.SSHException("compression was not offered")

    def read_message(self) -> tuple[int, paramiko.Message]:
        if not self._arrived:
            if self._opener is None:
                self.packets = 1
                kind, message = super().read_message()
                return kind, message
            self._open_arrived(self._opener)
        arrived = self._arrived.popleft()
        if isinstance(arrived, Exception):
            raise arrived
        self.packets = arrived.packets
        return arrived.kind, arrived.message

    def _open_arrived(self, opener: Opener) -> None:
        """Waits for one packet, and takes those that came with it. What follows a message of
        another kind stays sealed until that is handled, because it may bring new keys."""
        first = self._wait_for_packet()
        payload = opener.open(first)
        gathered = Gathered(payload[1:CHANNEL_END])
        arrived, at = self._also_arrived(), 0
        packets, error = 1, None
        try:
            while (taken := gathered.takes(payload)) and (end := packet_end(arrived, at)):
                payload = opener.open(arrived[at:end])
                at, packets = end, packets + 1
        except Exception as broken:  # what came before it still counts
            taken, error = True, broken
        self._connection.take(at)
        self._count(packets, len(first) + at)
        self._keep(gathered)
        if not taken:
            self._arrived.append(Arrived(1, payload[0], self._numbered(payload[1:])))
        if error is not None:
            self._arrived.append(error)

    def _keep(self, gathered: Gathered) -> None:
        for packets, kind, body in gathered.messages():
            self._arrived.append(Arrived(packets, kind, self._numbered(body)))

    def _numbered(self, body: bytes) -> paramiko.Message:
        message = paramiko.Message(body)
        message.seqno = (getattr(self, SEQUENCE) - 1) % SEQUENCE_NUMBERS
        return message

    def _wait_for_packet(self) -> bytes:
        head: bytes = self.read_all(BLOCK_BYTES, check_rekey=True)
        size = NUMBER.unpack_from(head)[0] + LENGTH_BYTES + TAG_BYTES
        return head + bytes(self.read_all(size - BLOCK_BYTES))

    def _also_arrived(self) -> memoryview:
        """What was read behind the greeting comes first."""
        return NOTHING if getattr(self, REMAINDER) else self._connection.arrived

    def _count(self, packets: int, size: int) -> None:
        setattr(self, SEQUENCE, (getattr(self, SEQUENCE) + packets) % SEQUENCE_NUMBERS)
        if self.need_rekey():
            self._late_bytes += size
            self._late_packets += packets
            late = self._late_packets >= self.REKEY_PACKETS_OVERFLOW_MAX
            if late or self._late_bytes >= self.REKEY_BYTES_OVERFLOW_MAX:
                raise paramiko.SSHException("the server does not exchange keys")
            return
        self._late_bytes = self._late_packets = 0
        self._opened_bytes += size
        self._opened_packets += packets
        much = self._opened_bytes >= self.REKEY_BYTES
        if much or self._opened_packets >= self.REKEY_PACKETS:
            self._trigger_rekey()


def packet_end(arrived: memoryview, at: int) -> int:
    """Of the packet that begins there. 0 where it is not there whole: a longer one than any is left
    to `read_all`."""
    if len(arrived) < at + LENGTH_BYTES:
        return 0
    end: int = at + NUMBER.unpack_from(arrived, at)[0] + LENGTH_BYTES + TAG_BYTES
    return end if end <= len(arrived) else 0


def _is_known(packetizer: SealingPacketizer) -> bool:
    """Whether this is the paramiko that was read."""
    return (
        isinstance(getattr(packetizer, SEQUENCE, None), int)
        and isinstance(getattr(packetizer, REMAINDER, None), bytes)
        and all(isinstance(getattr(packetizer, name, None), int) for name in LIMITS)
    )
