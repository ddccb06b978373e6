"""Promises of every FileReader. It gives the bytes of the ranges, in their order, or an error."""

import hashlib
from collections.abc import Iterator

import pytest

from services.transfer.domain.errors import (
    ConnectionLost,
    PartMissing,
    PermissionDenied,
    SizeMismatch,
    TargetError,
)
from services.transfer.domain.ports import FileReader, PartnerSession
from tests.servers.embedded import EmbeddedServer
from tests.servers.openssh import OpenSshServer
from tests.servers.sites import Site, size_at

CONTENT = hashlib.shake_256(b"read").digest(3_000_017)  # many blocks, no multiple of any


@pytest.fixture
def reader(partner: Site, session: PartnerSession) -> Iterator[FileReader]:
    partner.plant(partner.at("file"), CONTENT)
    with session.open_reader(partner.at("file")) as opened:
        yield opened


def read(reader: FileReader, *ranges: tuple[int, int]) -> bytes:
    return b"".join(reader.read(ranges))


def test_one_range_may_be_the_whole_file(reader: FileReader) -> None:
    assert read(reader, (0, len(CONTENT))) == CONTENT


def test_ranges_come_in_the_order_they_were_asked_for(reader: FileReader) -> None:
    ranges = [(2_000_000, 100_000), (5, 1), (0, 400_000), (5, 1), (len(CONTENT) - 1, 1)]
    expected = b"".join(CONTENT[at : at + length] for at, length in ranges)
    assert read(reader, *ranges) == expected


def test_nothing_is_read_of_nothing(reader: FileReader) -> None:
    assert list(reader.read([])) == []
    assert list(reader.read([(5, 0), (0, 0)])) == []
    assert read(reader, (5, 0), (6, 2), (9, 0)) == CONTENT[6:8]


def test_thousands_of_small_ranges_come_whole(reader: FileReader) -> None:
    ranges = [(index * 7919 % 2_999_000, 100 + index % 900) for index in range(5_000)]
    expected = b"".join(CONTENT[at : at + length] for at, length in ranges)
    assert read(reader, *ranges) == expected


def test_ranges_are_taken_as_they_are_needed(reader: FileReader) -> None:
    taken: list[int] = []

    def ranges() -> Iterator[tuple[int, int]]:
        for index in range(40_000):
            taken.append(index)
            yield index, 50

    blocks = reader.read(ranges())
    assert not taken
    assert next(blocks) == CONTENT[:50]
    assert len(taken) < 1_000


def test_a_huge_range_is_never_held_at_once(reader: FileReader) -> None:
    blocks = reader.read([(0, 1 << 45)])
    assert CONTENT.startswith(next(blocks))


def test_what_the_ranges_raise_comes_through_and_harms_nothing(reader: FileReader) -> None:
    def ranges() -> Iterator[tuple[int, int]]:
        yield 0, 10
        raise InterruptedError

    with pytest.raises(InterruptedError):
        list(reader.read(ranges()))
    assert read(reader, (3, 4)) == CONTENT[3:7]


def test_reading_may_be_given_up_half_way(reader: FileReader) -> None:
    assert next(reader.read([(0, len(CONTENT))]))
    assert read(reader, (10, 5)) == CONTENT[10:15]


def test_two_reads_may_take_turns(reader: FileReader) -> None:
    one, other = reader.read([(0, 5), (5, 5)]), reader.read([(100, 5), (105, 5)])
    assert [next(one), next(other)] == [CONTENT[:5], CONTENT[100:105]]
    assert [next(one), next(other)] == [CONTENT[5:10], CONTENT[105:110]]


@pytest.mark.parametrize(
    "ends", [(0, len(CONTENT) + 1), (len(CONTENT), 1), (len(CONTENT) + 1_000_000, 1)]
)
def test_an_early_end_names_both_sizes(reader: FileReader, ends: tuple[int, int]) -> None:
    with pytest.raises(SizeMismatch) as caught:
        read(reader, (0, 10), ends)
    assert caught.value.expected_bytes == sum(ends)
    assert caught.value.found_bytes == len(CONTENT)
    assert read(reader, (3, 4)) == CONTENT[3:7]  # the reader itself still works


@pytest.mark.not_over_ftp
def test_it_reads_what_was_flushed_through_another_handle(
    partner: Site, session: PartnerSession
) -> None:
    session.create_file(partner.at("part")).close()
    with session.open_part(partner.at("part")) as sink:
        with session.open_reader(partner.at("part")) as reader:
            sink.write(0, CONTENT)
            sink.flush(durable=False)
            assert read(reader, (0, len(CONTENT))) == CONTENT
        sink.write(0, b"other")
        sink.flush(durable=True)
        with session.open_reader(partner.at("part")) as reader:
            assert read(reader, (0, 7)) == b"other" + CONTENT[5:7]


@pytest.mark.not_over_ftp
def test_a_file_renamed_meanwhile_is_read_to_its_end(
    partner: Site, session: PartnerSession, reader: FileReader
) -> None:
    blocks = reader.read([(0, 1_000_000), (1_000_000, len(CONTENT) - 1_000_000)])
    first = next(blocks)
    session.rename(partner.at("file"), partner.at("target"), replace=False)
    assert first + b"".join(blocks) == CONTENT
    assert partner.content(partner.at("target")) == CONTENT


@pytest.mark.not_over_ftp
def test_a_file_removed_meanwhile_is_read_to_its_end(
    partner: Site, session: PartnerSession, reader: FileReader
) -> None:
    blocks = reader.read([(0, len(CONTENT))])
    first = next(blocks)
    session.remove(partner.at("file"))
    assert partner.names() == []
    assert first + b"".join(blocks) == CONTENT


def test_a_missing_file_is_told(partner: Site, session: PartnerSession) -> None:
    with pytest.raises(PartMissing):
        session.open_reader(partner.at("part"))
    assert partner.names() == []


def test_a_file_that_may_not_be_read_can_be_written(drop_box: Site) -> None:
    place = drop_box
    with place.partners.connect(place.destination, place.credential) as session:
        with pytest.raises(PermissionDenied) as caught:
            session.open_reader(place.at("part"))
        assert caught.value.action == "read"
        with session.open_part(place.at("part")) as sink:
            sink.write(0, CONTENT)
            sink.flush(durable=True)
        assert size_at(session, place.at("part")) == len(CONTENT)
    assert place.content(place.at("part")) == CONTENT


def test_a_folder_is_no_file(real_partner: Site) -> None:
    place = real_partner
    with (
        place.partners.connect(place.destination, place.credential) as session,
        pytest.raises(TargetError),
        session.open_reader(place.destination.base_path) as reader,
    ):
        read(reader, (0, 1))


def test_closing_twice_is_harmless_and_a_closed_reader_gives_nothing(reader: FileReader) -> None:
    blocks = reader.read([(0, 10), (10, 10)])
    reader.close()
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        next(blocks)


def test_a_server_killed_in_mid_read_is_a_lost_connection(real_partner: Site) -> None:
    assert isinstance(real_partner.server, EmbeddedServer | OpenSshServer)
    place, server = real_partner, real_partner.server
    place.plant(place.at("file"), bytes(100_000_000))  # more than is on its way at once
    with place.partners.connect(place.destination, place.credential) as session:
        reader = session.open_reader(place.at("file"))
        blocks = reader.read([(0, 100_000_000)])
        next(blocks)
        server.kill()
        with pytest.raises(ConnectionLost):
            list(blocks)
        reader.close()
