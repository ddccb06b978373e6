"""The chunk ledger in DynamoDB: every change is one conditional transaction.

A claim is one query and one transaction. A finish is one transaction. Both transactions also check
the transfer. A worker may die between any two calls. Then its chunk's lease ends, and another
worker takes the chunk over from its last checkpoint, with the next attempt number.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, from_item, to_attribute, to_item
from runtime.dynamodb.table import Action, Table, delete, put, update
from services.transfer.adapters.dynamodb_ledger_rows import (
    HELD,
    RELEASED,
    busy,
    done_key,
    expiring,
    held_by,
    lease_of,
    lost,
    open_key,
    partition_of_ledger,
    prefix_of,
    progress_key,
    transfer_is,
)
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.leases import is_over
from services.transfer.domain.ledger import (
    NEVER_OPENED,
    NOTHING_DONE,
    ChunkLease,
    DoneChunk,
    LedgerId,
    Mark,
    Progress,
)
from services.transfer.domain.rate import Rate
from services.transfer.domain.status import Status

CLAIM_TRIES = 50  # each lost race means that another worker got a chunk, and lanes are few
COUNT_DONE = "SET #chunks_done = #chunks_done + :chunks, #bytes_done = #bytes_done + :bytes"
COUNT_FILES = ", ".join(
    f"#files_{each} = if_not_exists(#files_{each}, :none) + :{each}"
    for each in ("done", "failed", "skipped")
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DynamoDbChunkLedger:
    """`now` is used only for the expiry of rows."""

    def __init__(
        self, client: BaseClient, table: str, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._table, self._now = Table(client, table), now

    def open(self, ledger: LedgerId, plan: ChunkPlan) -> None:
        row = progress_key(ledger) | to_item(plan) | to_item(Progress(plan.total, 0, 0, 0, 0))
        row |= expiring(self._now())
        self._table.write([put(row, "attribute_not_exists(#pk)")], busy(ledger))

    def progress(self, ledger: LedgerId) -> Progress:
        row = self._table.read(progress_key(ledger))
        return NEVER_OPENED if row is None else from_item(Progress, row)

    def claim(
        self, ledger: LedgerId, worker: str, now: datetime, until: datetime
    ) -> ChunkLease | None:
        moving = transfer_is(ledger, "#status = :moving", moving=Status.MOVING)
        for _ in range(CLAIM_TRIES):
            leases, progress = self._leases_and_progress(ledger)
            if progress is None:
                return None
            free = next((each for each in leases if is_over(each.until, now, until)), None)
            if free is not None:
                lease = replace(free, worker=worker, until=until, attempt=free.attempt + 1)
                actions = _take_over(free, lease)
            else:
                plan, number = from_item(ChunkPlan, progress), int(progress["next_chunk"]["N"])
                if number >= plan.total:
                    return None
                lease = ChunkLease(ledger, number, worker, 1, until)
                actions = self._claim_next(lease, plan)
            refused = self._table.write([moving, *actions], busy(ledger))
            if not refused:
                return lease
            if 0 in refused:
                return None
        raise busy(ledger)

    def renew(self, lease: ChunkLease, until: datetime) -> ChunkLease:
        self._change(lease, "SET #until = :until", until=until)
        return replace(lease, until=until)

    def checkpoint(self, lease: ChunkLease, mark: Mark) -> ChunkLease:
        self._change(lease, "SET #mark = :mark REMOVE #ahead", mark=mark)
        return replace(lease, mark=mark, ahead=None)

    def release(self, lease: ChunkLease) -> None:
        change = "SET #until = :until, #mark = :mark, #doubts = :doubts"
        values: dict[str, Any] = {"mark": lease.mark, "doubts": lease.doubts, "until": RELEASED}
        if lease.ahead is None:
            change += " REMOVE #worker, #ahead"
        else:
            change += ", #ahead = :ahead REMOVE #worker"
            values["ahead"] = lease.ahead
        release = update(_open_key(lease), change, HELD, **values, **held_by(lease))
        self._table.write([release], busy(lease.ledger))

    def finish(self, lease: ChunkLease, mark: Mark, part: str) -> None:
        done = DoneChunk(lease.number, lease.attempt, mark, part, lease.doubts)
        row = done_key(lease.ledger, lease.number) | to_item(done) | expiring(self._now())
        row |= {"worker": to_attribute(lease.worker)}
        its_own = f"{HELD} AND (attribute_not_exists(#length_bytes) OR #length_bytes = :length)"
        actions = [
            transfer_is(
                lease.ledger,
                "#status IN (:moving, :paused)",
                moving=Status.MOVING,
                paused=Status.PAUSED,
            ),
            delete(_open_key(lease), its_own, length=done.length_bytes, **held_by(lease)),
            put(row, "attribute_not_exists(#pk)"),
            _count(lease.ledger, 1, mark),
        ]
        if self._table.write(actions, busy(lease.ledger)):
            self._explain(lease, done.length_bytes)

    def reopen(self, ledger: LedgerId, done: DoneChunk, mark: Mark = NOTHING_DONE) -> bool:
        doubts = done.doubts + 1
        free = ChunkLease(ledger, done.number, "", done.attempt, RELEASED, mark, doubts=doubts)
        row = to_item(free)
        if done.mark.files is None:
            row |= {"length_bytes": to_attribute(done.length_bytes)}
        del row["worker"]
        key = open_key(ledger, done.number)
        actions = [
            delete(done_key(ledger, done.number), "#attempt = :attempt", attempt=done.attempt),
            put(key | row | expiring(self._now()), "attribute_not_exists(#pk)"),
            _count(ledger, -1, done.mark),
        ]
        return not self._table.write(actions, busy(ledger))

    def open_leases(self, ledger: LedgerId) -> Sequence[ChunkLease]:
        return [lease_of(row) for row in self._rows(ledger, "OPEN#")]

    def done_chunks(self, ledger: LedgerId) -> Iterator[DoneChunk]:
        for row in self._rows(ledger, "DONE#"):
            yield from_item(DoneChunk, row)

    def done_chunk(self, ledger: LedgerId, number: int) -> DoneChunk | None:
        row = self._table.read(done_key(ledger, number))
        return None if row is None else from_item(DoneChunk, row)

    def highest_done(self, ledger: LedgerId) -> DoneChunk | None:
        row = next(self._rows(ledger, "DONE#", ScanIndexForward=False, Limit=1), None)
        return None if row is None else from_item(DoneChunk, row)

    def sample_rate(self, ledger: LedgerId, seen: Rate | None, rate: Rate) -> bool:
        first = "attribute_exists(#pk) AND attribute_not_exists(#rate)"
        condition, values = (first, {}) if seen is None else ("#rate = :seen", {"seen": seen})
        sample = update(progress_key(ledger), "SET #rate = :rate", condition, rate=rate, **values)
        return not self._table.write([sample], busy(ledger))

    def _change(self, lease: ChunkLease, change: str, **values: object) -> None:
        held = update(_open_key(lease), change, HELD, **values, **held_by(lease))
        if self._table.write([held], busy(lease.ledger)):
            raise lost(lease)

    def _claim_next(self, lease: ChunkLease, plan: ChunkPlan) -> list[Action]:
        row = _open_key(lease) | to_item(lease) | expiring(self._now())
        if (length := plan.length_of(lease.number)) is not None:
            row |= {"length_bytes": to_attribute(length)}
        return [
            put(row, "attribute_not_exists(#pk)"),
            update(
                progress_key(lease.ledger),
                "SET #next_chunk = :next, #attempts = #attempts + :one",
                "#next_chunk = :number",
                next=lease.number + 1,
                number=lease.number,
                one=1,
            ),
        ]

    def _rows(self, ledger: LedgerId, kind: str, **options: object) -> Iterator[Item]:
        prefix = f"{prefix_of(ledger)}{kind}"
        return self._table.rows_under(partition_of_ledger(ledger), prefix, **options)

    def _leases_and_progress(self, ledger: LedgerId) -> tuple[list[ChunkLease], Item | None]:
        """They are neighbours in the table, so this is one query. The progress row sorts last."""
        values: dict[str, object] = {
            "pk": partition_of_ledger(ledger),
            "first": f"{prefix_of(ledger)}OPEN#",
            "last": f"{prefix_of(ledger)}PROGRESS",
        }
        rows = list(self._table.rows("#pk = :pk AND #sk BETWEEN :first AND :last", values))
        if not rows or rows[-1]["sk"]["S"] != values["last"]:
            return [], None  # never opened
        return [lease_of(row) for row in rows[:-1]], rows[-1]

    def _explain(self, lease: ChunkLease, length_bytes: int) -> None:
        """Raises the reason of a refused finish. Returns when this very lease had finished the
        chunk."""
        done = self._table.read(done_key(lease.ledger, lease.number))
        if done is not None:
            by = (done["worker"]["S"], int(done["attempt"]["N"]))
            if by == (lease.worker, lease.attempt):
                return
        held = self._table.read(_open_key(lease))
        told = held is not None and "length_bytes" in held
        if held is not None and told and lease_of(held).attempt == lease.attempt:
            expected = int(held["length_bytes"]["N"])
            if expected != length_bytes:
                raise ValueError(f"chunk {lease.number} has {expected} bytes, not {length_bytes}")
        raise lost(lease)


def _open_key(lease: ChunkLease) -> Item:
    return open_key(lease.ledger, lease.number)


def _take_over(free: ChunkLease, lease: ChunkLease) -> list[Action]:
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
    take = update(_open_key(lease), change, seen, until=lease.until, **held_by(lease), **values)
    attempt = "SET #attempts = #attempts + :one"
    return [take, update(progress_key(lease.ledger), attempt, "attribute_exists(#pk)", one=1)]


def _count(ledger: LedgerId, chunks: int, mark: Mark) -> Action:
    """Adds a finished chunk to the sums, or takes it off again."""
    possible = "#chunks_done < #chunks_total" if chunks > 0 else "#chunks_done > :zero"
    change, values = COUNT_DONE, dict[str, int]()
    if chunks < 0:
        values["zero"] = 0
    if mark.files is not None:
        counts = mark.counts if chunks > 0 else -mark.counts
        change = f"{COUNT_DONE}, {COUNT_FILES}"
        values |= {"none": 0, **asdict(counts)}
    values |= {"chunks": chunks, "bytes": chunks * mark.done_bytes}
    return update(progress_key(ledger), change, possible, **values)
