"""Which bytes of a chunk are read back at the partner: its two ends, and two places between.

The places follow from transfer, generation and chunk, so nobody has to store them. They differ from
transfer to transfer. Where a chunk is small, the ranges cover it.
"""

import hashlib
from collections.abc import Iterator

from services.transfer.domain.chunks import MAX_CHUNKS
from services.transfer.domain.ledger import LedgerId

RANGE_BYTES = 4_096
RANGES_OF_CHUNK = 4
RANGES_OF_FILE = MAX_CHUNKS  # a server's disk may seek for each, and a step's time is short


def sample_ranges(ledger: LedgerId, number: int, length: int, chunks: int) -> list[tuple[int, int]]:
    """(begin, end) in bytes from the chunk's beginning, in order, without overlap. There are fewer
    ranges where the file has thousands of `chunks`, but the chunk's end is always among them,
    because it shows what was cut off."""
    wanted = max(1, min(RANGES_OF_CHUNK, RANGES_OF_FILE // max(1, chunks)))
    if length <= RANGE_BYTES * wanted:
        return [(0, length)] if length else []
    seed = f"{ledger.transfer_id}/{ledger.generation}/{number}".encode()
    digest = hashlib.sha256(seed).digest()
    begins = [length - RANGE_BYTES, 0]
    for index in range(RANGES_OF_CHUNK - len(begins)):
        drawn = int.from_bytes(digest[8 * index : 8 * index + 8], "big")
        begins.append(drawn % (length - RANGE_BYTES))
    return list(_merged(sorted(set(begins[:wanted]))))


def sampled(ranges: list[tuple[int, int]], at: int, block: memoryview) -> Iterator[memoryview]:
    """The pieces of `block` that lie in the ranges. `block` begins at byte `at` of the chunk."""
    for begin, end in ranges:
        first, last = max(begin, at), min(end, at + len(block))
        if first < last:
            yield block[first - at : last - at]


def _merged(begins: list[int]) -> Iterator[tuple[int, int]]:
    first = begins[0]
    end = first + RANGE_BYTES
    for begin in begins[1:]:
        if begin > end:
            yield first, end
            first = begin
        end = begin + RANGE_BYTES
    yield first, end
