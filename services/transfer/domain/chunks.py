"""The chunk plan. It is arithmetic from an object's size, so no chunk of it needs to be stored."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

DEFAULT_CHUNK_BYTES = 100_000_000  # seconds on a fast line, 15 minutes on 1 Mbit/s
# Over FTP each chunk is an upload with a connection of its own, and so is each sample that is read
# back: some six round trips, and the line is slow again at first.
FTP_LONGER = 10
FTP_MOST_CHUNKS = 100
# Over a long line each of many lanes is slow. At the end those that find no chunk any more would
# wait for the others, each of which has half a chunk to go on average.
MANY_LANES = 4
FINEST = 8  # of the finest chunks are as long as a usual one
ENDING = (4, 2)  # of them are as long as the first chunks of the end
ENDING_PER_LANE = 0.75  # usual chunks
MAX_CHUNKS = 10_000  # ledger rows per transfer; larger objects get larger chunks instead


@dataclass(frozen=True)
class ChunkPlan:
    """`total` consecutive byte ranges that cover `size_bytes` exactly. Each has `chunk_bytes`. The
    last one may be shorter. A plan with `pages` is for many files: each chunk is a page of the
    inventory, and only that knows its bytes.

    With `lanes` only `usual_chunks` have `chunk_bytes`. Behind them one for each lane has 4 times
    `finest_bytes`, one for each of them twice as many, and all others have `finest_bytes`.
    """

    size_bytes: int
    chunk_bytes: int
    pages: int | None = None
    lanes: int = 0
    usual_chunks: int = 0
    finest_bytes: int = 0

    @property
    def total(self) -> int:
        if self.pages is not None:
            return self.pages
        left, total = self.size_bytes, 0
        for chunks, length in self._groups():
            here = -(-left // length) if chunks is None else min(chunks, -(-left // length))
            left, total = max(0, left - here * length), total + here
        return total

    def range_of(self, number: int) -> tuple[int, int]:
        """(offset, length) in bytes of chunk `number` (0-based)."""
        if self.pages is not None or not 0 <= number < self.total:
            raise ValueError(f"chunk {number} is outside of a plan of {self.total}")
        begin = 0
        for chunks, length in self._groups():
            if chunks is None or number < chunks:
                break
            begin, number = begin + chunks * length, number - chunks
        offset = begin + number * length
        return offset, min(length, self.size_bytes - offset)

    def length_of(self, number: int) -> int | None:
        """None for a page."""
        return None if self.pages is not None else self.range_of(number)[1]

    def _groups(self) -> Iterator[tuple[int | None, int]]:
        """How many chunks of which length follow on each other. None: all that are left."""
        if self.lanes:
            yield self.usual_chunks, self.chunk_bytes
            for times in ENDING:
                yield self.lanes, times * self.finest_bytes
        yield None, self.finest_bytes if self.lanes else self.chunk_bytes


def ftp_chunk_bytes(size_bytes: int, chunk_bytes: int) -> int:
    """One lane writes them, so nothing is gained by small ones. Checkpoints come in between."""
    return max(chunk_bytes * FTP_LONGER, -(-size_bytes // FTP_MOST_CHUNKS))


def plan_chunks(
    size_bytes: int,
    chunk_bytes: int = DEFAULT_CHUNK_BYTES,
    unit_bytes: int | None = None,
    lanes: int = 1,
) -> ChunkPlan:
    """Chunks of about `chunk_bytes`. They are larger where that would make more than MAX_CHUNKS.
    They are whole multiples of `unit_bytes`, so that no unit lies in two chunks. For many `lanes`
    the last ones are shorter."""
    if size_bytes < 0 or chunk_bytes < 1 or (unit_bytes is not None and unit_bytes < 1):
        raise ValueError(f"no plan for {size_bytes} bytes in chunks of {chunk_bytes}, {unit_bytes}")
    least = max(chunk_bytes, -(-size_bytes // MAX_CHUNKS))
    unit = unit_bytes or 1
    plan = ChunkPlan(size_bytes, -(-least // unit) * unit)
    finest = plan.chunk_bytes // FINEST // unit * unit
    if lanes < MANY_LANES or plan.total <= 1 or not finest:
        return plan
    usual = max(0, plan.total - ceil(lanes * ENDING_PER_LANE))
    ending = replace(plan, lanes=lanes, usual_chunks=usual, finest_bytes=finest)
    return ending if ending.total <= MAX_CHUNKS else plan
