"""What the sink knows of its writes while a slow server keeps it waiting for their statuses."""

import random
from dataclasses import dataclass, field

import pytest

from services.transfer.adapters.sftp_packets import USUAL_BLOCK_BYTES, Code, Kind
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.adapters.sftp_sink import SftpChunkSink
from services.transfer.domain.errors import ConnectionLost, WriteRefused
from services.transfer.domain.strategy import UNKNOWN, Method, Strategy
from tests.unit.transfer.channels import Request, WaitedForChannel, protocol_on, status

BLOCKS = 7
BEGIN = 1 << 40


@dataclass
class Statuses:
    """Each wait gets one status. `order` chooses the waiting request (from 0), and at its end the
    oldest one. `refusals` are the numbers (from 1) of the writes that are refused. The server is
    gone after `answers`.
    """

    order: list[int] = field(default_factory=list)
    refusals: set[int] = field(default_factory=set)
    answers: int = 1_000
    _first_id: int | None = None

    def __call__(self, asked: list[Request]) -> bytes:
        if self.answers == 0:
            return b""
        self.answers -= 1
        self._first_id = self._first_id or asked[0][1]
        request = asked.pop(self.order.pop(0) if self.order else 0)
        number = request[1] - self._first_id + 1
        refused = request[0] == Kind.WRITE and number in self.refusals
        return status(request, Code.FAILURE if refused else Code.OK)


def sink_on(statuses: Statuses, strategy: Strategy = UNKNOWN) -> SftpChunkSink:
    protocol = protocol_on(WaitedForChannel(statuses))
    return SftpChunkSink(protocol, "/part", b"handle", Refusals(protocol), strategy)


def blocks_acknowledged(sink: SftpChunkSink) -> float:
    until = sink.acknowledged_until()
    assert until is not None
    return (until - BEGIN) / USUAL_BLOCK_BYTES


@pytest.mark.parametrize("number", [1, 4, 7])
def test_a_refusal_is_told_by_the_flush_that_waited_for_it(number: int) -> None:
    sink = sink_on(Statuses(refusals={number}))
    sink.write(BEGIN, bytes(BLOCKS * USUAL_BLOCK_BYTES))
    with pytest.raises(WriteRefused):
        sink.flush(durable=False)
    assert blocks_acknowledged(sink) == number - 1


@pytest.mark.parametrize("answers", range(BLOCKS))
def test_a_server_gone_before_the_last_status_is_told(answers: int) -> None:
    sink = sink_on(Statuses(answers=answers))
    sink.write(BEGIN, bytes(BLOCKS * USUAL_BLOCK_BYTES))
    assert blocks_acknowledged(sink) == 0
    for _ in range(2):
        with pytest.raises(ConnectionLost):
            sink.flush(durable=False)
        assert blocks_acknowledged(sink) == answers
    sink.close()
    assert blocks_acknowledged(sink) == answers


@pytest.mark.parametrize("reopens", [True, False])
def test_a_close_without_an_answer_is_told_once(reopens: bool) -> None:
    """Of a file that cannot be opened again, only the answered close tells that it is whole."""
    method = Method.IN_ORDER if reopens else Method.ONE_HANDLE
    sink = sink_on(Statuses(answers=BLOCKS), Strategy(method, fsync=False))
    sink.write(BEGIN, bytes(BLOCKS * USUAL_BLOCK_BYTES))
    sink.flush(durable=False)
    with pytest.raises(ConnectionLost):
        sink.close()
    sink.close()


def test_the_prefix_grows_over_statuses_that_came_too_early() -> None:
    """The statuses arrive in the order 2, 4, 1, 3. Then the server is gone."""
    sink = sink_on(Statuses(order=[1, 2, 0, 0], answers=4))
    sink.write(BEGIN, bytes(6 * USUAL_BLOCK_BYTES))
    grown = []
    for _ in range(4):
        sink._protocol.receive()
        grown.append(blocks_acknowledged(sink))
    assert grown == [0, 0, 2, 4]
    with pytest.raises(ConnectionLost):
        sink.flush(durable=False)
    assert blocks_acknowledged(sink) == 4


def test_a_gap_in_what_was_acknowledged_ends_the_prefix() -> None:
    """All but the third one got their statuses when the connection broke."""
    sink = sink_on(Statuses(order=[0, 0, 1, 1, 1, 1], answers=6))
    sink.write(BEGIN, bytes(BLOCKS * USUAL_BLOCK_BYTES))
    with pytest.raises(ConnectionLost):
        sink.flush(durable=False)
    assert blocks_acknowledged(sink) == 2


@pytest.mark.parametrize("seed", range(30))
def test_in_any_order_the_prefix_ends_at_the_first_write_without_success(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    waiting, order, arrived = list(range(1, 21)), [], set()
    for _ in range(chance.randrange(21)):
        order.append(chance.randrange(len(waiting)))
        arrived.add(waiting.pop(order[-1]))
    refusals = set(chance.sample(range(1, 21), chance.choice([0, 0, 1, 2])))
    successes = arrived - refusals
    sink = sink_on(Statuses(list(order), refusals, answers=len(order)))
    for number in range(20):
        sink.write(BEGIN + number * USUAL_BLOCK_BYTES, bytes(USUAL_BLOCK_BYTES))
    with pytest.raises((ConnectionLost, WriteRefused)):
        # even when all have arrived, the server is gone for the fsync or the close
        sink.flush(durable=True)
    expected = next(number for number in range(1, 22) if number not in successes) - 1
    assert blocks_acknowledged(sink) == expected


def test_after_a_flush_only_later_writes_count() -> None:
    sink = sink_on(Statuses(answers=5))
    sink.write(BEGIN + 99, bytes(3 * USUAL_BLOCK_BYTES))
    sink.flush(durable=False)
    assert sink.acknowledged_until() is None
    sink.write(BEGIN, bytes(4 * USUAL_BLOCK_BYTES))
    with pytest.raises(ConnectionLost):
        sink.flush(durable=False)
    assert blocks_acknowledged(sink) == 2


def test_a_flush_that_failed_begins_no_new_count() -> None:
    sink = sink_on(Statuses(refusals={3}))
    sink.write(BEGIN, bytes(4 * USUAL_BLOCK_BYTES))
    for _ in range(2):
        with pytest.raises(WriteRefused):
            sink.flush(durable=False)
        assert blocks_acknowledged(sink) == 2
    with pytest.raises(WriteRefused):
        sink.write(BEGIN, b"x")
    assert blocks_acknowledged(sink) == 2
