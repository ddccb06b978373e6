"""Sends the lanes out while there is work, and tells the workflow when all of it is done."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.transfer.domain.ledger import Lane, LaneMessage, LedgerId, is_over
from services.transfer.domain.ports import Policy, Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.transfer import Status, Transfer

PARKED_DUES = 6  # lane_due_seconds that a parked lane waits for its call: others call every minute


def queue_lanes(transfer: Transfer, *, ports: Ports) -> None:
    """Sends the message of every lane that should be moving and has neither a worker nor a message.

    Idempotent: a lane that is driven or queued is left alone, and one that ended gets another turn.
    Nothing is sent while there is no part file to write into.
    """
    if not transfer.part_made:
        return
    known = {lane.number: lane for lane in ports.lanes.lanes(transfer.ledger)}
    for number in range(transfer.lanes):
        lane = known.get(number)
        if lane is None:
            send_turn(_before_first(transfer, number, ports.now()), 0, ports=ports)
        elif lane.ended or is_dead(lane, ports.now(), ports.policy):
            send_turn(replace(lane, failures=0), 0, ports=ports)


def send_turn(lane: Lane, delay_seconds: float, *, ports: Ports) -> None:
    """The turn after the one `lane` stands at, with its counts of what went wrong. Record first,
    then send: a message lost in between is noticed when its due time passes."""
    due = ports.now() + timedelta(seconds=delay_seconds + ports.policy.lane_due_seconds)
    queued = replace(
        lane,
        turn=lane.turn + 1,
        worker=None,
        until=due,
        bytes_in_flight=0,
        ended=False,
        parked=False,
    )
    if ports.lanes.queue(queued):
        message = LaneMessage(queued.transfer_id, queued.generation, queued.number, queued.turn)
        ports.queue.send(message, round(delay_seconds))


def is_dead(lane: Lane, now: datetime, policy: Policy) -> bool:
    """Its worker stopped renewing the lease, or its message was not taken in time."""
    if lane.ended:
        return False
    longest = now + timedelta(seconds=policy.lease_seconds)
    if lane.parked:
        longest = parked_until(now, policy)
    elif lane.worker is None:
        longest = now + timedelta(seconds=policy.retry.cap_seconds + policy.lane_due_seconds)
    return is_over(lane.until, now, longest)


def parked_until(now: datetime, policy: Policy) -> datetime:
    return now + timedelta(seconds=PARKED_DUES * policy.lane_due_seconds)


def is_driven(lane: Lane, now: datetime, policy: Policy) -> bool:
    """By a worker that lives."""
    return lane.worker is not None and not lane.ended and not is_dead(lane, now, policy)


def work_is_free(transfer: Transfer, *, ports: Ports) -> bool:
    """A chunk to move, or to prove, that no living worker holds."""
    if _chunk_is_free(transfer.ledger, ports=ports):
        return True
    if transfer.verify is not Verify.READBACK:
        return False
    if not ports.ledger.progress(transfer.ledger).complete:
        return False
    proof = transfer.ledger.proof
    return not ports.ledger.progress(proof).opened or _chunk_is_free(proof, ports=ports)


def is_moved(transfer: Transfer, *, ports: Ports) -> bool:
    """Every chunk is done, and for `readback` proved."""
    if transfer.plan is None or not ports.ledger.progress(transfer.ledger).complete:
        return False
    if transfer.verify is not Verify.READBACK:
        return True
    return ports.ledger.progress(transfer.ledger.proof).complete


def report_moved(transfer: Transfer, *, ports: Ports) -> bool:
    """True when all is moved and no lane has a session with the part file any more, so that nobody
    writes to it once it has its name. The last lane to end reports; one that died counts until its
    lease is over, then the sweeper does. Reported by several at once: one answer counts."""
    if not is_moved(transfer, ports=ports):
        return False
    now = ports.now()
    lanes = ports.lanes.lanes(transfer.ledger)
    if any(is_driven(lane, now, ports.policy) for lane in lanes):
        return False
    # VERIFYING: a verification that came late; the workflow waits all the same
    if transfer.status in {Status.MOVING, Status.VERIFYING}:
        for token in transfer.task_tokens:
            ports.workflow.succeed(token)
    return True


def _chunk_is_free(ledger: LedgerId, *, ports: Ports) -> bool:
    """Never claimed, released, or leased by a worker that is dead."""
    progress = ports.ledger.progress(ledger)
    if progress.next_chunk < progress.chunks_total:
        return True
    now = ports.now()
    mine = now + timedelta(seconds=ports.policy.lease_seconds)
    return any(is_over(lease.until, now, mine) for lease in ports.ledger.open_leases(ledger))


def _before_first(transfer: Transfer, number: int, now: datetime) -> Lane:
    return Lane(transfer.id, transfer.generation, number, 0, None, now)
