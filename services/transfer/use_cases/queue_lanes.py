"""Sends the message of every lane that should be moving and has neither a worker nor a message."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.transfer.domain.ledger import Lane, LaneMessage, LedgerId
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer


@dataclass(frozen=True)
class Turn:
    """One turn of one lane to be sent; `failures` in a row so far."""

    ledger: LedgerId
    lane: int
    number: int
    failures: int = 0


def queue_lanes(transfer: Transfer, *, ports: Ports) -> None:
    """Idempotent: a lane driven or queued is left alone; one that ended gets another turn."""
    ledger = LedgerId(transfer.id, transfer.generation)
    known = {lane.number: lane for lane in ports.lanes.lanes(ledger)}
    for number in range(transfer.lanes):
        lane = known.get(number)
        if lane is None:
            send_turn(Turn(ledger, number, 1), 0, ports=ports)
        elif lane.ended or is_dead(lane, ports.now()):
            send_turn(Turn(ledger, number, lane.turn + 1), 0, ports=ports)


def send_turn(turn: Turn, delay_seconds: float, *, ports: Ports) -> None:
    """Record first, then send: a message lost in between is noticed when its due time passes."""
    due = ports.now() + timedelta(seconds=delay_seconds + ports.policy.lane_due_seconds)
    if ports.lanes.queue(turn.ledger, turn.lane, turn.number, due, turn.failures):
        message = LaneMessage(
            turn.ledger.transfer_id, turn.ledger.generation, turn.lane, turn.number
        )
        ports.queue.send(message, round(delay_seconds))


def is_dead(lane: Lane, now: datetime) -> bool:
    """Its worker stopped renewing the lease, or its message was not taken in time."""
    return not lane.ended and lane.until <= now


def chunk_is_free(ledger: LedgerId, *, ports: Ports) -> bool:
    """Never claimed, released, or leased by a worker that is dead."""
    progress = ports.ledger.progress(ledger)
    if progress.next_chunk < progress.chunks_total:
        return True
    now = ports.now()
    return any(lease.until <= now for lease in ports.ledger.open_leases(ledger))
