"""The chunk plan. It is arithmetic from an object's size, so no chunk of it needs to be stored."""

from dataclasses import dataclass

DEFAULT_CHUNK_BYTES = 100_000_000  # seconds on a fast line, 15 minutes on 1 Mbit/s
# Over FTP each chunk is an upload with a connection of its own, and so is each sample that is read
# back: some six round trips, and the line is slow again at first.
FTP_LONGER = 10
FTP_MOST_CHUNKS = 100
MAX_CHUNKS = 10_000  # ledger rows per transfer; larger objects get larger chunks instead


@dataclass(frozen=True)
class ChunkPlan:
    """`total` consecutive byte ranges that cover `size_bytes` exactly. Each has `chunk_bytes`. The
    last one may be shorter. A plan with `pages` is for many files: each chunk is a page of the
    inventory, and only that knows its bytes.
    """

    size_bytes: int
    chunk_bytes: int
    pages: int | None = None

    @property
    def total(self) -> int:
        if self.pages is not None:
            return self.pages
        return -(-self.size_bytes // self.chunk_bytes)

    def range_of(self, number: int) -> tuple[int, int]:
        """(offset, length) in bytes of chunk `number` (0-based)."""
        if self.pages is not None or not 0 <= number < self.total:
            raise ValueError(f"chunk {number} is outside of a plan of {self.total}")
        offset = number * self.chunk_bytes
        return offset, min(self.chunk_bytes, self.size_bytes - offset)

    def length_of(self, number: int) -> int | None:
        """None for a page."""
        return None if self.pages is not None else self.range_of(number)[1]


def ftp_chunk_bytes(size_bytes: int, chunk_bytes: int) -> int:
    """One lane writes them, so nothing is gained by small ones. Checkpoints come in between."""
    return max(chunk_bytes * FTP_LONGER, -(-size_bytes // FTP_MOST_CHUNKS))


def plan_chunks(
    size_bytes: int, chunk_bytes: int = DEFAULT_CHUNK_BYTES, unit_bytes: int | None = None
) -> ChunkPlan:
    """Chunks of about `chunk_bytes`. They are larger where that would make more than MAX_CHUNKS.
    They are whole multiples of `unit_bytes`, so that no unit lies in two chunks."""
    if size_bytes < 0 or chunk_bytes < 1 or (unit_bytes is not None and unit_bytes < 1):
        raise ValueError(f"no plan for {size_bytes} bytes in chunks of {chunk_bytes}, {unit_bytes}")
    least = max(chunk_bytes, -(-size_bytes // MAX_CHUNKS))
    if unit_bytes is not None:
        least = -(-least // unit_bytes) * unit_bytes
    return ChunkPlan(size_bytes, least)
