"""Which bytes of a chunk are read back at the partner: its two ends, and two places between.

The places follow from the transfer's secret, its generation and the chunk, so nobody has to store
them. A server cannot know them: the secret never leaves us. Where a chunk is small, the ranges
cover it.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator

from services.transfer.domain.chunks import MAX_CHUNKS
from services.transfer.domain.ledger import LedgerId

RANGE_BYTES = 4_096
RANGES_OF_CHUNK = 4
RANGES_OF_FILE = MAX_CHUNKS  # a server's disk may seek for each, and a step's time is short


BLOCK_BYTES = 65_536  # the least that is read back at once where a share of the bytes is
BLOCKS_OF_CHUNK = 1_000
DRAW_BYTES = 8


def sample_ranges(
    ledger: LedgerId, number: int, length: int, chunks: int, secret: str = ""
) -> list[tuple[int, int]]:
    """(begin, end) in bytes from the chunk's beginning, in order, without overlap. There are fewer
    ranges where the file has thousands of `chunks`, but the chunk's end is always among them,
    because it shows what was cut off."""
    wanted = max(1, min(RANGES_OF_CHUNK, RANGES_OF_FILE // max(1, chunks)))
    if length <= RANGE_BYTES * wanted:
        return [(0, length)] if length else []
    digest = hashlib.sha256(_seed(ledger, number, secret)).digest()
    begins = [length - RANGE_BYTES, 0]
    for index in range(RANGES_OF_CHUNK - len(begins)):
        begins.append(_drawn(digest, index) % (length - RANGE_BYTES))
    return list(_merged(sorted(set(begins[:wanted]))))


def readback_ranges(
    ledger: LedgerId, number: int, length: int, percent: int, secret: str
) -> list[tuple[int, int]]:
    """The ranges that make up `percent` of the chunk's bytes, rounded up. There is one in each of
    as many equal cells. So none of the chunk's regions is left out. The first begins with the
    chunk, and the last ends with it."""
    blocks, block = _share(length, percent)
    if blocks * block >= length:
        return [(0, length)] if length else []
    draws = hashlib.shake_256(_seed(ledger, number, secret)).digest(DRAW_BYTES * blocks)
    ranges = []
    for index in range(blocks):
        cell, cell_end = length * index // blocks, length * (index + 1) // blocks
        begin = cell + _drawn(draws, index) % (cell_end - cell - block + 1)
        ranges.append((begin, begin + block))
    return [(0, block), *ranges[1:-1], (length - block, length)]


def readback_bytes(length: int, percent: int) -> int:
    """How many bytes are in readback_ranges."""
    blocks, block = _share(length, percent)
    return min(length, blocks * block)


def _share(length: int, percent: int) -> tuple[int, int]:
    """The number of ranges, two at least, and the length of each."""
    wanted = -(-length * percent // 100)
    blocks = max(2, min(BLOCKS_OF_CHUNK, wanted // BLOCK_BYTES))
    return blocks, max(1, -(-wanted // blocks))


def sampled(ranges: list[tuple[int, int]], at: int, block: memoryview) -> Iterator[memoryview]:
    """The pieces of `block` that lie in the ranges. `block` begins at byte `at` of the chunk."""
    for index in range(bisect_right(ranges, at, key=lambda each: each[1]), len(ranges)):
        begin, end = ranges[index]
        if begin >= at + len(block):
            return
        yield block[max(begin, at) - at : min(end, at + len(block)) - at]


def drawn_of(ledger: LedgerId, number: int, choices: int, secret: str) -> int:
    """Which of so many choices the page or chunk gets, from 0 on."""
    return _drawn(hashlib.sha256(_seed(ledger, number, secret)).digest(), 0) % choices


def _seed(ledger: LedgerId, number: int, secret: str) -> bytes:
    of_chunk = f"{ledger.transfer_id}/{ledger.generation}/{number}"
    return (f"{secret}/{of_chunk}" if secret else of_chunk).encode()


def _drawn(digest: bytes, index: int) -> int:
    return int.from_bytes(digest[DRAW_BYTES * index : DRAW_BYTES * (index + 1)], "big")


def _merged(begins: list[int]) -> Iterator[tuple[int, int]]:
    first = begins[0]
    end = first + RANGE_BYTES
    for begin in begins[1:]:
        if begin > end:
            yield first, end
            first = begin
        end = begin + RANGE_BYTES
    yield first, end
