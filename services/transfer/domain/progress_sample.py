"""What is seen of a transfer's progress at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import ChunkLease, Progress
from services.transfer.domain.rate import Rate


@dataclass(frozen=True)
class AtWork:
    """The sums of a ledger, the chunks that were claimed and are not done, and all lanes."""

    progress: Progress
    leases: Sequence[ChunkLease]
    lanes: Sequence[Lane]


@dataclass(frozen=True)
class ProgressSample:
    """`rate` counts the bytes in flight, too. `chunk_runs` is as domain/chunk_runs.py writes it."""

    rate: Rate
    progress: Progress
    chunk_runs: str
    lanes: Sequence[Lane] = ()
    chunks_proven: int = 0
