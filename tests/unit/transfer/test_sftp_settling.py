"""A chunk over SFTP becomes durable while the next one is written."""

from dataclasses import dataclass

import pytest

from services.transfer.adapters.sftp_packets import FSYNC, USUAL_BLOCK_BYTES, Code, Kind, string
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.adapters.sftp_sink import SftpChunkSink
from services.transfer.adapters.sftp_written_run import SftpSettling
from services.transfer.domain.errors import WriteRefused
from services.transfer.domain.strategy import UNKNOWN, Method, Strategy
from tests.unit.transfer.channels import (
    Request,
    WaitedForChannel,
    framed,
    protocol_on,
    status,
)

BLOCKS = 3
CHUNK = bytes(BLOCKS * USUAL_BLOCK_BYTES)


@dataclass
class Server:
    """Each wait gets the answer to the oldest request, or to the newest. Some are refused."""

    refused: dict[int, int]
    newest_first: bool = False

    def __call__(self, asked: list[Request]) -> bytes:
        request = asked.pop(-1 if self.newest_first else 0)
        if request[0] == Kind.OPEN:
            return framed(Kind.HANDLE, request, string(b"anew"))
        return status(request, self.refused.get(request[0], Code.OK))


class Place:
    def __init__(self, server: Server, strategy: Strategy = UNKNOWN) -> None:
        self.channel = WaitedForChannel(server)
        self.protocol: SftpProtocol = protocol_on(self.channel)
        self.protocol.extensions[FSYNC] = b"1"
        refusals = Refusals(self.protocol)
        self.sink = SftpChunkSink(self.protocol, "/part", b"handle", refusals, strategy)

    @property
    def kinds(self) -> list[int]:
        return [kind for kind, _, _ in self.channel.asked]

    def settling(self, answers: int = 0) -> SftpSettling:
        """Of a chunk that was just written. So many of its writes are answered."""
        self.sink.write(0, CHUNK)
        settling = self.sink.settle_aside()
        assert settling is not None
        self.receive(answers)
        return settling

    def receive(self, answers: int) -> None:
        for _ in range(answers):
            self.protocol.receive()


def place(newest_first: bool = False, **refused: Code) -> Place:
    return Place(Server({Kind[kind]: code for kind, code in refused.items()}, newest_first))


def test_the_fsync_is_asked_for_once_all_before_is_acknowledged_and_nobody_waits() -> None:
    at = place()
    settling = at.settling()
    at.sink.write(len(CHUNK), CHUNK)
    at.receive(BLOCKS - 1)
    assert not settling.is_durable()
    assert Kind.EXTENDED not in at.kinds
    at.receive(1)
    assert not settling.is_durable()
    assert not settling.is_durable()
    assert at.kinds == [Kind.WRITE] * BLOCKS + [Kind.EXTENDED]
    waits = at.channel.waits
    assert (settling.acknowledged_until(), at.sink.acknowledged_until()) == (len(CHUNK),) * 2
    assert at.channel.waits == waits == BLOCKS
    at.receive(BLOCKS + 1)
    assert settling.is_durable()
    at.sink.write(0, b"")
    assert at.sink.settle_aside() is not None


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_flush_waits_for_the_fsync_that_is_under_way_and_tells_its_refusal(
    newest_first: bool,
) -> None:
    """A second fsync that goes well says nothing of bytes that the first one reported lost."""
    at = place(EXTENDED=Code.FAILURE)
    settling = at.settling(answers=BLOCKS)
    assert not settling.is_durable()
    at.sink.write(len(CHUNK), CHUNK)
    at.channel._answer = Server({Kind.EXTENDED: Code.FAILURE}, newest_first)
    with pytest.raises(WriteRefused):
        at.sink.flush(durable=True)
    assert (settling.acknowledged_until(), at.sink.acknowledged_until()) == (0, len(CHUNK))
    with pytest.raises(WriteRefused):
        settling.is_durable()


def test_a_refused_write_is_told_before_its_chunk_counts_as_durable() -> None:
    at = place(WRITE=Code.FAILURE)
    settling = at.settling(answers=BLOCKS)
    with pytest.raises(WriteRefused):
        settling.is_durable()
    assert settling.acknowledged_until() == 0
    assert Kind.EXTENDED not in at.kinds


def test_a_server_that_does_not_do_the_fsync_that_it_offers_is_flushed() -> None:
    """Then a close tells that nothing was lost."""
    at = place(EXTENDED=Code.OP_UNSUPPORTED)
    settling = at.settling(answers=BLOCKS)
    assert not settling.is_durable()
    at.sink.write(len(CHUNK), CHUNK)
    at.receive(1)
    assert settling.is_durable()
    assert at.kinds == []
    at.sink.write(0, b"x")
    assert at.sink.settle_aside() is not None


@pytest.mark.parametrize(
    ("strategy", "offered"), [(Strategy(Method.IN_ORDER, fsync=False), True), (UNKNOWN, False)]
)
def test_without_an_fsync_nothing_settles_aside(strategy: Strategy, offered: bool) -> None:
    at = Place(Server({}), strategy)
    if not offered:
        del at.protocol.extensions[FSYNC]
    at.sink.write(0, CHUNK)
    assert at.sink.settle_aside() is None
