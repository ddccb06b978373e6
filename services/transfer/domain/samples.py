"""Which bytes of a chunk are looked at again at the partner: its two ends, and two places between.

The places follow from transfer, generation and chunk, so that nobody has to store them, and are
others for every transfer. Where a chunk is small, the ranges cover it.
"""

import hashlib
from collections.abc import Iterator

from services.transfer.domain.ledger import LedgerId

RANGE_BYTES = 4_096
INNER_RANGES = 2


def sample_ranges(ledger: LedgerId, number: int, length: int) -> list[tuple[int, int]]:
    """(begin, end) in bytes from the chunk's beginning, in order, without overlap."""
    if length <= RANGE_BYTES * (INNER_RANGES + 2):
        return [(0, length)] if length else []
    seed = f"{ledger.transfer_id}/{ledger.generation}/{number}".encode()
    digest = hashlib.sha256(seed).digest()
    begins = {0, length - RANGE_BYTES}
    for index in range(INNER_RANGES):
        drawn = int.from_bytes(digest[8 * index : 8 * index + 8], "big")
        begins.add(drawn % (length - RANGE_BYTES))
    return list(_merged(sorted(begins)))


def sampled(ranges: list[tuple[int, int]], at: int, block: memoryview) -> Iterator[memoryview]:
    """The pieces of `block`, which begins at byte `at` of the chunk, that lie in the ranges."""
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
