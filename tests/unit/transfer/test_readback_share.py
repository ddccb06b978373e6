"""A share of the bytes is read back, in places that nobody else can know."""

from itertools import pairwise

import pytest

from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.samples import readback_bytes, readback_ranges, sample_ranges
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    broken,
    every,
    fail_code,
    one_large_chunk,
    until_moving,
    watch_writes,
)

LEDGER = LedgerId("t", 1)
LENGTHS = [0, 1, 2, 3, 99, 131_071, 131_072, 1_000_003, 100_000_000, 10_000_000_019]
PERCENTS = [1, 2, 10, 33, 50, 99]
MOST_RANGES = 1_000


@pytest.mark.parametrize("percent", PERCENTS)
@pytest.mark.parametrize("length", LENGTHS)
def test_ranges_are_in_order_apart_and_make_up_the_share(length: int, percent: int) -> None:
    ranges = readback_ranges(LEDGER, 3, length, percent, "secret")
    assert all(0 <= begin < end <= length for begin, end in ranges)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
    total = sum(end - begin for begin, end in ranges)
    assert total == readback_bytes(length, percent)
    assert total * 100 >= length * percent
    assert total <= length * percent // 100 + 1 + MOST_RANGES
    assert len(ranges) <= MOST_RANGES


@pytest.mark.parametrize("length", LENGTHS[1:])
def test_both_edges_of_a_chunk_are_always_read(length: int) -> None:
    ranges = readback_ranges(LEDGER, 3, length, 1, "secret")
    assert (ranges[0][0], ranges[-1][1]) == (0, length)


def test_no_region_of_a_chunk_is_left_out() -> None:
    length, percent = 100_000_000, 10
    ranges = readback_ranges(LEDGER, 0, length, percent, "secret")
    gaps = [after[0] - before[1] for before, after in pairwise(ranges)]
    assert max(gaps) < 2 * length // len(ranges)


def test_places_follow_from_the_secret_alone() -> None:
    """A server sees the transfer's id in the name of the part file."""
    length = 100_000_000
    one = readback_ranges(LEDGER, 0, length, 5, "one")
    assert one == readback_ranges(LEDGER.proof, 0, length, 5, "one")
    assert set(one) & set(readback_ranges(LEDGER, 0, length, 5, "two")) == {one[0], one[-1]}
    assert sample_ranges(LEDGER, 0, length, 1, "one") != sample_ranges(LEDGER, 0, length, 1, "two")


def test_a_transfer_from_before_the_secret_finds_its_samples_again() -> None:
    assert sample_ranges(LEDGER, 0, 10**8, 1) == sample_ranges(LEDGER, 0, 10**8, 1, "")
    assert (0, 4_096) in sample_ranges(LEDGER, 0, 10**8, 1)


def test_every_transfer_has_a_secret_of_its_own() -> None:
    world = World()
    secrets = {world.request(BODY).sample_secret for _ in range(3)}
    assert len(secrets) == 3
    assert all(len(each) == 32 for each in secrets)


# --- whole transfers -----------------------------------------------------------------------------


def asked(world: World, percent: int, body: bytes = BODY) -> Transfer:
    return world.request(body, verify=Verify.READBACK, readback_percent=percent)


def share_of(body: bytes, percent: int, chunk_bytes: int = CHUNK_BYTES) -> int:
    lengths = [len(body[at : at + chunk_bytes]) for at in range(0, len(body), chunk_bytes)]
    return sum(readback_bytes(length, percent) for length in lengths)


def damage_in_share(world: World, transfer: Transfer) -> None:
    known = world.read(transfer)
    percent, secret = known.readback_percent, known.sample_secret
    first = readback_ranges(known.ledger, 2, CHUNK_BYTES, percent, secret)[0]
    at = 2 * CHUNK_BYTES + first[1] - 1
    for part in world.parts():
        world.partner.files[part][at] = BODY[at] ^ 0xFF


@pytest.mark.parametrize("percent", [1, 25, 99])
@pytest.mark.parametrize("lanes", [1, 3])
def test_the_receipt_says_how_many_bytes_were_read_back(percent: int, lanes: int) -> None:
    world = World()
    if lanes == 1:
        one_large_chunk(world, CHUNK_BYTES)
    transfer = asked(world, percent)
    world.run()
    assert_completed(world, transfer)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.SAMPLED
    assert (receipt.at_partner.read_back_bytes or 0) >= share_of(BODY, percent)
    assert (receipt.at_partner.read_back_bytes or 0) < len(BODY)


def test_a_hundred_percent_is_every_byte() -> None:
    world = World()
    transfer = asked(world, 100)
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.READBACK
    assert receipt.at_partner.read_back_bytes == len(BODY)


def test_a_byte_changed_in_the_share_costs_one_chunk_sent_once_more() -> None:
    world = World()
    transfer = asked(world, 30)
    until_moving(world)
    writes = watch_writes(world)
    changed = world.calls.before("partner.open_reader", lambda: damage_in_share(world, transfer))
    world.run()
    assert changed()
    assert writes.count((2 * CHUNK_BYTES, CHUNK_BYTES)) == 2
    assert_completed(world, transfer)


def test_a_partner_that_always_changes_such_a_byte_is_told_as_such() -> None:
    world = World()
    transfer = asked(world, 30)
    until_moving(world)
    every(world, "partner.open_reader", lambda: damage_in_share(world, transfer))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "target_damaged")
    assert world.partner.files == {}


def test_a_break_in_the_middle_of_a_chunk_keeps_what_was_read() -> None:
    """One chunk of many ranges. What was equal before the break is not read again."""
    body = bytes(range(256)) * 40_000
    world = World()
    one_large_chunk(world, len(body))
    transfer = asked(world, 30, body)
    until_moving(world)
    read: list[str] = []
    world.calls.before("partner.rename", lambda: read.append("renamed"))
    world.calls.fail("reader.read", broken, after=20)
    reads: list[int] = []

    def observe(name: str, arguments: object, answer: object) -> None:
        if name == "reader.read" and not read:
            reads.append(1)

    world.calls.observers.append(observe)
    world.run()
    assert_completed(world, transfer, body)
    ranges = -(-len(body) * 30 // 100) // 65_536
    blocks = ranges * 3  # each of 64 KiB and a little more comes in blocks of 32 KiB
    assert len(reads) <= blocks + 6


def test_of_many_files_no_share_can_be_asked_for() -> None:
    world = World()
    world.buckets.put("outgoing", "reports/day.csv", BODY)
    wish = {"source": ObjectRef("outgoing", "reports/"), "selection": Selection(SourceKind.PREFIX)}
    with pytest.raises(FieldInvalid, match="readback_percent"):
        world.request(BODY, verify=Verify.READBACK, readback_percent=10, **wish)
