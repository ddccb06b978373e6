"""Builds and encrypts SSH packets, many of them into one buffer.

Channel data (RFC 4254, section 5.2) goes into packets (RFC 4253, section 6), encrypted by AES-GCM
(RFC 5647, section 7).
"""

import os
import struct
from collections import deque
from collections.abc import Iterator
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
MAX_PACKETS = 8  # a request of 255 KiB; what is encrypted stays in a core's cache until it is sent

Buffer = bytes | memoryview


class Engine(Protocol):
    """AES-GCM of `cryptography`."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...

    def encrypt_into(
        self, nonce: bytes, data: Buffer, associated_data: Buffer, buf: memoryview, /
    ) -> int: ...


class Sealer:
    """AES-GCM under one key. No two packets ever get the same nonce."""

    def __init__(self, engine: Engine, nonce: bytes) -> None:
        self.engine = engine
        self._fixed = nonce[:FIXED_BYTES]
        self._counter = COUNTER.unpack_from(nonce, FIXED_BYTES)[0]

    def next_nonce(self) -> bytes:
        counter = self._counter
        self._counter = (counter + 1) % COUNTERS
        return self._fixed + COUNTER.pack(counter)

    def seal(self, payload: bytes) -> bytes:
        """One packet with any message."""
        padding = padding_bytes(1 + len(payload))
        head = HEAD.pack(1 + len(payload) + padding, padding)
        length, body = head[:LENGTH_BYTES], head[LENGTH_BYTES:] + payload + os.urandom(padding)
        return length + self.engine.encrypt(self.next_nonce(), body, length)


def padding_bytes(size: int) -> int:
    """For `size` bytes behind the packet length."""
    padding = BLOCK_BYTES - size % BLOCK_BYTES
    return padding if padding >= MIN_PADDING_BYTES else padding + BLOCK_BYTES


class Pieces:
    """Buffers one behind the other. They are taken off the front, and not joined first."""

    def __init__(self, *pieces: Buffer) -> None:
        self._pieces = deque(memoryview(each) for each in pieces if each)
        self.left = sum(len(each) for each in self._pieces)

    def front(self, least: int) -> memoryview:
        """The first bytes: at least so many, if there are, and more where that costs no copy."""
        first = self._pieces[0]
        if len(first) >= least or len(self._pieces) == 1:
            return first
        joined = memoryview(bytearray(min(least, self.left)))
        Pieces(*self._pieces).fill(joined)
        return joined

    def fill(self, room: memoryview) -> None:
        """Moves as many bytes as there is room. Raises IndexError if there are fewer."""
        at, wanted = 0, len(room)
        while at < wanted:
            taken = self._pieces[0][: wanted - at]
            end = at + len(taken)
            room[at:end] = taken
            self.skip(end - at)
            at = end

    def skip(self, size: int) -> None:
        self.left -= size
        while size:
            first = self._pieces[0]
            if size < len(first):
                self._pieces[0] = first[size:]
                return
            size -= len(first)
            self._pieces.popleft()


class DataPackets:
    """Seals data of one channel into packets with at most `most_bytes` of data each."""

    def __init__(self, channel: int, most_bytes: int) -> None:
        self._channel = channel
        self._most_bytes = min(most_bytes, MAX_DATA_BYTES)
        packet_bytes = DATA_HEAD.size + self._most_bytes + 2 * BLOCK_BYTES
        self._plain = memoryview(bytearray(packet_bytes))
        self._sealed = memoryview(bytearray(MAX_PACKETS * (packet_bytes + TAG_BYTES)))
        self._shape = self._shape_of(self._most_bytes)

    @property
    def room(self) -> int:
        """The most data that one call of `seal` takes."""
        return MAX_PACKETS * self._most_bytes

    def count(self, size: int) -> int:
        """The packets for so much data."""
        return -(-size // self._most_bytes)

    def seal(self, sealer: Sealer, pieces: Pieces, size: int) -> memoryview:
        """Packets with the next `size` bytes of `pieces`. They lie in a buffer that the next call
        uses again."""
        sealed, at, encrypt_into = self._sealed, 0, sealer.engine.encrypt_into
        random = memoryview(os.urandom(self.count(size) * MAX_PADDING_BYTES))  # one system call
        while size:
            taken = min(size, self._most_bytes)
            shape = self._shape
            if shape.size != taken:  # most packets are full, and have the shape of the one before
                self._shape = shape = self._shape_of(taken)
            pieces.fill(shape.data)
            shape.padding[:] = random[: len(shape.padding)]
            random = random[MAX_PADDING_BYTES:]
            body, end = at + LENGTH_BYTES, at + shape.sealed_bytes
            sealed[at:body] = shape.length
            encrypt_into(sealer.next_nonce(), shape.body, shape.length, sealed[body:end])
            at = end
            size -= taken
        return sealed[:at]

    def messages(self, pieces: Pieces, size: int) -> Iterator[bytes]:
        """The same data as `seal`, for a cipher of somebody else."""
        while size:
            taken = min(size, self._most_bytes)
            message = bytearray(MESSAGE_HEAD.size + taken)
            MESSAGE_HEAD.pack_into(message, 0, CHANNEL_DATA, self._channel, taken)
            pieces.fill(memoryview(message)[MESSAGE_HEAD.size :])
            yield bytes(message)
            size -= taken

    def _shape_of(self, size: int) -> "Shape":
        """Where everything lies in a packet with so much data. Its head is written at once."""
        plain, data_end = self._plain, DATA_HEAD.size + size
        padding = padding_bytes(data_end - LENGTH_BYTES)
        end = data_end + padding
        fields = end - LENGTH_BYTES, padding, CHANNEL_DATA, self._channel, size
        DATA_HEAD.pack_into(plain, 0, *fields)
        return Shape(
            size=size,
            sealed_bytes=end + TAG_BYTES,
            length=plain[:LENGTH_BYTES],
            body=plain[LENGTH_BYTES:end],
            data=plain[DATA_HEAD.size : data_end],
            padding=plain[data_end:end],
        )


class Shape(NamedTuple):
    """A packet in the clear."""

    size: int  # of its data
    sealed_bytes: int
    length: memoryview
    body: memoryview  # what is encrypted
    data: memoryview
    padding: memoryview
