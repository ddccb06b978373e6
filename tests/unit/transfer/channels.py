"""Channels to a server in the test. It does things that no real server does on demand."""

import struct
from collections.abc import Callable
from typing import cast

import paramiko

from services.transfer.adapters.sftp_packets import Code, Kind, string
from services.transfer.adapters.sftp_protocol import SftpProtocol

HEADER = struct.Struct(">IBI")  # length, kind, request id

Request = tuple[int, int, bytes]  # kind, request id, body
Answer = Callable[[list[Request]], bytes]


def status(request: Request, code: int = Code.OK) -> bytes:
    return framed(Kind.STATUS, request, struct.pack(">I", code) + bytes(8))  # no text, no language


def data(request: Request, content: bytes) -> bytes:
    return framed(Kind.DATA, request, string(content))


def framed(kind: int, request: Request, body: bytes) -> bytes:
    return HEADER.pack(5 + len(body), kind, request[1]) + body


def read_range(request: Request) -> tuple[int, int]:
    offset, length = struct.unpack(">QI", request[2][-12:])
    return offset, length


class Unexplained:
    """The part of a channel that knows the reason of the connection's end. Here it knows none."""

    def get_transport(self) -> "Unexplained":
        return self

    @property
    def sock(self) -> "Unexplained":
        return self

    def reason(self, host: str, port: int) -> None: ...

    farewell = None
    clear_to_send_timeout = stall_seconds = 60.0

    def get_exception(self) -> None: ...


class WaitedForChannel(Unexplained):
    """A server that works only while somebody waits for it. `answer` gets all waiting requests, and
    takes those that it answers out of the list. With b"" the server is gone.

    `waits` counts the round trips, `most_asked` is how many requests waited at the same time.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._sent = bytearray()
        self._received = bytearray()
        self.asked: list[Request] = []
        self.waits = 0
        self.most_asked = 0
        self.closed = False

    def settimeout(self, seconds: float) -> None: ...

    def close(self) -> None:
        self.closed = True

    def recv_ready(self) -> bool:
        return bool(self._received)

    def send(self, piece: memoryview) -> int:
        self._sent += piece
        while len(self._sent) >= HEADER.size:
            length, kind, request = HEADER.unpack_from(self._sent)
            if len(self._sent) < 4 + length:
                break
            self.asked.append((kind, request, bytes(self._sent[HEADER.size : 4 + length])))
            del self._sent[: 4 + length]
        self.most_asked = max(self.most_asked, len(self.asked))
        return len(piece)

    def recv(self, size: int) -> bytes:
        if not self._received:
            self.waits += 1
            self._received += self._answer(self.asked)
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken


def protocol_on(channel: object) -> SftpProtocol:
    return SftpProtocol(cast(paramiko.Channel, channel), "sftp.example", 22, 1)
