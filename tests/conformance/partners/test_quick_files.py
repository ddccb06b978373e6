"""Small files with many requests on their way at once: on the fake and on real servers."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from services.transfer.domain.ports import PartnerSession, QuickFiles, SmallFile
from services.transfer.domain.strategy import Strategy
from tests.servers.sites import Site

pytestmark = pytest.mark.not_over_ftp  # each of its commands waits for a reply
STRATEGY = Strategy()
WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
BLOCKS = 3 * 261_120 + 5  # more than one write


@pytest.fixture
def quick(session: PartnerSession) -> QuickFiles:
    assert session.quick_files is not None
    return session.quick_files


def some(partner: Site, bodies: Sequence[bytes], folder: str = "") -> list[SmallFile]:
    return [
        SmallFile(at, partner.at(f"{folder}.{at}.part"), partner.at(f"{folder}{at}"), body, WHEN)
        for at, body in enumerate(bodies)
    ]


def test_many_files_get_their_names_and_no_part_stays(partner: Site, quick: QuickFiles) -> None:
    bodies = [bytes([number]) * (number * 37) for number in range(100)]
    told = dict(quick.put(some(partner, bodies), STRATEGY))
    assert told == dict.fromkeys(range(100), True)
    assert [partner.content(partner.at(str(at))) for at in range(100)] == bodies
    assert len(partner.names()) == 100


@pytest.mark.parametrize("size", [0, 1, 32_768, BLOCKS])
def test_every_size_arrives(partner: Site, quick: QuickFiles, size: int) -> None:
    body = bytes(number % 251 for number in range(size))
    assert list(quick.put(some(partner, [body]), STRATEGY)) == [(0, True)]
    assert partner.content(partner.at("0")) == body


@pytest.mark.parametrize("size", [0, 1, 32_768, BLOCKS])
def test_every_size_is_read_back(partner: Site, quick: QuickFiles, size: int) -> None:
    bodies = [bytes((number + at) % 251 for number in range(size)) for at in range(40)]
    told = dict(quick.put(some(partner, bodies), STRATEGY, reads_back=True))
    assert told == dict.fromkeys(range(40), True)
    assert [partner.content(partner.at(str(at))) for at in range(40)] == bodies
    assert len(partner.names()) == 40


def test_one_that_is_refused_does_not_stop_the_others(partner: Site, quick: QuickFiles) -> None:
    partner.plant(partner.at("1"), b"theirs")
    files = [*some(partner, [b"a", b"b", b"c"]), *some(partner, [b"d"], "missing/")]
    files[3] = SmallFile(3, files[3].part, files[3].target, b"d", WHEN)
    assert dict(quick.put(files, STRATEGY)) == {0: True, 1: False, 2: True, 3: False}
    assert partner.content(partner.at("1")) == b"theirs"
    assert partner.names() == ["0", "1", "2"]


def test_a_file_is_replaced_where_that_is_wanted(
    partner: Site, session: PartnerSession, quick: QuickFiles
) -> None:
    if not session.replaces_atomically:
        pytest.skip("the careful way replaces there")
    partner.plant(partner.at("0"), b"old")
    assert list(quick.put(some(partner, [b"new"]), STRATEGY, replace=True)) == [(0, True)]
    assert partner.content(partner.at("0")) == b"new"


def test_a_folder_is_not_replaced(
    partner: Site, session: PartnerSession, quick: QuickFiles
) -> None:
    session.make_folder(partner.at("0"))
    files = some(partner, [b"new"])
    for replace in (False, session.replaces_atomically):
        assert list(quick.put(files, STRATEGY, replace=replace)) == [(0, False)]
    assert session.look(files[0].part) is None


def test_what_was_begun_is_brought_to_its_end(partner: Site, quick: QuickFiles) -> None:
    files = some(partner, [b"x"] * 60)

    def stopping() -> Iterator[SmallFile]:
        yield from files[:7]

    assert dict(quick.put(stopping(), STRATEGY)) == dict.fromkeys(range(7), True)
    assert len(partner.names()) == 7


def test_parts_are_removed_whether_they_are_there_or_not(partner: Site, quick: QuickFiles) -> None:
    partner.plant(partner.at(".7.part"), b"left")
    quick.remove(partner.at(f".{at}.part") for at in range(80))
    assert partner.names() == []


def test_a_call_in_between_is_answered(
    partner: Site, session: PartnerSession, quick: QuickFiles
) -> None:
    """As the careful way makes it while other files are on their way."""
    files = some(partner, [b"y"] * 40)
    for at, named in quick.put(files, STRATEGY):
        assert named
        assert session.look(files[at].target) is not None


def test_a_full_disk_gives_no_broken_file_its_name(full_partner: Site) -> None:
    with full_partner.partners.connect(full_partner.destination, full_partner.credential) as there:
        assert there.quick_files is not None
        files = some(full_partner, [b"z" * 1_000_000] * 12)
        told = dict(there.quick_files.put(files, STRATEGY))
    assert 0 < sum(told.values()) < 12
    for at, named in told.items():
        content = full_partner.content(files[at].target)
        assert content == (files[at].body if named else None)
