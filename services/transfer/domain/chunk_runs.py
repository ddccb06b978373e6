"""The chunks of a file from the first to the last as run lengths, such as 120d2m8w."""

from collections.abc import Mapping

DONE, MOVING, WAITING = "d", "m", "w"


def chunk_runs(total: int, next_chunk: int, moving: Mapping[int, bool]) -> str:
    """`moving` has the open chunks: those that were claimed and are not done, with whether a lane
    holds them now. Chunks are claimed in order. So each one before the last claimed is open or
    done, and nothing has to be read of the done ones. A number from `next_chunk` on belongs to a
    chunk that was claimed since `next_chunk` was read."""
    runs: list[tuple[int, str]] = []

    def add(count: int, kind: str) -> None:
        if runs and runs[-1][1] == kind:
            count += runs.pop()[0]
        if count:
            runs.append((count, kind))

    reached = 0
    for number in sorted(moving):
        add(number - reached, DONE)
        add(1, MOVING if moving[number] else WAITING)
        reached = number + 1
    claimed = max(reached, next_chunk)
    add(claimed - reached, DONE)
    add(total - claimed, WAITING)
    return "".join(f"{count}{kind}" for count, kind in runs)
