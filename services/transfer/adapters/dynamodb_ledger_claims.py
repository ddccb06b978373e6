"""How a chunk is claimed and counted in DynamoDB: what changes in its row and in the ledger's sums.

The sums are one row, and a transaction may change a row only once. So changes of the sums are put
together before they are written.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from runtime.dynamodb.items import Item, from_item, to_attribute, to_item
from runtime.dynamodb.table import Action, put, update
from services.transfer.adapters.dynamodb_ledger_rows import (
    expiring,
    held_by,
    open_key,
    progress_key,
)
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.leases import is_over
from services.transfer.domain.ledger import ChunkLease, LedgerId, Mark

COUNT_DONE = "#chunks_done = #chunks_done + :chunks, #bytes_done = #bytes_done + :bytes"
COUNT_FILES = ", ".join(
    f"#files_{each} = if_not_exists(#files_{each}, :none) + :{each}"
    for each in ("done", "failed", "skipped")
)
ONE_MORE_LEASE = "#attempts = #attempts + :one"


@dataclass(frozen=True)
class Sums:
    """A change of the ledger's sums, and the condition for it."""

    change: str
    condition: str
    values: dict[str, Any]

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            f"{self.change}, {other.change}",
            f"{self.condition} AND {other.condition}",
            self.values | other.values,
        )

    def of(self, ledger: LedgerId) -> Action:
        return update(progress_key(ledger), f"SET {self.change}", self.condition, **self.values)


@dataclass(frozen=True)
class Claim:
    lease: ChunkLease
    row: Action
    sums: Sums


def next_claim(
    leases: Sequence[ChunkLease], sums: Item, lease: ChunkLease, now: datetime, written_at: datetime
) -> Claim | None:
    """What `lease.worker` may claim until `lease.until`, from the ledger's rows as they were read.
    None when all chunks are done or leased."""
    worker, until = lease.worker, lease.until
    free = next((each for each in leases if is_over(each.until, now, until)), None)
    if free is not None:
        taken = replace(free, worker=worker, until=until, attempt=free.attempt + 1)
        return Claim(taken, _take_over(free, taken), _one_more("attribute_exists(#pk)"))
    plan, number = from_item(ChunkPlan, sums), int(sums["next_chunk"]["N"])
    if number >= plan.total:
        return None
    fresh = ChunkLease(lease.ledger, number, worker, 1, until)
    one_more = _one_more("#next_chunk = :number", number=number, next=number + 1)
    return Claim(fresh, _first(fresh, plan, written_at), one_more)


def counted(chunks: int, mark: Mark) -> Sums:
    """Adds a finished chunk to the sums, or takes it off again."""
    possible = "#chunks_done < #chunks_total" if chunks > 0 else "#chunks_done > :zero"
    change, values = COUNT_DONE, dict[str, Any]()
    if chunks < 0:
        values["zero"] = 0
    if mark.files is not None:
        counts = mark.counts if chunks > 0 else -mark.counts
        change = f"{COUNT_DONE}, {COUNT_FILES}"
        values |= {"none": 0, **asdict(counts)}
    values |= {"chunks": chunks, "bytes": chunks * mark.done_bytes}
    return Sums(change, possible, values)


def _one_more(condition: str, **values: int) -> Sums:
    change = f"#next_chunk = :next, {ONE_MORE_LEASE}" if values else ONE_MORE_LEASE
    return Sums(change, condition, {"one": 1, **values})


def _first(lease: ChunkLease, plan: ChunkPlan, written_at: datetime) -> Action:
    row = open_key(lease.ledger, lease.number) | to_item(lease) | expiring(written_at)
    if (length := plan.length_of(lease.number)) is not None:
        row |= {"length_bytes": to_attribute(length)}
    return put(row, "attribute_not_exists(#pk)")


def _take_over(free: ChunkLease, lease: ChunkLease) -> Action:
    """Takes the chunk only if its row is as we saw it. A renewal or a checkpoint in between keeps
    it."""
    seen = "#attempt = :seen_attempt AND #until = :seen_until AND #mark = :seen_mark"
    values: dict[str, Any] = {"seen_attempt": free.attempt, "seen_until": free.until}
    values["seen_mark"] = free.mark
    # `ahead` may go in between. It can come only with a release, and that changes `until`.
    if free.ahead is not None:
        seen += " AND #ahead = :seen_ahead"
        values["seen_ahead"] = free.ahead
    change = "SET #worker = :worker, #until = :until, #attempt = :attempt"
    key = open_key(lease.ledger, lease.number)
    return update(key, change, seen, until=lease.until, **held_by(lease), **values)
