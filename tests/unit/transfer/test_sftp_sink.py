"""What the sink does while a slow server keeps it waiting for the status of its writes."""

import struct
from collections import deque
from typing import cast

import paramiko
import pytest

from services.transfer.adapters.sftp_packets import Code, Kind
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_sink import USUAL_BLOCK_BYTES, SftpChunkSink
from services.transfer.domain.errors import ConnectionLost, WriteRefused

HEADER = struct.Struct(">IBI")  # length, kind, request id


class SlowChannel:
    """A server that answers one request each time somebody waits for it, and nothing before.

    `refusals` are the numbers (from 1) of the requests that it refuses, `answers` how many it
    answers until it is gone.
    """

    def __init__(self, refusals: set[int] | None = None, answers: int = 1_000) -> None:
        self._refusals, self._answers = refusals or set(), answers
        self._sent = bytearray()
        self._asked: deque[tuple[int, int]] = deque()  # kind, request id
        self._answered = 0

    def settimeout(self, seconds: float) -> None: ...

    def close(self) -> None: ...

    def recv_ready(self) -> bool:
        return False

    def send(self, piece: memoryview) -> int:
        self._sent += piece
        while len(self._sent) >= HEADER.size:
            length, kind, request = HEADER.unpack_from(self._sent)
            if len(self._sent) < 4 + length:
                break
            self._asked.append((kind, request))
            del self._sent[: 4 + length]
        return len(piece)

    def recv(self, size: int) -> bytes:
        if self._answered == self._answers:
            return b""
        self._answered += 1
        _, request = self._asked.popleft()
        code = Code.FAILURE if self._answered in self._refusals else Code.OK
        body = struct.pack(">I", code) + struct.pack(">I", 0) * 2  # no text, no language
        return HEADER.pack(5 + len(body), Kind.STATUS, request) + body


def sink_on(channel: SlowChannel) -> SftpChunkSink:
    protocol = SftpProtocol(cast(paramiko.Channel, channel), "sftp.example", 22, 1)
    return SftpChunkSink(protocol, "/part", b"handle", readable=True)


def test_flush_beats_as_often_as_it_waits() -> None:
    sink, beats = sink_on(SlowChannel()), []
    sink.write(0, bytes(7 * USUAL_BLOCK_BYTES))
    sink.flush(durable=False, beat=lambda: beats.append("beat"))
    assert len(beats) == 7
    sink.flush(durable=False, beat=lambda: beats.append("nothing to wait for"))
    assert len(beats) == 7


def test_a_beat_that_raises_ends_the_flush() -> None:
    """The lease is gone: whoever holds it now writes the same bytes."""
    sink = sink_on(SlowChannel())
    sink.write(0, bytes(2 * USUAL_BLOCK_BYTES))

    def beat() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        sink.flush(durable=False, beat=beat)


@pytest.mark.parametrize("number", [1, 4, 7])
def test_a_refusal_is_told_by_the_flush_that_waited_for_it(number: int) -> None:
    sink = sink_on(SlowChannel(refusals={number}))
    sink.write(0, bytes(7 * USUAL_BLOCK_BYTES))
    with pytest.raises(WriteRefused):
        sink.flush(durable=False)


def test_a_server_gone_before_the_last_status_is_told() -> None:
    sink = sink_on(SlowChannel(answers=6))
    sink.write(0, bytes(7 * USUAL_BLOCK_BYTES))
    with pytest.raises(ConnectionLost):
        sink.flush(durable=False)
