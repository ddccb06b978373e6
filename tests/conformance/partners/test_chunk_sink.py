"""Promises of every ChunkSink. Above all, no write is ever lost in silence."""

from collections.abc import Iterator

import pytest

from services.transfer.domain.errors import ConnectionLost, NoSpace
from services.transfer.domain.ports import ChunkSink, PartnerSession
from tests.conformance.partners.writing import CONTENT, write_all
from tests.servers.embedded import EmbeddedServer
from tests.servers.openssh import OpenSshServer
from tests.servers.sites import SMALL_DISK_BYTES, Site, size_at
from tests.servers.waiting import wait_for


def connect(place: Site) -> PartnerSession:
    return place.partners.connect(place.destination, place.credential)


@pytest.fixture
def sink(partner: Site, session: PartnerSession) -> Iterator[ChunkSink]:
    session.create_file(partner.at("part")).close()
    opened = session.open_part(partner.at("part"))
    yield opened
    opened.close()


@pytest.mark.not_over_ftp
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


@pytest.mark.not_over_ftp
def test_the_same_range_may_be_written_twice(partner: Site, sink: ChunkSink) -> None:
    for _ in range(2):
        sink.write(1000, CONTENT[1000:200_000])
        sink.write(0, CONTENT[:1000])
    sink.flush(durable=False)
    assert partner.content(partner.at("part")) == CONTENT[:200_000]


@pytest.mark.not_over_ftp
def test_two_sinks_fill_one_file(partner: Site, session: PartnerSession) -> None:
    session.create_file(partner.at("part")).close()
    half = len(CONTENT) // 2
    first, second = session.open_part(partner.at("part")), session.open_part(partner.at("part"))
    second.write(half, CONTENT[half:])
    first.write(0, CONTENT[:half])
    second.flush(durable=False)
    first.flush(durable=False)
    first.close()
    second.close()
    assert partner.content(partner.at("part")) == CONTENT


def test_nothing_is_acknowledged_before_anything_is_written(sink: ChunkSink) -> None:
    assert sink.acknowledged_until() is None
    sink.write(7, b"")
    assert sink.acknowledged_until() is None


@pytest.mark.parametrize("durable", [False, True])
def test_a_flush_begins_a_new_count(sink: ChunkSink, durable: bool) -> None:
    write_all(sink, 0, 1000)
    sink.write(1000, CONTENT)
    until = sink.acknowledged_until()
    assert until is not None
    assert 1000 <= until <= 1000 + len(CONTENT)
    sink.flush(durable=durable)
    assert sink.acknowledged_until() is None
    sink.write(5, b"abc")
    assert sink.acknowledged_until() in (5, 8)
    sink.flush(durable=durable)
    assert sink.acknowledged_until() is None


def test_what_settles_aside_has_a_count_of_its_own(partner: Site, sink: ChunkSink) -> None:
    sink.write(0, CONTENT)
    settling = sink.settle_aside()
    if settling is None:
        return  # whoever writes has to flush
    assert sink.acknowledged_until() is None
    sink.write(len(CONTENT), b"next")
    assert not settling.is_durable() or settling.acknowledged_until() == len(CONTENT)
    wait_for(settling.is_durable, "durable")
    assert settling.acknowledged_until() == len(CONTENT)
    assert sink.acknowledged_until() in (len(CONTENT), len(CONTENT) + 4)
    sink.flush(durable=True)
    assert partner.content(partner.at("part")) == CONTENT + b"next"


def test_a_durable_flush_ends_what_settles_aside_and_only_one_does(sink: ChunkSink) -> None:
    sink.write(0, CONTENT)
    settling = sink.settle_aside()
    assert sink.settle_aside() is None
    sink.flush(durable=True)
    assert settling is None or settling.is_durable()


def test_what_close_waited_for_is_acknowledged(sink: ChunkSink) -> None:
    write_all(sink, 0, 1000)
    sink.write(1000, CONTENT)
    sink.close()
    assert sink.acknowledged_until() == 1000 + len(CONTENT)


@pytest.mark.not_over_ftp
def test_only_writes_one_behind_the_other_are_counted(sink: ChunkSink) -> None:
    sink.write(100, b"x" * 10)
    sink.write(110, b"x" * 10)
    sink.write(200, b"x" * 10)
    sink.write(120, b"x" * 80)  # filled in later: no more than what stands in a row counts
    sink.close()
    assert sink.acknowledged_until() == 120


def test_a_context_closes_its_sink(partner: Site, session: PartnerSession) -> None:
    session.create_file(partner.at("part")).close()
    with session.open_part(partner.at("part")) as sink:
        sink.write(0, CONTENT)
    with pytest.raises(ValueError, match="closed"):
        sink.write(0, b"x")
    assert partner.content(partner.at("part")) == CONTENT


def test_closing_twice_is_harmless_and_a_closed_sink_takes_nothing(sink: ChunkSink) -> None:
    sink.close()
    sink.close()
    with pytest.raises(ValueError, match="closed"):
        sink.write(0, b"x")


def test_a_full_disk_is_told_at_the_latest_by_flush(full_partner: Site) -> None:
    with connect(full_partner) as session:
        session.create_file(full_partner.at("part")).close()
        sink = session.open_part(full_partner.at("part"))
        with pytest.raises(NoSpace) as caught:
            write_all(sink, 0, 2 * SMALL_DISK_BYTES)
        assert caught.value.free_bytes < SMALL_DISK_BYTES
        sink.close()


def test_a_disk_that_is_full_for_the_last_block_only_is_told_by_flush(full_partner: Site) -> None:
    with connect(full_partner) as session:
        session.create_file(full_partner.at("part")).close()
        sink = session.open_part(full_partner.at("part"))
        sink.write(0, bytes(SMALL_DISK_BYTES))
        sink.flush(durable=False)
        with pytest.raises(NoSpace):
            write_all(sink, SMALL_DISK_BYTES, 1)


def test_a_hole_in_the_middle_of_a_full_disk_is_told(full_partner: Site) -> None:
    """The size is right and the content is not. Only the status of that one write shows it."""
    with connect(full_partner) as session:
        session.create_file(full_partner.at("part")).close()
        sink = session.open_part(full_partner.at("part"))
        sink.write(2 * SMALL_DISK_BYTES - 1, b"e")
        with pytest.raises(NoSpace):
            write_all(sink, 0, 2 * SMALL_DISK_BYTES - 1)
        assert size_at(session, full_partner.at("part")) == 2 * SMALL_DISK_BYTES


def test_a_sink_that_met_a_full_disk_stays_broken(full_partner: Site) -> None:
    with connect(full_partner) as session:
        session.create_file(full_partner.at("part")).close()
        sink = session.open_part(full_partner.at("part"))
        with pytest.raises(NoSpace):
            write_all(sink, 0, 2 * SMALL_DISK_BYTES)
        with pytest.raises(NoSpace):
            sink.write(0, b"x")
        with pytest.raises(NoSpace):
            sink.flush(durable=False)
        until = sink.acknowledged_until()
        sink.close()
        assert until is not None
        assert 0 < until <= SMALL_DISK_BYTES
        session.create_file(full_partner.at("part")).close()  # the session itself still works


def test_a_server_killed_in_mid_write_is_a_lost_connection(real_partner: Site) -> None:
    assert isinstance(real_partner.server, EmbeddedServer | OpenSshServer)
    with connect(real_partner) as session:
        session.create_file(real_partner.at("part")).close()
        sink = session.open_part(real_partner.at("part"))
        sink.write(0, CONTENT)
        real_partner.server.kill()
        with pytest.raises(ConnectionLost):
            write_all(sink, len(CONTENT), 300_000_000)
        with pytest.raises(ConnectionLost):
            sink.flush(durable=False)
        sink.close()
        until = sink.acknowledged_until()
    assert until is not None
    there = real_partner.content(real_partner.at("part"))
    assert there is not None
    assert until <= len(there)
    assert there[:until] == (CONTENT + bytes(until))[:until]


def test_a_server_killed_before_the_flush_is_a_lost_connection(real_partner: Site) -> None:
    assert isinstance(real_partner.server, EmbeddedServer | OpenSshServer)
    with connect(real_partner) as session:
        session.create_file(real_partner.at("part")).close()
        sink = session.open_part(real_partner.at("part"))
        sink.write(0, b"x")
        sink.flush(durable=False)
        real_partner.server.kill()
        with pytest.raises(ConnectionLost):
            write_all(sink, 1, 1)
        assert sink.acknowledged_until() == 1  # of the byte that got no answer: its beginning
