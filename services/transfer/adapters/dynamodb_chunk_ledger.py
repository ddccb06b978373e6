"""The chunk ledger in DynamoDB: every change is one conditional transaction.

A claim is one query and one transaction. A finish is one transaction. A finish that also claims is
the query, and one transaction for both. Each transaction also checks the transfer. A worker may die
between any two calls. Then its chunk's lease ends, and another worker takes the chunk over from its
last checkpoint, with the next attempt number.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, from_item, to_attribute, to_item
from runtime.dynamodb.table import Action, Table, delete, put, update
from services.transfer.adapters.dynamodb_ledger_claims import Claim, counted, next_claim
from services.transfer.adapters.dynamodb_ledger_rows import (
    HELD,
    RELEASED,
    busy,
    done_key,
    expiring,
    held_by,
    lane_beats,
    lease_of,
    lost,
    lost_lane,
    open_key,
    partition_of_ledger,
    prefix_of,
    progress_key,
    while_movable,
    while_moving,
)
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import (
    NEVER_OPENED,
    NOTHING_DONE,
    ChunkLease,
    DoneChunk,
    LedgerId,
    Mark,
    Progress,
)
from services.transfer.domain.progress_sample import AtWork
from services.transfer.domain.rate import Rate

REACHED_ROWS = 20  # most have no more than that of sums, open chunks, lanes and one done chunk
DONE_ROWS = 500  # at once: a page of a megabyte costs ten times that in memory
CLAIM_TRIES = 50  # each lost race means that another worker got a chunk, and lanes are few


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
        wanted = ChunkLease(ledger, 0, worker, 0, until)
        for _ in range(CLAIM_TRIES):
            found = self._next_claim(wanted, now)
            if found is None:
                return None
            actions = [while_moving(ledger), found.row, found.sums.of(ledger)]
            refused = self._table.write(actions, busy(ledger))
            if not refused:
                return found.lease
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

    def finish(
        self,
        lease: ChunkLease,
        mark: Mark,
        part: str,
        lane: Lane | None = None,
        now: datetime | None = None,
    ) -> ChunkLease | None:
        ledger, sums = lease.ledger, counted(1, mark)
        beat = [] if lane is None else [lane_beats(lane)]
        done = [*self._done(lease, mark, part), *beat]
        if lane is not None and now is not None:
            found = self._next_claim(replace(lease, until=lane.until), now, lease.number)
            if found is not None:
                both = [while_moving(ledger), *done, found.row, (sums + found.sums).of(ledger)]
                if not self._table.write(both, busy(ledger)):
                    return found.lease
        if self._table.write([while_movable(ledger), *done, sums.of(ledger)], busy(ledger)):
            self._explain(lease, mark.done_bytes)
        return None

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
            counted(-1, done.mark).of(ledger),
        ]
        return not self._table.write(actions, busy(ledger))

    def open_leases(self, ledger: LedgerId) -> Sequence[ChunkLease]:
        return [lease_of(row) for row in self._rows(ledger, "OPEN#")]

    def done_chunks(self, ledger: LedgerId) -> Iterator[DoneChunk]:
        for row in self._rows(ledger, "DONE#", Limit=DONE_ROWS):
            yield from_item(DoneChunk, row)

    def done_chunk(self, ledger: LedgerId, number: int) -> DoneChunk | None:
        row = self._table.read(done_key(ledger, number))
        return None if row is None else from_item(DoneChunk, row)

    def reached(self, ledger: LedgerId) -> tuple[Sequence[ChunkLease], DoneChunk | None]:
        leases: list[ChunkLease] = []
        opened, done = f"{prefix_of(ledger)}OPEN#", f"{prefix_of(ledger)}DONE#"
        rows = self._neighbours(ledger, "DONE#", ScanIndexForward=False, Limit=REACHED_ROWS)
        for row in rows:
            if row["sk"]["S"].startswith(done):
                return leases[::-1], from_item(DoneChunk, row)
            if row["sk"]["S"].startswith(opened):
                leases.append(lease_of(row))
        return leases[::-1], None

    def at_work(self, ledger: LedgerId) -> AtWork | None:
        """Backwards, because the progress row sorts last and has to be read first."""
        rows = self._neighbours(ledger, "LANE#", ScanIndexForward=False)
        progress = next(rows, None)
        if progress is None or progress["sk"] != progress_key(ledger)["sk"]:
            return None
        left = list(rows)[::-1]
        opened = f"{prefix_of(ledger)}OPEN#"
        leases = [lease_of(row) for row in left if row["sk"]["S"].startswith(opened)]
        lanes = [from_item(Lane, row) for row in left[: len(left) - len(leases)]]
        return AtWork(from_item(Progress, progress), leases, lanes)

    def sample_rate(
        self, ledger: LedgerId, seen: Rate | None, rate: Rate, lane: Lane | None = None
    ) -> bool:
        first = "attribute_exists(#pk) AND attribute_not_exists(#rate)"
        condition, values = (first, {}) if seen is None else ("#rate = :seen", {"seen": seen})
        sample = update(progress_key(ledger), "SET #rate = :rate", condition, rate=rate, **values)
        beat = [] if lane is None else [lane_beats(lane)]
        refused = self._table.write([sample, *beat], busy(ledger))
        if lane is not None and 1 in refused:
            raise lost_lane(lane)
        return not refused

    def _change(self, lease: ChunkLease, change: str, **values: object) -> None:
        held = update(_open_key(lease), change, HELD, **values, **held_by(lease))
        if self._table.write([held], busy(lease.ledger)):
            raise lost(lease)

    def _done(self, lease: ChunkLease, mark: Mark, part: str) -> list[Action]:
        done = DoneChunk(lease.number, lease.attempt, mark, part, lease.doubts)
        row = done_key(lease.ledger, lease.number) | to_item(done) | expiring(self._now())
        row |= {"worker": to_attribute(lease.worker)}
        its_own = f"{HELD} AND (attribute_not_exists(#length_bytes) OR #length_bytes = :length)"
        return [
            delete(_open_key(lease), its_own, length=done.length_bytes, **held_by(lease)),
            put(row, "attribute_not_exists(#pk)"),
        ]

    def _next_claim(
        self, wanted: ChunkLease, now: datetime, finished: int | None = None
    ) -> Claim | None:
        """What `wanted.worker` may have until `wanted.until`. The rows are neighbours, so this is
        one query. The progress row sorts last. The chunk that is `finished` along with it is not
        claimed again, although its lease may be over by now."""
        rows = list(self._neighbours(wanted.ledger, "OPEN#"))
        if not rows or rows[-1]["sk"] != progress_key(wanted.ledger)["sk"]:
            return None  # never opened
        leases = [each for row in rows[:-1] if (each := lease_of(row)).number != finished]
        return next_claim(leases, rows[-1], wanted, now, self._now())

    def _neighbours(self, ledger: LedgerId, first: str, **options: object) -> Iterator[Item]:
        """All rows from the kind `first` to the progress row."""
        values: dict[str, object] = {
            "pk": partition_of_ledger(ledger),
            "first": f"{prefix_of(ledger)}{first}",
            "last": f"{prefix_of(ledger)}PROGRESS",
        }
        return self._table.rows("#pk = :pk AND #sk BETWEEN :first AND :last", values, **options)

    def _rows(self, ledger: LedgerId, kind: str, **options: object) -> Iterator[Item]:
        prefix = f"{prefix_of(ledger)}{kind}"
        return self._table.rows_under(partition_of_ledger(ledger), prefix, **options)

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
