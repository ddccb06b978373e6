"""What was counted and measured, read from docs/performance.md and bench/README.md.

These are the only places with the figures. A table is found by the first cells of its head.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.stacks import REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"
COLD_STARTS = REPOSITORY / "bench" / "README.md"
CALLS = re.compile(r"(\w+) (\d+)")
FUNCTIONS = re.compile(r"^Functions: (.+?)\. Seconds", re.MULTILINE)
Row = Mapping[str, str]


class FigureMissing(Exception):
    """A page does not have a figure any more, or not in the form that it had."""


@dataclass(frozen=True)
class ControlPlane:
    """One row of `bench.control_plane`: what a transfer of so many chunks took."""

    chunks: int
    lanes: int
    dynamodb_calls: int
    write_units: int
    read_units: int
    sqs_requests: int
    events: int
    transitions: int


@dataclass(frozen=True)
class Counts:
    """`calls` are of a file of 1 KB, by (service, operation), and `functions` how many were called
    by each of our services. `line_bytes_per_second` is the whole path on 1 Gbit/s."""

    rows: Sequence[ControlPlane]
    calls: Mapping[tuple[str, str], int]
    functions: Mapping[str, int]
    line_bytes_per_second: float
    lane_bytes_per_second: float
    keys: Mapping[str, tuple[int, int]]  # write units by partition: of 1 chunk, of 1,000
    cold: Mapping[str, tuple[float, float]]  # CPU seconds of imports and ports, by service/function

    def row(self, chunks: int, lanes: int) -> ControlPlane:
        for each in self.rows:
            if (each.chunks, each.lanes) == (chunks, lanes):
                return each
        raise FigureMissing(
            f"{PAGE.name} has no row of {chunks} chunks and {lanes} lanes in its control plane."
            f" Run `python -m bench.control_plane --chunks {chunks} --lanes {lanes}` and add it."
        )

    def calls_of(self, service: str) -> Mapping[str, int]:
        return {operation: n for (name, operation), n in self.calls.items() if name == service}


@cache
def read_counts(path: Path = PAGE) -> Counts:
    """Raises FigureMissing."""
    text = path.read_text(encoding="utf-8")
    benches = {row["bench"]: row["found"] for row in _table(text, "bench", "target")}
    said = FUNCTIONS.search(text)
    if said is None:
        raise FigureMissing(f"{path.name} has no sentence 'Functions: transfer 14, ...' any more.")
    return Counts(
        rows=[_row(each) for each in _table(text, "lanes", "chunks")],
        calls=dict(_calls(_table(text, "calls of", "operation"))),
        functions={name: int(count) for name, count in CALLS.findall(said[1])},
        line_bytes_per_second=_first(benches, "`bench.line`: 1 Gbit/s, RTT 0 ms, 4 GB") * 1e6,
        lane_bytes_per_second=_one_lane(text) * 1e6,
        keys={
            row["partition"]: (_whole(row["1 chunk"]), _whole(row["1,000 chunks"]))
            for row in _table(text, "partition", "1 chunk")
        },
        cold={
            row["function"].split()[0]: (float(row["import"]), float(row["first call"]))
            for row in _table(COLD_STARTS.read_text(encoding="utf-8"), "function", "import")
        },
    )


def _table(text: str, *head: str) -> list[Row]:
    lines = iter(text.splitlines())
    for line in lines:
        if (cells := _cells(line))[: len(head)] == list(head):
            next(lines)
            return [dict(zip(cells, _cells(each), strict=False)) for each in _until_end(lines)]
    raise FigureMissing(f"There is no table that begins with | {' | '.join(head)} | any more.")


def _until_end(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield line


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _row(row: Row) -> ControlPlane:
    names = ("chunks", "lanes", "DynamoDB calls", "WRU", "RRU", "SQS requests", "events")
    return ControlPlane(*(_whole(row[name]) for name in (*names, "transitions")))


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


def _calls(table: Sequence[Row]) -> Iterator[tuple[tuple[str, str], int]]:
    """`DynamoDB, transfer` has calls of one service; another first cell has several of AWS."""
    for row in table:
        service = row["calls of"].removeprefix("DynamoDB, ")
        for operation, count in CALLS.findall(row["operation"]):
            yield (service, operation), int(count)


def _first(rows: Mapping[str, str], name: str) -> float:
    found = re.match(r"[\d.]+", rows.get(name, ""))
    if found is None:
        raise FigureMissing(f"{PAGE.name} has no figure for {name}.")
    return float(found[0])


def _one_lane(text: str) -> float:
    found = re.search(r"one lane (\d+) MB/s for", text)
    if found is None:
        raise FigureMissing(f"{PAGE.name} does not say any more what one lane moves.")
    return float(found[1])
