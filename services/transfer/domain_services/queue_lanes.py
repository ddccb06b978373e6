"""Sends the lanes out while there is work, and tells the workflow when all of it is done."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.transfer.domain.lane import Lane
from services.transfer.domain.leases import is_over
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import Policy, Ports
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.end_share import end_share
from services.transfer.domain_services.lane_limits import lanes_to_send
from services.transfer.domain_services.settle_files import settle_files

# Containers start in minutes, and each may be busy with another lane for hours.
LONG_DUES = 12  # a long lane waits so many lane_due_seconds until its message is sent again
NOT_AGAIN = "PermanentFailure"  # the name that the state machine does not retry
PARKED_DUES = 6  # a parked lane waits so many lane_due_seconds; the sweeper calls every minute


def queue_lanes(transfer: Transfer, *, ports: Ports) -> None:
    """Sends the message of every lane that should be moving and has neither a worker nor a message,
    as many as the destination's target allows.

    Idempotent: a lane that is driven or queued is left alone, and one that ended gets another turn.
    While the part file does not exist only the first lane is sent, which creates it. Whoever
    recorded that file may have died before its ledger was opened.
    """
    if transfer.part is None:
        return
    if not transfer.part_made:
        ports.ledger.open(transfer.ledger, transfer.known_plan)
    known = {lane.number: lane for lane in ports.lanes.lanes(transfer.ledger)}
    most, wanted = transfer.lanes if transfer.part_made else 1, lanes_to_send(transfer, ports=ports)
    out = sum(is_out(lane, ports.now(), ports.policy) for lane in known.values())
    for number in range(most):
        lane = known.get(number)
        if out >= wanted:
            return
        if lane is None:
            send_turn(first_lane(transfer, ports.now(), number), 0, ports=ports)
        elif not is_out(lane, ports.now(), ports.policy):
            send_turn(replace(lane, failures=0), 0, ports=ports)
        else:
            continue
        out += 1


def send_turn(lane: Lane, delay_seconds: float, *, ports: Ports) -> None:
    """Sends the turn after the one that `lane` stands at. The lane keeps its counts of what went
    wrong. The turn is recorded first and sent then, so that a message that was never sent is
    noticed when its due time passes."""
    due = ports.now() + timedelta(seconds=delay_seconds + _due_seconds(lane, ports.policy))
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
        ports.queue.send(queued.message, round(delay_seconds))


def is_dead(lane: Lane, now: datetime, policy: Policy) -> bool:
    """Whether its worker stopped renewing the lease, its message was not taken in time, or it was
    parked and not called in time."""
    if lane.ended:
        return False
    longest = now + timedelta(seconds=policy.lease_seconds)
    if lane.parked:
        longest = parked_until(now, policy)
    elif lane.worker is None:
        seconds = policy.retry.cap_seconds + _due_seconds(lane, policy)
        longest = now + timedelta(seconds=seconds)
    return is_over(lane.until, now, longest)


def _due_seconds(lane: Lane, policy: Policy) -> float:
    return policy.lane_due_seconds * (LONG_DUES if lane.long else 1)


def is_out(lane: Lane, now: datetime, policy: Policy) -> bool:
    """Whether it is at work, or on its way to that."""
    return not lane.ended and not is_dead(lane, now, policy)


def parked_until(now: datetime, policy: Policy) -> datetime:
    return now + timedelta(seconds=PARKED_DUES * policy.lane_due_seconds)


def is_driven(lane: Lane, now: datetime, policy: Policy) -> bool:
    """Whether a living worker drives the lane."""
    return lane.worker is not None and not lane.ended and not is_dead(lane, now, policy)


def work_is_free(transfer: Transfer, *, ports: Ports) -> bool:
    """Whether there is a part file to create, or a chunk to move or to prove that no living worker
    holds."""
    if transfer.part is not None and not transfer.part_made:
        return True
    if _chunk_is_free(transfer.ledger, ports=ports):
        return True
    if not transfer.proves_at_the_end:
        return False
    if not ports.ledger.progress(transfer.ledger).complete:
        return False
    proof = transfer.ledger.proof
    return not ports.ledger.progress(proof).opened or _chunk_is_free(proof, ports=ports)


def is_written(transfer: Transfer, *, ports: Ports) -> bool:
    """Whether every chunk is in the part file. An empty file has no chunk that tells whether its
    only handle was closed."""
    told = transfer.known_strategy.reopens or transfer.known_plan.total > 0
    return told and ports.ledger.progress(transfer.ledger).complete


def is_stuck(lane: Lane, *, ports: Ports) -> bool:
    """Whether the creation of its file may still be on its way, or nobody can open the file
    again."""
    transfer = ports.transfers.read(lane.transfer_id)
    part = transfer.part
    if part is None or part.folder or transfer.generation != lane.generation:
        return False
    if not part.made:
        return part.opening
    return not transfer.known_strategy.reopens and not is_written(transfer, ports=ports)


def is_moved(transfer: Transfer, *, ports: Ports) -> bool:
    """Whether the part file exists and every chunk is done. For `readback` every chunk must be
    proved, too."""
    if not transfer.part_made or transfer.reopening:
        return False
    if not ports.ledger.progress(transfer.ledger).complete:
        return False
    if not transfer.proves_at_the_end:
        return True
    return ports.ledger.progress(transfer.ledger.proof).complete


def report_moved(transfer: Transfer, *, ports: Ports) -> bool:
    """Wakes the workflow when all is moved and no living worker drives a lane any more. So nobody
    writes to the part file once it has its name. Returns whether that is so.

    The last lane to end reports. A lane whose worker died counts as driven until its lease is over.
    Then the sweeper reports. When several report at once, the workflow takes one answer."""
    if transfer.status is not Status.COMMITTING and not is_moved(transfer, ports=ports):
        return False
    now = ports.now()
    lanes = ports.lanes.lanes(transfer.ledger)
    if any(is_driven(lane, now, ports.policy) for lane in lanes):
        return False
    # A late function of VerifyTarget may have set VERIFYING while the workflow waits for lanes. A
    # lane that delivers the file itself has set COMMITTING.
    if transfer.status in {Status.MOVING, Status.VERIFYING, Status.COMMITTING}:
        if transfer.sends_many:
            transfer = settle_files(transfer, ports=ports)
        tell_moved(transfer, ports=ports)
    return True


def tell_moved(transfer: Transfer, *, ports: Ports) -> None:
    """Answers the workflow's wait for lanes. It goes straight to the outcome of a file that has its
    name and left nothing behind. Of many files some may have failed. The next transfer may follow
    at once, so the share ends first."""
    end_share(transfer, ports=ports)
    if transfer.status is Status.FAILING and transfer.failure is not None:
        for token in transfer.task_tokens:
            ports.workflow.fail(token, NOT_AGAIN, transfer.failure.message)
        return
    delivered = transfer.status is Status.COMMITTING and transfer.tidy
    for token in transfer.task_tokens:
        ports.workflow.succeed(token, delivered=delivered)


def _chunk_is_free(ledger: LedgerId, *, ports: Ports) -> bool:
    """Whether a chunk was never claimed, was released, or is leased by a dead worker."""
    progress = ports.ledger.progress(ledger)
    if progress.next_chunk < progress.chunks_total:
        return True
    now = ports.now()
    mine = now + timedelta(seconds=ports.policy.lease_seconds)
    return any(is_over(lease.until, now, mine) for lease in ports.ledger.open_leases(ledger))


def first_lane(transfer: Transfer, now: datetime, number: int = 0) -> Lane:
    """A lane of the part file before its first turn."""
    long = transfer.known_strategy.long_turn
    return Lane(transfer.id, transfer.generation, number, 0, None, now, long=long)
