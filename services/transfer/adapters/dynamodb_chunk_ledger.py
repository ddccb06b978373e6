"""The chunk ledger in DynamoDB: every change is one transaction that also looks at the transfer.

A claim is one query and one transaction, a finish one transaction. A worker may die between any two
calls: what it held expires and is taken over with its last checkpoint under the next attempt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, from_item, to_attribute, to_item
from runtime.dynamodb.table import (
    Action,
    Table,
    check,
    delete,
    put,
    row_key,
    update,
)
from services.transfer.adapters.dynamodb_transfer_store import transfer_key
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost, StaleTransfer
from services.transfer.domain.ledger import ChunkLease, DoneChunk, LedgerId, Progress
from services.transfer.domain.rate import Rate
from services.transfer.domain.transfer import Status

RELEASED = datetime.fromtimestamp(0, UTC)  # the `until` of a chunk given back: free at once
CLAIM_TRIES = 50  # each lost race means that another worker got a chunk; lanes are few
HELD = "#worker = :worker AND #attempt = :attempt"


class DynamoDbChunkLedger:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def open(self, ledger: LedgerId, plan: ChunkPlan) -> None:
        row = _progress_key(ledger) | to_item(plan) | to_item(Progress(plan.total, 0, 0, 0, 0))
        self._table.write([put(row, "attribute_not_exists(#pk)")], _busy(ledger))

    def progress(self, ledger: LedgerId) -> Progress:
        row = self._table.read(_progress_key(ledger))
        return Progress(0, 0, 0, 0, 0) if row is None else from_item(Progress, row)

    def claim(
        self, ledger: LedgerId, worker: str, now: datetime, until: datetime
    ) -> ChunkLease | None:
        moving = _transfer_is(ledger, "#status = :moving", moving=Status.MOVING)
        for _ in range(CLAIM_TRIES):
            leases, progress = self._leases_and_progress(ledger)
            if progress is None:
                return None
            free = next((lease for lease in leases if lease.until <= now), None)
            if free is not None:
                lease = replace(free, worker=worker, until=until, attempt=free.attempt + 1)
                actions = _take_over(free, lease)
            else:
                plan, number = from_item(ChunkPlan, progress), int(progress["next_chunk"]["N"])
                if number >= plan.total:
                    return None
                lease = ChunkLease(ledger, number, worker, 1, until)
                actions = _claim_next(lease, plan)
            refused = self._table.write([moving, *actions], _busy(ledger))
            if not refused:
                return lease
            if 0 in refused:
                return None
        raise _busy(ledger)

    def renew(self, lease: ChunkLease, until: datetime) -> ChunkLease:
        held = {"worker": lease.worker, "attempt": lease.attempt}
        change = update(_open_key(lease), "SET #until = :until", HELD, until=until, **held)
        if self._table.write([change], _busy(lease.ledger)):
            raise _lost(lease)
        return replace(lease, until=until)

    def release(self, lease: ChunkLease, done_bytes: int, crc64: int) -> None:
        change = update(
            _open_key(lease),
            "SET #until = :until, #done_bytes = :done_bytes, #crc64 = :crc64 REMOVE #worker",
            HELD,
            until=RELEASED,
            done_bytes=done_bytes,
            crc64=crc64,
            worker=lease.worker,
            attempt=lease.attempt,
        )
        self._table.write([change], _busy(lease.ledger))

    def finish(self, lease: ChunkLease, length_bytes: int, crc64: int) -> None:
        done = DoneChunk(lease.number, length_bytes, crc64, lease.attempt)
        held = {"worker": lease.worker, "attempt": lease.attempt, "length": length_bytes}
        actions = [
            _transfer_is(
                lease.ledger,
                "#status IN (:moving, :paused)",
                moving=Status.MOVING,
                paused=Status.PAUSED,
            ),
            delete(_open_key(lease), f"{HELD} AND #length_bytes = :length", **held),
            put(
                _done_key(lease) | to_item(done) | {"worker": to_attribute(lease.worker)},
                "attribute_not_exists(#pk)",
            ),
            update(
                _progress_key(lease.ledger),
                "SET #chunks_done = #chunks_done + :one, #bytes_done = #bytes_done + :length",
                "#chunks_done < #chunks_total",
                one=1,
                length=length_bytes,
            ),
        ]
        if self._table.write(actions, _busy(lease.ledger)):
            self._explain(lease, length_bytes)

    def open_leases(self, ledger: LedgerId) -> Sequence[ChunkLease]:
        rows = self._table.rows_under(_partition(ledger), f"{_prefix(ledger)}OPEN#")
        return [_lease(row) for row in rows]

    def done_chunks(self, ledger: LedgerId) -> Iterator[DoneChunk]:
        for row in self._table.rows_under(_partition(ledger), f"{_prefix(ledger)}DONE#"):
            yield from_item(DoneChunk, row)

    def sample_rate(self, ledger: LedgerId, seen: Rate | None, rate: Rate) -> bool:
        first = "attribute_exists(#pk) AND attribute_not_exists(#rate)"
        condition, values = (first, {}) if seen is None else ("#rate = :seen", {"seen": seen})
        sample = update(_progress_key(ledger), "SET #rate = :rate", condition, rate=rate, **values)
        return not self._table.write([sample], _busy(ledger))

    def _leases_and_progress(self, ledger: LedgerId) -> tuple[list[ChunkLease], Item | None]:
        """Neighbours in the table, so one query; the progress row sorts last."""
        values: dict[str, object] = {
            "pk": _partition(ledger),
            "first": f"{_prefix(ledger)}OPEN#",
            "last": f"{_prefix(ledger)}PROGRESS",
        }
        rows = list(self._table.rows("#pk = :pk AND #sk BETWEEN :first AND :last", values))
        if not rows or rows[-1]["sk"]["S"] != values["last"]:
            return [], None  # never opened
        return [_lease(row) for row in rows[:-1]], rows[-1]

    def _explain(self, lease: ChunkLease, length_bytes: int) -> None:
        """After a refused finish: nothing when this very lease finished the chunk before."""
        done = self._table.read(_done_key(lease))
        if done is not None:
            by = (done["worker"]["S"], int(done["attempt"]["N"]))
            if by == (lease.worker, lease.attempt):
                return
        held = self._table.read(_open_key(lease))
        if held is not None and _lease(held).attempt == lease.attempt:
            expected = int(held["length_bytes"]["N"])
            if expected != length_bytes:
                raise ValueError(f"chunk {lease.number} has {expected} bytes, not {length_bytes}")
        raise _lost(lease)


def _claim_next(lease: ChunkLease, plan: ChunkPlan) -> list[Action]:
    length = {"length_bytes": to_attribute(plan.range_of(lease.number)[1])}
    return [
        put(_open_key(lease) | to_item(lease) | length, "attribute_not_exists(#pk)"),
        update(
            _progress_key(lease.ledger),
            "SET #next_chunk = :next, #attempts = #attempts + :one",
            "#next_chunk = :number",
            next=lease.number + 1,
            number=lease.number,
            one=1,
        ),
    ]


def _take_over(free: ChunkLease, lease: ChunkLease) -> list[Action]:
    """On the attempt and `until` that were seen: a renewal in between keeps the chunk."""
    return [
        update(
            _open_key(lease),
            "SET #worker = :worker, #until = :until, #attempt = :attempt",
            "#attempt = :seen_attempt AND #until = :seen_until",
            worker=lease.worker,
            until=lease.until,
            attempt=lease.attempt,
            seen_attempt=free.attempt,
            seen_until=free.until,
        ),
        update(
            _progress_key(lease.ledger),
            "SET #attempts = #attempts + :one",
            "attribute_exists(#pk)",
            one=1,
        ),
    ]


def _lease(row: Item) -> ChunkLease:
    """A chunk given back has no worker, so that nobody's lease fits it."""
    return from_item(ChunkLease, {"worker": to_attribute("")} | row)


def _transfer_is(ledger: LedgerId, status: str, **statuses: object) -> Action:
    condition = f"{status} AND #generation = :generation"
    key = transfer_key(ledger.transfer_id)
    return check(key, condition, generation=ledger.generation, **statuses)


def _partition(ledger: LedgerId) -> str:
    return f"T#{ledger.transfer_id}"


def _prefix(ledger: LedgerId) -> str:
    return f"LEDGER#{ledger.generation:04d}#"


def _progress_key(ledger: LedgerId) -> Item:
    return row_key(_partition(ledger), f"{_prefix(ledger)}PROGRESS")


def _open_key(lease: ChunkLease) -> Item:
    return row_key(_partition(lease.ledger), f"{_prefix(lease.ledger)}OPEN#{lease.number:05d}")


def _done_key(lease: ChunkLease) -> Item:
    return row_key(_partition(lease.ledger), f"{_prefix(lease.ledger)}DONE#{lease.number:05d}")


def _lost(lease: ChunkLease) -> LeaseLost:
    return LeaseLost(f"chunk {lease.number} of transfer {lease.ledger.transfer_id}")


def _busy(ledger: LedgerId) -> StaleTransfer:
    return StaleTransfer(ledger.transfer_id)
