"""Only so much of a file is looked at again that a step has the time for it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.transfer.domain.chunks import DEFAULT_CHUNK_BYTES, MAX_CHUNKS
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.proof import Proven
from services.transfer.domain.samples import RANGE_BYTES, sample_ranges
from tests.fakes.world import POLICY, World
from tests.unit.transfer.driving import assert_completed, content, until_state

MOST_RANGES = MAX_CHUNKS  # one for each chunk at least
MANY_CHUNKS, FEWER_RANGES = 2_501, 3  # so many are left to each chunk of so many
SMALL_CHUNK_BYTES = FEWER_RANGES * RANGE_BYTES + 8  # not covered by them
CHUNKS = [1, 2, 7, 1_000, 1_999, 2_000, 2_001, 4_000, 7_999, 8_000, 8_001, MAX_CHUNKS]


def of_a_file(chunks: int) -> list[list[tuple[int, int]]]:
    ledger = LedgerId("t", 1)
    return [
        sample_ranges(ledger, number, DEFAULT_CHUNK_BYTES, chunks=chunks)
        for number in range(chunks)
    ]


@pytest.mark.parametrize("chunks", CHUNKS)
def test_a_file_of_however_many_chunks_has_so_many_sampled_ranges_at_most(chunks: int) -> None:
    """10,000 chunks with four ranges each would outlast the function that reads them."""
    assert 0 < sum(map(len, of_a_file(chunks))) <= MOST_RANGES


@pytest.mark.parametrize("chunks", CHUNKS)
def test_ranges_of_large_files_are_in_order_apart_and_inside_their_chunks(chunks: int) -> None:
    for ranges in of_a_file(chunks):
        assert all(0 <= begin < end <= DEFAULT_CHUNK_BYTES for begin, end in ranges)
        assert all(before[1] < after[0] for before, after in pairwise(ranges))


def test_more_chunks_take_no_range_from_files_of_usual_size() -> None:
    usual = LedgerId("t", 1)
    one = sample_ranges(usual, 0, DEFAULT_CHUNK_BYTES, chunks=1)
    assert sample_ranges(usual, 0, DEFAULT_CHUNK_BYTES, chunks=1_000) == one


@pytest.mark.slow
def test_a_file_of_many_chunks_is_moved_and_sampled_in_its_own_ranges() -> None:
    """The lane that writes and the step that looks again choose the same places."""
    world = World(policy=replace(POLICY, chunk_bytes=SMALL_CHUNK_BYTES))
    body = content(SMALL_CHUNK_BYTES * MANY_CHUNKS)
    transfer = world.request(body)
    until_state(world, "VerifyTarget")
    before = world.partner.calls["read"]
    world.run()
    both_looks = world.partner.calls["read"] - before
    assert 2 * MANY_CHUNKS < both_looks <= 2 * FEWER_RANGES * MANY_CHUNKS
    ended = world.read(transfer)
    assert not ended.moved_again
    assert ended.receipt is not None
    assert ended.receipt.proven is Proven.SAMPLED
    assert_completed(world, transfer, body)
