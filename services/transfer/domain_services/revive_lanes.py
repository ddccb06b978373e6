"""Lanes that stand still: their worker died, or their message or their call got lost."""

from dataclasses import replace

from services.transfer.domain.errors import LaneCrashed, LaneNotTaken, WorkError
from services.transfer.domain.ledger import Lane
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.fail_transfer import fail_by_lane, note_lane_trouble
from services.transfer.domain_services.queue_lanes import (
    is_dead,
    queue_lanes,
    send_turn,
    work_is_free,
)

UNTAKEN_PER_FAILURE = 3  # workers may be busy with others for long: a lesser sign than a crash


def revive_lanes(transfer: Transfer, *, ports: Ports) -> None:
    lanes = ports.lanes.lanes(transfer.ledger)
    for lane in lanes:
        if is_dead(lane, ports.now(), ports.policy):
            _revive(transfer, lane, ports=ports)
    nobody = len(lanes) < transfer.lanes or all(lane.ended for lane in lanes)
    if nobody and work_is_free(transfer, ports=ports):
        queue_lanes(transfer, ports=ports)


def _revive(transfer: Transfer, lane: Lane, *, ports: Ports) -> None:
    """A worker that died counts as a failure, and so does, after longer, a message that no worker
    took: whatever always goes wrong comes to an end with a reason."""
    if lane.parked:
        send_turn(lane, 0, ports=ports)  # not called in time: it is nobody's failure to be in line
        return
    failures, untaken = lane.failures, lane.untaken
    error: WorkError
    if lane.worker is not None:
        failures += 1
        error = LaneCrashed(transfer.id, lane.number, failures)
        hopeless = failures >= ports.policy.retry.max_failures
    else:
        untaken += 1
        error = LaneNotTaken(transfer.id, lane.number, untaken)
        hopeless = untaken >= UNTAKEN_PER_FAILURE * ports.policy.retry.max_failures
    run, generation = transfer.run_id, transfer.generation
    if hopeless:
        fail_by_lane(run, generation, error, ports=ports)
        return
    if failures > 1 or untaken > 1:
        note_lane_trouble(run, generation, error, ports=ports)
    send_turn(replace(lane, failures=failures, untaken=untaken), 0, ports=ports)
