"""Builds and encrypts SSH packets, many of them into one buffer.

Channel data (RFC 4254, section 5.2) goes into packets (RFC 4253, section 6), encrypted by AES-GCM
(RFC 5647, section 7).
"""

import os
import struct
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, Protocol

HEAD = struct.Struct(">IB")  # packet length, padding length
DATA_HEAD = struct.Struct(">IBBII")  # the same, then message number, channel, length of the data
MESSAGE_HEAD = struct.Struct(">BII")
LENGTH_BYTES = 4  # the packet length is authenticated, but not encrypted
BLOCK_BYTES = 16
TAG_BYTES = 16
MIN_PADDING_BYTES = 4  # random bytes (RFC 4253, section 6)
MAX_PADDING_BYTES = MIN_PADDING_BYTES + BLOCK_BYTES - 1
CHANNEL_DATA = 94  # SSH_MSG_CHANNEL_DATA
FIXED_BYTES = 4  # of a nonce of 12; the other 8 count the packets (RFC 5647, section 7.1)
COUNTER = struct.Struct(">Q")
COUNTERS = 1 << 64
MAX_DATA_BYTES = 32_768  # every server has to take such a packet (RFC 4253, section 6.1)
MAX_SLOTS = 64  # 2 MiB at most
MAX_PACKETS = 32  # four requests of 255 KiB: 1 MiB, as much as is read at once

Buffer = bytes | bytearray | memoryview


class Engine(Protocol):
    """AES-GCM of `cryptography`."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: Buffer, associated_data: Buffer, /) -> bytes: ...

    def encrypt_into(
        self, nonce: bytes, data: Buffer, associated_data: Buffer, buf: memoryview, /
    ) -> int: ...


class Nonces:
    """Those of one key. None comes twice."""

    def __init__(self, first: bytes) -> None:
        self._fixed = first[:FIXED_BYTES]
        self._counter = COUNTER.unpack_from(first, FIXED_BYTES)[0]

    def next(self) -> bytes:
        counter = self._counter
        self._counter = (counter + 1) % COUNTERS
        return self._fixed + COUNTER.pack(counter)


class Sealer:
    """Encrypts under one key."""

    def __init__(self, engine: Engine, nonce: bytes) -> None:
        self.engine = engine
        self.next_nonce = Nonces(nonce).next

    def seal(self, payload: bytes) -> bytes:
        """One packet with any message."""
        padding = padding_bytes(1 + len(payload))
        head = HEAD.pack(1 + len(payload) + padding, padding)
        length, body = head[:LENGTH_BYTES], head[LENGTH_BYTES:] + payload + os.urandom(padding)
        return length + self.engine.encrypt(self.next_nonce(), body, length)


class Opener:
    """Decrypts under one key, in the order in which the packets come."""

    def __init__(self, engine: Engine, nonce: bytes) -> None:
        self._engine = engine
        self._next_nonce = Nonces(nonce).next

    def open(self, packet: Buffer) -> bytes:
        """The payload of one packet. Raises InvalidTag, and IndexError for an empty one."""
        length, sealed = packet[:LENGTH_BYTES], packet[LENGTH_BYTES:]
        body = self._engine.decrypt(self._next_nonce(), sealed, length)
        return body[1 : len(body) - body[0]]


def padding_bytes(size: int) -> int:
    """For `size` bytes behind the packet length."""
    padding = BLOCK_BYTES - size % BLOCK_BYTES
    return padding if padding >= MIN_PADDING_BYTES else padding + BLOCK_BYTES


class Pieces:
    """Buffers one behind the other. They are taken off the front, and not joined first."""

    def __init__(self, *pieces: Buffer) -> None:
        self._pieces = deque(memoryview(each) for each in pieces if each)
        self._at = 0  # so much of the first one is taken
        self.left = sum(len(each) for each in self._pieces)

    def front(self, least: int) -> memoryview:
        """The first bytes: at least so many, if there are, and more where that costs no copy."""
        first = self._pieces[0][self._at :]
        if len(first) >= least or len(self._pieces) == 1:
            return first
        rest = islice(self._pieces, 1, None)
        joined = memoryview(bytearray(min(least, self.left)))
        Pieces(first, *rest).fill(joined)
        return joined

    def fill(self, room: memoryview) -> None:
        """Moves as many bytes as there is room. Raises IndexError if there are fewer."""
        wanted, first, at = len(room), self._pieces[0], self._at
        if len(first) - at > wanted:  # of a large buffer all packets but one are filled like this
            self._at = end = at + wanted
            room[:] = first[at:end]
            self.left -= wanted
            return
        filled = 0
        while filled < wanted:
            taken = self._pieces[0][self._at : self._at + wanted - filled]
            end = filled + len(taken)
            room[filled:end] = taken
            self.skip(end - filled)
            filled = end

    def skip(self, size: int) -> None:
        self.left -= size
        self._at += size
        while self._pieces and self._at >= len(self._pieces[0]):
            self._at -= len(self._pieces.popleft())


class DataPackets:
    """Seals data of one channel into packets with at most `most_bytes` of data each."""

    def __init__(self, channel: int, most_bytes: int) -> None:
        self._channel = channel
        self.most_bytes = min(most_bytes, MAX_DATA_BYTES)
        packet_bytes = DATA_HEAD.size + self.most_bytes + 2 * BLOCK_BYTES
        self._sealed = memoryview(bytearray(MAX_PACKETS * (packet_bytes + TAG_BYTES)))
        self._slots: dict[tuple[int, int], Slot] = {}  # by the place in `_sealed`, and the data

    @property
    def room(self) -> int:
        """The most data that one call of `seal` takes."""
        return MAX_PACKETS * self.most_bytes

    def count(self, size: int) -> int:
        """The packets for so much data."""
        return -(-size // self.most_bytes)

    def seal(self, sealer: Sealer, pieces: Pieces, size: int) -> memoryview:
        """Packets with the next `size` bytes of `pieces`. They lie in a buffer that the next call
        uses again."""
        sealed, at, encrypt_into = self._sealed, 0, sealer.engine.encrypt_into
        random = memoryview(os.urandom(self.count(size) * MAX_PADDING_BYTES))  # one system call
        while size:
            taken = min(size, self.most_bytes)
            slot = self._slots.get((at, taken)) or self._slot(at, taken)
            pieces.fill(slot.data)
            slot.padding[:] = random[: len(slot.padding)]
            random = random[MAX_PADDING_BYTES:]
            slot.sealed_length[:] = slot.length
            encrypt_into(sealer.next_nonce(), slot.body, slot.length, slot.sealed_body)
            at = slot.end
            size -= taken
        return sealed[:at]

    def messages(self, pieces: Pieces, size: int) -> Iterator[bytes]:
        """The same data as `seal`, for a cipher of somebody else."""
        while size:
            taken = min(size, self.most_bytes)
            message = bytearray(MESSAGE_HEAD.size + taken)
            MESSAGE_HEAD.pack_into(message, 0, CHANNEL_DATA, self._channel, taken)
            pieces.fill(memoryview(message)[MESSAGE_HEAD.size :])
            yield bytes(message)
            size -= taken

    def _slot(self, at: int, size: int) -> "Slot":
        """It is kept, because most requests of a file have the same size."""
        if len(self._slots) >= MAX_SLOTS:
            self._slots.clear()
        slot = self._slots[at, size] = self._new_slot(at, size)
        return slot

    def _new_slot(self, at: int, size: int) -> "Slot":
        data_end = DATA_HEAD.size + size
        padding = padding_bytes(data_end - LENGTH_BYTES)
        plain = memoryview(bytearray(data_end + padding))
        fields = len(plain) - LENGTH_BYTES, padding, CHANNEL_DATA, self._channel, size
        DATA_HEAD.pack_into(plain, 0, *fields)
        body, end = at + LENGTH_BYTES, at + len(plain) + TAG_BYTES
        return Slot(
            length=plain[:LENGTH_BYTES],
            body=plain[LENGTH_BYTES:],
            data=plain[DATA_HEAD.size : data_end],
            padding=plain[data_end:],
            sealed_length=self._sealed[at:body],
            sealed_body=self._sealed[body:end],
            end=end,
        )


class Slot(NamedTuple):
    """A packet in the clear, with its head written, and its place among those that are sealed."""

    length: memoryview
    body: memoryview  # what is encrypted
    data: memoryview
    padding: memoryview
    sealed_length: memoryview
    sealed_body: memoryview
    end: int
