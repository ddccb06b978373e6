"""The chunk plan covers every byte exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transfer.domain.chunks import DEFAULT_CHUNK_BYTES, MAX_CHUNKS, ChunkPlan, plan_chunks

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


@given(
    size=st.integers(0, LARGEST_OBJECT),
    chunk=st.integers(1, 10**10),
    unit=st.none() | st.integers(1, 10**10),
    lanes=st.integers(1, 16),
)
def test_any_plan_covers_its_object_in_few_chunks(
    size: int, chunk: int, unit: int | None, lanes: int
) -> None:
    plan = plan_chunks(size, chunk, unit, lanes)
    assert plan.total <= MAX_CHUNKS
    assert plan.chunk_bytes >= chunk
    assert_covers(plan)
    starts = [plan.range_of(number)[0] for number in range(plan.total)]
    assert all(start % (unit or 1) == 0 for start in starts)


def lengths(plan: ChunkPlan) -> list[int]:
    return [plan.range_of(number)[1] // 100_000 for number in range(plan.total)]


def test_for_many_lanes_the_chunks_get_shorter_towards_the_end() -> None:
    """Those that find no more wait for the others no longer than an eighth of a chunk takes."""
    plan = plan_chunks(2_000_000_000, lanes=4)
    assert lengths(plan) == [1000] * 17 + [500] * 4 + [250] * 4
    plan = plan_chunks(4_000_000_000, lanes=7)
    assert lengths(plan) == [1000] * 34 + [500] * 7 + [250] * 7 + [125] * 6


def test_a_file_that_is_all_end_has_work_for_many_lanes() -> None:
    assert lengths(plan_chunks(200_000_000, lanes=4)) == [500] * 4
    assert lengths(plan_chunks(DEFAULT_CHUNK_BYTES + 1, lanes=4)) == [500, 500, 0]
    assert lengths(plan_chunks(DEFAULT_CHUNK_BYTES, lanes=4)) == [1000]


def test_the_end_is_cut_at_whole_parts_of_the_source() -> None:
    plan = plan_chunks(2_000_000_000, unit_bytes=8 << 20, lanes=7)
    assert [each // (8 << 20) for each in (plan.chunk_bytes, plan.finest_bytes)] == [12, 1]
    coarse = plan_chunks(2_000_000_000, unit_bytes=64 << 20, lanes=7)
    assert coarse == plan_chunks(2_000_000_000, unit_bytes=64 << 20)


@pytest.mark.parametrize("lanes", [1, 2, 3])
def test_few_lanes_get_one_length(lanes: int) -> None:
    assert plan_chunks(4_000_000_000, lanes=lanes) == plan_chunks(4_000_000_000)


@pytest.mark.parametrize("number", [-1, 3])
def test_a_chunk_outside_of_the_plan_is_a_bug(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        ChunkPlan(25, 10).range_of(number)


@pytest.mark.parametrize(("size", "chunk"), [(-1, 10), (10, 0), (10, -1)])
def test_impossible_plans_are_refused(size: int, chunk: int) -> None:
    with pytest.raises(ValueError, match="no plan"):
        plan_chunks(size, chunk)
