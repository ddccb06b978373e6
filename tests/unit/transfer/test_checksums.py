"""What checksums need of the chunk plan. CRCs and samples do not depend on the blocks read."""

import hashlib
import zlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.domain.checksums import COMBINABLE, Algorithm, ObjectChecksum, hasher
from services.transfer.domain.chunks import DEFAULT_CHUNK_BYTES, MAX_CHUNKS, plan_chunks
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.samples import (
    RANGE_BYTES,
    RANGES_OF_CHUNK,
    RANGES_OF_FILE,
    sample_ranges,
    sampled,
)

LARGEST_PART, LARGEST_OBJECT = 5 * 2**30, 50 * 10**12
SMALL_CHUNK = RANGE_BYTES * RANGES_OF_CHUNK
KNOWN = {  # the check values of the CRC catalogues, for b"123456789"
    Algorithm.CRC64NVME: "ae8b14860a799888",
    Algorithm.CRC32C: "e3069283",
    Algorithm.CRC32: "cbf43926",
    Algorithm.SHA256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    Algorithm.SHA1: "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
    Algorithm.MD5: "25f9e794323b453885f5181f1b624d0b",
}
ledgers = st.builds(LedgerId, st.text(min_size=1, max_size=20), st.integers(1, 1_000))
numbers = st.integers(0, MAX_CHUNKS - 1)
lengths = st.integers(0, 3 * SMALL_CHUNK) | st.integers(0, LARGEST_PART)


def digest(algorithm: Algorithm, blocks: Sequence[bytes]) -> str:
    made = hasher(algorithm, CRCS.get(algorithm))
    for block in blocks:
        made.update(block)
    return made.hexdigest()


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """`data` in blocks that end at these places. Equal places make an empty block."""
    ends = sorted(min(place, len(data)) for place in places)
    return [data[begin:end] for begin, end in pairwise([0, *ends, len(data)])]


@pytest.mark.parametrize("algorithm", Algorithm)
def test_each_algorithm_gives_the_value_that_the_world_agrees_on(algorithm: Algorithm) -> None:
    assert digest(algorithm, [b"123456789"]) == KNOWN[algorithm]


@pytest.mark.parametrize("algorithm", sorted(COMBINABLE))
def test_a_crc_keeps_its_leading_zeros(algorithm: Algorithm) -> None:
    assert digest(algorithm, []) == "0" * len(KNOWN[algorithm])


@given(data=st.binary(max_size=300), places=st.lists(st.integers(0, 300), max_size=5))
def test_any_blocking_gives_the_same_value(data: bytes, places: list[int]) -> None:
    blocks = cut(data, places)
    for algorithm in Algorithm:
        assert digest(algorithm, blocks) == digest(algorithm, [data])
    assert digest(Algorithm.CRC32, blocks) == f"{zlib.crc32(data):08x}"
    assert digest(Algorithm.SHA256, blocks) == hashlib.sha256(data).hexdigest()


@given(first=st.binary(max_size=300), second=st.binary(max_size=300))
def test_the_crc_of_two_pieces_follows_from_theirs(first: bytes, second: bytes) -> None:
    for crc in CRCS.values():
        joined = crc.combine(crc.update(0, first), crc.update(0, second), len(second))
        assert joined == crc.update(0, first + second)
        assert crc.update(0, memoryview(first)) == crc.update(0, first)


@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 2**43)), min_size=3, max_size=3)
)
def test_crcs_of_pieces_of_any_length_combine_in_any_grouping(
    pieces: list[tuple[int, int]],
) -> None:
    (one, _), (two, length_2), (three, length_3) = pieces
    for crc in CRCS.values():
        left = crc.combine(crc.combine(one, two, length_2), three, length_3)
        right = crc.combine(one, crc.combine(two, three, length_3), length_2 + length_3)
        assert left == right


def test_there_is_a_crc_for_every_algorithm_that_combines() -> None:
    assert CRCS.keys() == COMBINABLE


@pytest.mark.parametrize(
    ("checksum", "combines", "unit"),
    [
        (ObjectChecksum(Algorithm.CRC64NVME, "00"), True, None),
        (ObjectChecksum(Algorithm.CRC32C, "00"), True, None),
        (ObjectChecksum(Algorithm.CRC32, "00"), True, None),
        (ObjectChecksum(Algorithm.SHA256, "00"), False, 1_000),
        (ObjectChecksum(Algorithm.SHA1, "00"), False, 1_000),
        (ObjectChecksum(Algorithm.MD5, "00"), False, 1_000),
        (ObjectChecksum(Algorithm.SHA256, part_bytes=300), False, 300),
        (ObjectChecksum(Algorithm.CRC32, part_bytes=300), False, 300),
    ],
)
def test_a_chunk_has_to_hold_what_is_hashed_in_one_go(
    checksum: ObjectChecksum, combines: bool, unit: int | None
) -> None:
    assert checksum.combines is combines
    assert checksum.unit_bytes(1_000) == unit


@pytest.mark.parametrize("algorithm", Algorithm)
def test_an_empty_object_has_a_plan_whatever_its_checksum(algorithm: Algorithm) -> None:
    unit = ObjectChecksum(algorithm, "00").unit_bytes(0)
    assert plan_chunks(0, unit_bytes=unit).total == 0


@given(
    size=st.integers(0, LARGEST_OBJECT),
    chunk=st.integers(1, 2 * DEFAULT_CHUNK_BYTES),
    unit=st.integers(1, LARGEST_PART),
)
def test_no_unit_lies_in_two_chunks(size: int, chunk: int, unit: int) -> None:
    plan = plan_chunks(size, chunk, unit)
    assert plan.chunk_bytes % unit == 0
    assert plan.total <= MAX_CHUNKS
    least = max(chunk, -(-size // MAX_CHUNKS))
    assert least <= plan.chunk_bytes < least + unit


def test_an_object_hashed_in_one_go_is_one_chunk() -> None:
    size = 3 * DEFAULT_CHUNK_BYTES
    plan = plan_chunks(size, unit_bytes=ObjectChecksum(Algorithm.MD5, "00").unit_bytes(size))
    assert (plan.total, plan.chunk_bytes) == (1, size)


@pytest.mark.parametrize("unit", [0, -1])
def test_a_unit_of_nothing_is_refused(unit: int) -> None:
    with pytest.raises(ValueError, match="no plan"):
        plan_chunks(10, 10, unit)


@example(ledger=LedgerId("t", 1), number=174, length=SMALL_CHUNK + 1)  # two of them touch
@given(ledger=ledgers, number=numbers, length=lengths)
def test_samples_are_in_order_apart_and_inside_the_chunk(
    ledger: LedgerId, number: int, length: int
) -> None:
    ranges = sample_ranges(ledger, number, length, 1)
    assert all(begin < end for begin, end in ranges)
    assert all(before[1] < after[0] for before, after in pairwise(ranges))
    assert sum(end - begin for begin, end in ranges) <= SMALL_CHUNK
    if length:
        assert (ranges[0][0], ranges[-1][1]) == (0, length)
    else:
        assert ranges == []


@given(ledger=ledgers, number=numbers, length=lengths.filter(lambda each: each > SMALL_CHUNK))
def test_both_ends_of_a_chunk_are_sampled_whole(ledger: LedgerId, number: int, length: int) -> None:
    ranges = sample_ranges(ledger, number, length, 1)
    assert ranges[0][1] >= RANGE_BYTES
    assert ranges[-1][0] <= length - RANGE_BYTES


@given(ledger=ledgers, number=numbers, length=st.integers(1, SMALL_CHUNK))
def test_a_small_chunk_is_sampled_as_a_whole(ledger: LedgerId, number: int, length: int) -> None:
    assert sample_ranges(ledger, number, length, 1) == [(0, length)]


def test_the_places_are_others_for_every_transfer_part_file_and_chunk_and_stay_the_same() -> None:
    def places(transfer: str, generation: int, number: int) -> tuple[tuple[int, int], ...]:
        ledger = LedgerId(transfer, generation)
        found = sample_ranges(ledger, number, DEFAULT_CHUNK_BYTES, 1)
        assert found == sample_ranges(ledger.proof, number, DEFAULT_CHUNK_BYTES, 1)
        return tuple(found)

    asked = [(f"t-{a}", b, c) for a in range(5) for b in range(1, 6) for c in range(5)]
    assert len({places(*each) for each in asked}) == len(asked)


@given(
    number=numbers,
    length=st.integers(0, 3 * SMALL_CHUNK),
    places=st.lists(st.integers(0, 3 * SMALL_CHUNK), max_size=12),
)
def test_any_blocking_of_a_chunk_gives_the_same_samples(
    number: int, length: int, places: list[int]
) -> None:
    data = hashlib.shake_128(b"%d" % number).digest(length)
    ranges = sample_ranges(LedgerId("t", 1), number, length, 1)
    pieces, at = b"", 0
    for block in cut(data, places):
        pieces += b"".join(sampled(ranges, at, memoryview(block)))
        at += len(block)
    assert pieces == b"".join(data[begin:end] for begin, end in ranges)


@given(chunks=st.integers(1, 10_000), number=st.integers(0, 9_999))
def test_a_file_of_many_chunks_is_sampled_at_the_end_of_each_and_not_too_often(
    chunks: int, number: int
) -> None:
    length = DEFAULT_CHUNK_BYTES
    ranges = sample_ranges(LedgerId("t", 1), number, length, chunks)
    assert ranges[-1][1] == length
    assert len(ranges) <= max(1, RANGES_OF_FILE // chunks)
