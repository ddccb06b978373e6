"""What every ChunkSink keeps: above all, that no write is ever lost in silence."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.transfer.domain.destination import Credential
from services.transfer.domain.errors import ConnectionLost, NoSpace, SizeMismatch, WriteRefused
from services.transfer.domain.ports import ChunkSink, PartnerSession
from tests.fakes.partners import InMemoryPartners
from tests.servers.embedded import USER, InnerServer, inner_server
from tests.servers.sites import SMALL_DISK_BYTES, Site, destination, sftp_partners

CONTENT = hashlib.shake_256(b"content").digest(3_000_017)  # many blocks, no multiple of any


def write_all(sink: ChunkSink, offset: int, length: int, block_bytes: int = 0) -> None:
    """Zeros in blocks (of the best size), each acknowledged in the end."""
    size = block_bytes or sink.block_bytes
    for at in range(offset, offset + length, size):
        sink.write(at, bytes(min(size, offset + length - at)))
    sink.flush(durable=False)


def write_and_close(sink: ChunkSink) -> None:
    sink.write(0, b"lost")  # a quick server's refusal may arrive here already
    sink.close()


def connect(place: Site) -> PartnerSession:
    return place.partners.connect(place.destination, place.credential)


@pytest.fixture
def sink(partner: Site, session: PartnerSession) -> Iterator[ChunkSink]:
    session.create_part(partner.at("part"))
    opened = session.open_part(partner.at("part"))
    yield opened
    opened.close()


def test_writes_land_at_their_offsets_in_whatever_order(partner: Site, sink: ChunkSink) -> None:
    size = 99_991  # a prime number: aligned with nothing
    offsets = list(range(0, len(CONTENT), size))
    for offset in sorted(offsets, key=lambda each: each * 7919 % 1_000_003):
        sink.write(offset, CONTENT[offset : offset + size])
    sink.flush(durable=False)
    assert partner.content(partner.at("part")) == CONTENT


def test_one_write_may_be_larger_than_a_block(partner: Site, sink: ChunkSink) -> None:
    sink.write(0, memoryview(CONTENT))
    sink.flush(durable=True)
    assert partner.content(partner.at("part")) == CONTENT


def test_blocks_of_the_best_size_arrive_whole(partner: Site, sink: ChunkSink) -> None:
    for offset in range(0, len(CONTENT), sink.block_bytes):
        sink.write(offset, memoryview(CONTENT)[offset : offset + sink.block_bytes])
    sink.flush(durable=False)
    assert partner.content(partner.at("part")) == CONTENT


def test_the_callers_buffer_is_free_again_after_a_write(partner: Site, sink: ChunkSink) -> None:
    buffer = bytearray(b"first")
    sink.write(0, memoryview(buffer))
    buffer[:] = b"other"
    sink.write(5, memoryview(buffer))
    sink.flush(durable=False)
    assert partner.content(partner.at("part")) == b"firstother"


def test_writing_nothing_changes_nothing(partner: Site, sink: ChunkSink) -> None:
    sink.write(7, b"")
    sink.flush(durable=True)
    assert partner.content(partner.at("part")) == b""


def test_a_single_byte_is_a_write(partner: Site, sink: ChunkSink) -> None:
    sink.write(0, b"x")
    sink.flush(durable=True)
    assert partner.content(partner.at("part")) == b"x"


def test_the_same_range_may_be_written_twice(partner: Site, sink: ChunkSink) -> None:
    for _ in range(2):
        sink.write(1000, CONTENT[1000:200_000])
        sink.write(0, CONTENT[:1000])
    sink.flush(durable=False)
    assert partner.content(partner.at("part")) == CONTENT[:200_000]


def test_two_sinks_fill_one_file(partner: Site, session: PartnerSession) -> None:
    session.create_part(partner.at("part"))
    half = len(CONTENT) // 2
    first, second = session.open_part(partner.at("part")), session.open_part(partner.at("part"))
    second.write(half, CONTENT[half:])
    first.write(0, CONTENT[:half])
    second.flush(durable=False)
    first.flush(durable=False)
    first.close()
    second.close()
    assert partner.content(partner.at("part")) == CONTENT


def test_read_gives_back_what_was_written_even_before_a_flush(sink: ChunkSink) -> None:
    sink.write(0, CONTENT)
    assert b"".join(sink.read(0, len(CONTENT))) == CONTENT
    assert b"".join(sink.read(1_000_001, 777_777)) == CONTENT[1_000_001:1_777_778]
    assert b"".join(sink.read(5, 0)) == b""


def test_a_read_may_be_given_up_half_way(sink: ChunkSink) -> None:
    sink.write(0, CONTENT)
    assert next(iter(sink.read(0, len(CONTENT))))
    assert b"".join(sink.read(10, 5)) == CONTENT[10:15]


def test_reading_past_the_end_names_both_sizes(sink: ChunkSink) -> None:
    sink.write(0, CONTENT)
    with pytest.raises(SizeMismatch) as caught:
        list(sink.read(0, len(CONTENT) + 1))
    assert caught.value.expected_bytes == len(CONTENT) + 1
    assert caught.value.found_bytes == len(CONTENT)


def test_closing_twice_is_harmless_and_a_closed_sink_takes_nothing(sink: ChunkSink) -> None:
    sink.close()
    sink.close()
    with pytest.raises(ValueError, match="closed"):
        sink.write(0, b"x")


def test_a_full_disk_is_told_at_the_latest_by_flush(full_partner: Site) -> None:
    with connect(full_partner) as session:
        session.create_part(full_partner.at("part"))
        sink = session.open_part(full_partner.at("part"))
        with pytest.raises(NoSpace) as caught:
            write_all(sink, 0, 2 * SMALL_DISK_BYTES)
        assert caught.value.free_bytes < SMALL_DISK_BYTES
        sink.close()


def test_a_disk_that_is_full_for_the_last_block_only_is_told_by_flush(full_partner: Site) -> None:
    with connect(full_partner) as session:
        session.create_part(full_partner.at("part"))
        sink = session.open_part(full_partner.at("part"))
        sink.write(0, bytes(SMALL_DISK_BYTES))
        sink.flush(durable=False)
        with pytest.raises(NoSpace):
            write_all(sink, SMALL_DISK_BYTES, 1)


def test_a_hole_in_the_middle_of_a_full_disk_is_told(full_partner: Site) -> None:
    """The size is right, the content is not: nothing but the status of that one write tells."""
    with connect(full_partner) as session:
        session.create_part(full_partner.at("part"))
        sink = session.open_part(full_partner.at("part"))
        sink.write(2 * SMALL_DISK_BYTES - 1, b"e")
        with pytest.raises(NoSpace):
            write_all(sink, 0, 2 * SMALL_DISK_BYTES - 1)
        assert session.size(full_partner.at("part")) == 2 * SMALL_DISK_BYTES


def test_a_sink_that_met_a_full_disk_stays_broken(full_partner: Site) -> None:
    with connect(full_partner) as session:
        session.create_part(full_partner.at("part"))
        sink = session.open_part(full_partner.at("part"))
        with pytest.raises(NoSpace):
            write_all(sink, 0, 2 * SMALL_DISK_BYTES)
        for call in (
            lambda: sink.write(0, b"x"),
            lambda: sink.flush(durable=False),
            lambda: list(sink.read(0, 1)),
        ):
            with pytest.raises(NoSpace):
                call()
        session.remove(full_partner.at("part"))
        session.create_part(full_partner.at("part"))  # the session itself still works


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[tuple[InnerServer, PartnerSession]]:
    with inner_server(tmp_path, "secret") as server:
        target = destination(server.port, USER, "", server.host_keys)
        with sftp_partners().connect(target, Credential(password="secret")) as session:
            session.create_part("/part")
            yield server, session


@pytest.mark.parametrize("number", [1, 2, 7, 19, 20])
def test_an_error_at_any_single_write_is_told(
    failing: tuple[InnerServer, PartnerSession], number: int
) -> None:
    server, session = failing
    server.failures.fail_at = number
    sink = session.open_part("/part")
    with pytest.raises(WriteRefused, match="injected"):
        write_all(sink, 0, 20_000, block_bytes=1000)
    sink.close()


def test_close_tells_of_an_error_that_no_flush_asked_for(
    failing: tuple[InnerServer, PartnerSession],
) -> None:
    server, session = failing
    server.failures.fail_at = 1
    sink = session.open_part("/part")
    with pytest.raises(WriteRefused, match="injected"):
        write_and_close(sink)


def test_a_server_killed_in_mid_write_is_a_lost_connection(real_partner: Site) -> None:
    assert not isinstance(real_partner.server, InMemoryPartners)
    with connect(real_partner) as session:
        session.create_part(real_partner.at("part"))
        sink = session.open_part(real_partner.at("part"))
        sink.write(0, CONTENT)
        real_partner.server.kill()
        with pytest.raises(ConnectionLost):
            write_all(sink, 0, 300_000_000)
        with pytest.raises(ConnectionLost):
            sink.flush(durable=False)
        sink.close()


def test_a_server_killed_before_the_flush_is_a_lost_connection(real_partner: Site) -> None:
    assert not isinstance(real_partner.server, InMemoryPartners)
    with connect(real_partner) as session:
        session.create_part(real_partner.at("part"))
        sink = session.open_part(real_partner.at("part"))
        sink.write(0, b"x")
        sink.flush(durable=False)
        real_partner.server.kill()
        with pytest.raises(ConnectionLost):
            write_all(sink, 1, 1)
