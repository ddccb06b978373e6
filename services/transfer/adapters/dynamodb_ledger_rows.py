"""Keys, conditions and row forms of the ledger in DynamoDB: one partition per transfer.

LEDGER#0001#OPEN#00042 and PROOF#0001#OPEN#00042 are chunk 42 in the two passes of generation 1.
LANE rows are beside them. OPEN rows and PROGRESS are neighbours, so that a claim is one query.
"""

from datetime import UTC, datetime

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute
from runtime.dynamodb.table import Action, check, row_key, update
from services.transfer.adapters.dynamodb_transfer_store import partition_of, transfer_key
from services.transfer.domain.errors import LeaseLost, StaleTransfer
from services.transfer.domain.inventory import KEPT
from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import ChunkLease, LedgerId, Pass
from services.transfer.domain.status import Status

LEDGER_ROW_LIFETIME = KEPT
RELEASED = datetime.fromtimestamp(0, UTC)  # `until` of a chunk given back, which is free at once
HELD = "#worker = :worker AND #attempt = :attempt"
CURRENT = "#turn = :turn AND #ended = :no"
ROWS_OF = {Pass.MOVE: "LEDGER", Pass.PROVE: "PROOF"}


def prefix_of(ledger: LedgerId) -> str:
    return f"{ROWS_OF[ledger.work]}#{ledger.generation:04d}#"


def partition_of_ledger(ledger: LedgerId) -> str:
    return partition_of(ledger.transfer_id)


def progress_key(ledger: LedgerId) -> Item:
    return row_key(partition_of_ledger(ledger), f"{prefix_of(ledger)}PROGRESS")


def open_key(ledger: LedgerId, number: int) -> Item:
    return row_key(partition_of_ledger(ledger), f"{prefix_of(ledger)}OPEN#{number:05d}")


def done_key(ledger: LedgerId, number: int) -> Item:
    return row_key(partition_of_ledger(ledger), f"{prefix_of(ledger)}DONE#{number:05d}")


def lane_key(transfer_id: str, generation: int, number: int) -> Item:
    return row_key(partition_of(transfer_id), f"{lanes_prefix(generation)}{number:03d}")


def lanes_prefix(generation: int) -> str:
    return f"LEDGER#{generation:04d}#LANE#"


def lane_beats(lane: Lane) -> Action:
    """What a beat stores of a lane that its worker still has."""
    change = "#until = :until, #bytes_in_flight = :bytes, #failures = :failures"
    change += ", #leaving = :leaving"
    session = {} if lane.session_since is None else {"since": lane.session_since}
    return update(
        lane_key(lane.transfer_id, lane.generation, lane.number),
        f"SET {change}, #figures = :figures{', #session_since = :since' if session else ''}",
        f"{CURRENT} AND #worker = :worker",
        until=lane.until,
        bytes=lane.bytes_in_flight,
        failures=lane.failures,
        figures=lane.figures,
        leaving=lane.leaving,
        turn=lane.turn,
        no=False,
        worker=lane.worker or "",
        **session,
    )


def expiring(at: datetime) -> Item:
    return {"expires_at": to_attribute(epoch_seconds(at + LEDGER_ROW_LIFETIME))}


def held_by(lease: ChunkLease) -> dict[str, object]:
    return {"worker": lease.worker, "attempt": lease.attempt}


def lease_of(row: Item) -> ChunkLease:
    """A chunk that was given back has no worker, so nobody's lease fits it."""
    return from_item(ChunkLease, {"worker": to_attribute("")} | row)


def while_moving(ledger: LedgerId) -> Action:
    return _transfer_is(ledger, "#status = :moving", moving=Status.MOVING)


def while_movable(ledger: LedgerId) -> Action:
    statuses = {"moving": Status.MOVING, "paused": Status.PAUSED}
    return _transfer_is(ledger, "#status IN (:moving, :paused)", **statuses)


def _transfer_is(ledger: LedgerId, status: str, **statuses: object) -> Action:
    """`status` is a condition on the transfer's status. The generation has to be this one as
    well."""
    condition = f"{status} AND #generation = :generation"
    key = transfer_key(ledger.transfer_id)
    return check(key, condition, generation=ledger.generation, **statuses)


def lost(lease: ChunkLease) -> LeaseLost:
    return LeaseLost(f"chunk {lease.number} of transfer {lease.ledger.transfer_id}")


def lost_lane(lane: Lane) -> LeaseLost:
    return LeaseLost(f"lane {lane.number} of transfer {lane.transfer_id}")


def busy(ledger: LedgerId) -> StaleTransfer:
    return StaleTransfer(ledger.transfer_id)
