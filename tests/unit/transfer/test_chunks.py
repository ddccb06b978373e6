"""The chunk plan covers every byte exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transfer.domain.chunks import (
    DEFAULT_CHUNK_BYTES,
    FINE_CHUNKS,
    FINEST_BYTES,
    MAX_CHUNKS,
    ChunkPlan,
    lane_chunk_bytes,
    plan_chunks,
)

TERABYTE = 10**12
LARGEST_OBJECT = 50 * TERABYTE


def assert_covers(plan: ChunkPlan) -> None:
    end = 0
    for number in range(plan.total):
        offset, length = plan.range_of(number)
        assert offset == end
        assert 0 < length <= plan.chunk_bytes
        end = offset + length
    assert end == plan.size_bytes


@pytest.mark.parametrize(
    ("size", "total", "last_length"),
    [
        (1, 1, 1),
        (DEFAULT_CHUNK_BYTES - 1, 1, DEFAULT_CHUNK_BYTES - 1),
        (DEFAULT_CHUNK_BYTES, 1, DEFAULT_CHUNK_BYTES),
        (DEFAULT_CHUNK_BYTES + 1, 2, 1),
        (2 * DEFAULT_CHUNK_BYTES, 2, DEFAULT_CHUNK_BYTES),
        (TERABYTE, MAX_CHUNKS, DEFAULT_CHUNK_BYTES),
    ],
)
def test_a_plan_has_as_many_chunks_as_the_size_needs(
    size: int, total: int, last_length: int
) -> None:
    plan = plan_chunks(size)
    assert (plan.total, plan.chunk_bytes) == (total, DEFAULT_CHUNK_BYTES)
    assert plan.range_of(total - 1)[1] == last_length
    assert_covers(plan)


def test_an_empty_object_has_no_chunks() -> None:
    assert plan_chunks(0).total == 0


@pytest.mark.parametrize("size", [TERABYTE + 1, LARGEST_OBJECT - 1, LARGEST_OBJECT])
def test_larger_objects_get_larger_chunks_not_more(size: int) -> None:
    plan = plan_chunks(size)
    assert plan.total <= MAX_CHUNKS
    assert plan.chunk_bytes > DEFAULT_CHUNK_BYTES
    assert_covers(plan)


@given(size=st.integers(0, LARGEST_OBJECT), chunk=st.integers(1, 10**10))
def test_any_plan_covers_its_object_in_few_chunks(size: int, chunk: int) -> None:
    plan = plan_chunks(size, chunk)
    assert plan.total <= MAX_CHUNKS
    assert plan.chunk_bytes >= chunk
    assert_covers(plan)


@pytest.mark.parametrize("number", [-1, 3])
def test_a_chunk_outside_of_the_plan_is_a_bug(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        ChunkPlan(25, 10).range_of(number)


@pytest.mark.parametrize(("size", "chunk"), [(-1, 10), (10, 0), (10, -1)])
def test_impossible_plans_are_refused(size: int, chunk: int) -> None:
    with pytest.raises(ValueError, match="no plan"):
        plan_chunks(size, chunk)


@pytest.mark.parametrize(
    ("size", "trip", "expected"),
    [
        (4_000_000_000, 0.0, DEFAULT_CHUNK_BYTES),
        (4_000_000_000, 0.02, DEFAULT_CHUNK_BYTES),  # a lane moves more than that in two seconds
        (4_000_000_000, 0.1, 38_000_000),
        (4_000_000_000, 0.6, FINEST_BYTES),
        (12_000_000_000, 0.1, 60_000_000),
        (TERABYTE, 0.1, DEFAULT_CHUNK_BYTES),
        (DEFAULT_CHUNK_BYTES, 0.1, DEFAULT_CHUNK_BYTES),
        (DEFAULT_CHUNK_BYTES + 1, 0.1, 38_000_000),
    ],
)
def test_chunks_of_several_lanes_are_short_over_a_long_line(
    size: int, trip: float, expected: int
) -> None:
    assert lane_chunk_bytes(size, DEFAULT_CHUNK_BYTES, trip) == expected


@given(size=st.integers(0, LARGEST_OBJECT), chunk=st.integers(1, 10**10), trip=st.floats(0, 1_000))
def test_chunks_of_lanes_are_never_longer_than_asked_for(
    size: int, chunk: int, trip: float
) -> None:
    fine = lane_chunk_bytes(size, chunk, trip)
    assert min(chunk, FINEST_BYTES) <= fine <= chunk
    assert (plan_chunks(size, fine).total > 1) is (plan_chunks(size, chunk).total > 1)
    assert plan_chunks(size, fine).total <= max(FINE_CHUNKS + 1, plan_chunks(size, chunk).total)
