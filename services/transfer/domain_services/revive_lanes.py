"""Revives lanes that stand still because their worker died or their message or call got lost."""

from dataclasses import replace

from services.transfer.domain.errors import LaneCrashed, LaneNotTaken, WorkError
from services.transfer.domain.lane import Lane
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.tries import Tries
from services.transfer.domain_services.fail_transfer import fail_by_lane, note_lane_trouble
from services.transfer.domain_services.lane_limits import lanes_to_send
from services.transfer.domain_services.queue_lanes import (
    is_dead,
    queue_lanes,
    send_turn,
    work_is_free,
)

UNTAKEN_PER_FAILURE = 3  # more than for crashes, because workers may be busy with other lanes


def revive_lanes(transfer: Transfer, *, ports: Ports) -> None:
    lanes = ports.lanes.lanes(transfer.ledger)
    for lane in lanes:
        if is_dead(lane, ports.now(), ports.policy):
            _revive(transfer, lane, ports=ports)
    out = sum(not lane.ended for lane in lanes)
    if out < lanes_to_send(transfer, ports=ports) and work_is_free(transfer, ports=ports):
        queue_lanes(transfer, ports=ports)


def _revive(transfer: Transfer, lane: Lane, *, ports: Ports) -> None:
    """Sends the lane's next turn. A worker that died counts as a failure of the lane. Messages that
    no worker took are counted, too, with a higher limit. At its limit the transfer fails with the
    reason, so that a lane is not revived for ever."""
    if lane.parked:
        send_turn(lane, 0, ports=ports)  # it was not called in time, which is no failure
        return
    failures, untaken = lane.failures, lane.untaken
    error: WorkError
    if lane.worker is not None:
        times = failures = failures + 1
        error = LaneCrashed(transfer.id, lane.number, times)
        most = ports.policy.retry.max_failures
    else:
        times = untaken = untaken + 1
        queue = "lanes-long" if lane.long else "lanes"
        error = LaneNotTaken(transfer.id, lane.number, times, queue)
        most = UNTAKEN_PER_FAILURE * ports.policy.retry.max_failures
    run, generation = transfer.run_id, transfer.generation
    if times >= most:
        fail_by_lane(run, generation, error, ports=ports)
        return
    send_turn(replace(lane, failures=failures, untaken=untaken), 0, ports=ports)
    if failures > 1 or untaken > 1:
        tries = Tries(None, lane.number, times, most, ports.now())
        note_lane_trouble(run, generation, error, tries, ports=ports)
