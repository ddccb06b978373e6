"""What one of many files may have at the partner beside itself, as its page's mark keeps it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class TraceKind(StrEnum):
    BEGUN = "begun"  # a direct file may have been created under `name`, and nobody knows
    HALF = "half"  # it was created there, and is not whole
    OLD = "old"  # the file that it replaces may have the other name of that attempt
    PART = "part"  # the part file of that attempt, which the partner did not let us remove
    ANEW = "anew"  # its content differed once, and is sent once more
    PINNED = "pinned"  # what was sent of it is of the object with the ETag `name`
    SEEN = "seen"  # `name`, a value of Proven, is what was seen of it, whole

    READ = "read"  # `name` says how many bytes of it were read back, and their CRC64NVME
    CLEAR = "clear"  # of the page: after that attempt every request of it had its answer


PAGE = -1  # the place of a trace that is of no file of the page
KINDS = frozenset(each.value for each in TraceKind)


@dataclass(frozen=True, order=True)
class Trace:
    """`at` is the file's place in its page."""

    at: int
    kind: TraceKind
    attempt: int = 0
    name: str = ""

    @property
    def outlasts_its_page(self) -> bool:
        """Somebody should look after it when the page is done."""
        return self.kind in (TraceKind.OLD, TraceKind.PART)


def is_trace(row: list[Any]) -> bool:
    return row[1] in KINDS


def trace_row(trace: Trace) -> list[object]:
    return [trace.at, trace.kind.value, trace.attempt, trace.name]


def trace_of(row: list[Any]) -> Trace:
    at, kind, attempt, name = row
    return Trace(at, TraceKind(kind), attempt, name)
