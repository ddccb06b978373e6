"""What the reader asks of a server. It believes nothing that the server answers."""

from collections.abc import Callable

import pytest

from services.transfer.adapters.sftp_in_flight import MAX_REQUESTS
from services.transfer.adapters.sftp_packets import USUAL_BLOCK_BYTES, Code, Kind
from services.transfer.adapters.sftp_reader import READ_AHEAD_BYTES, SftpFileReader
from services.transfer.domain.errors import (
    PermissionDenied,
    ProtocolViolation,
    SizeMismatch,
    WriteRefused,
)
from tests.unit.transfer.channels import (
    Request,
    WaitedForChannel,
    data,
    protocol_on,
    read_range,
    status,
)

CONTENT = bytes(range(251)) * 4_000


def content_of(request: Request) -> bytes:
    offset, length = read_range(request)
    return CONTENT[offset : offset + length]


def answer(request: Request) -> bytes:
    """The answer of a server that shows no sizes, so it refuses FSTAT."""
    if request[0] != Kind.READ:
        return status(request, Code.PERMISSION_DENIED)
    content = content_of(request)
    return data(request, content) if content else status(request, Code.EOF)


def reader_on(
    answer: Callable[[Request], bytes], *, backwards: bool = False
) -> tuple[SftpFileReader, WaitedForChannel]:
    """Of a server that answers all that waits at once."""

    def answers(asked: list[Request]) -> bytes:
        waiting = list(reversed(asked)) if backwards else list(asked)
        asked.clear()
        return b"".join(answer(request) for request in waiting)

    channel = WaitedForChannel(answers)
    return SftpFileReader(protocol_on(channel), "/file", b"handle"), channel


def test_small_ranges_need_far_fewer_round_trips_than_they_are_many() -> None:
    reader, channel = reader_on(answer)
    ranges = [(index * 191 % 900_000, 64) for index in range(5_000)]
    assert list(reader.read(ranges)) == [CONTENT[at : at + 64] for at, _ in ranges]
    assert channel.waits <= 5_000 / MAX_REQUESTS + 1
    assert channel.most_asked == MAX_REQUESTS


def test_a_large_range_is_asked_for_ahead_within_bounds() -> None:
    reader, channel = reader_on(answer)
    next(reader.read([(0, 1 << 45)]))
    assert channel.waits == 1
    assert channel.most_asked == min(MAX_REQUESTS, READ_AHEAD_BYTES // USUAL_BLOCK_BYTES)


@pytest.mark.parametrize("backwards", [False, True])
def test_answers_in_any_order_come_out_in_the_ranges_order(backwards: bool) -> None:
    reader, _ = reader_on(answer, backwards=backwards)
    assert b"".join(reader.read([(500_000, 100_000), (0, len(CONTENT))])) == (
        CONTENT[500_000:600_000] + CONTENT
    )


def test_reads_that_come_back_shorter_are_completed_in_their_place() -> None:
    def shorter(request: Request) -> bytes:
        if request[0] == Kind.READ and (content := content_of(request)):
            return data(request, content[:10_007])
        return answer(request)

    reader, _ = reader_on(shorter)
    assert b"".join(reader.read([(3, 200_000), (5, 1)])) == CONTENT[3:200_003] + CONTENT[5:6]
    with pytest.raises(SizeMismatch) as caught:
        list(reader.read([(0, len(CONTENT) + 9)]))
    assert caught.value.expected_bytes == len(CONTENT) + 9
    assert caught.value.found_bytes == len(CONTENT)


def test_an_empty_block_is_an_early_end_and_never_asked_for_for_ever() -> None:
    reader, channel = reader_on(lambda request: data(request, b""))
    with pytest.raises(ProtocolViolation):  # FSTAT gets DATA for an answer, too
        list(reader.read([(0, 1)]))
    assert channel.waits == 2


@pytest.mark.parametrize("more", [1, 100, 1_000_000])
def test_more_bytes_than_asked_for_end_the_connection(more: int) -> None:
    reader, channel = reader_on(lambda request: data(request, bytes(read_range(request)[1] + more)))
    with pytest.raises(ProtocolViolation, match=r"were asked for|are the most"):
        list(reader.read([(0, 64)] * 50))
    assert channel.closed


def test_a_packet_larger_than_any_answer_is_not_waited_for() -> None:
    reader, _ = reader_on(lambda request: data(request, bytes(3 << 20)))
    with pytest.raises(ProtocolViolation, match="is this an SFTP server"):
        list(reader.read([(0, 64)]))


@pytest.mark.parametrize(
    ("code", "error"),
    [(Code.PERMISSION_DENIED, PermissionDenied), (Code.FAILURE, WriteRefused)],
)
def test_a_refused_read_is_told(code: int, error: type[Exception]) -> None:
    reader, _ = reader_on(lambda request: status(request, code))
    with pytest.raises(error):
        list(reader.read([(0, 64)]))


def test_closing_waits_for_nothing_and_is_quiet_whatever_the_server_says_to_it() -> None:
    def refusing(asked: list[Request]) -> bytes:
        waiting = list(asked)
        asked.clear()
        return b"".join(
            status(each, Code.FAILURE) if each[0] == Kind.CLOSE else answer(each)
            for each in waiting
        )

    channel = WaitedForChannel(refusing)
    protocol = protocol_on(channel)
    first, second = (SftpFileReader(protocol, "/file", handle) for handle in (b"one", b"two"))
    first.close()
    first.close()
    assert [kind for kind, *_ in channel.asked] == [Kind.CLOSE]
    assert channel.waits == 0
    assert list(second.read([(0, 64)])) == [CONTENT[:64]]
    assert channel.waits == 1
    second.close()
    protocol.close()
    assert channel.closed  # with a goodbye: nobody wants the answer that is still to come
