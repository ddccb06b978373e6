"""Looks after all open work: revives what stands still, ends what cannot go on."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.errors import (
    LaneCrashed,
    LaneNotTaken,
    PartAbandoned,
    RunSuperseded,
    StepUnderWay,
    TransferError,
    WorkError,
    WorkflowLost,
)
from services.transfer.domain.ledger import Lane
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import ENDED, Failure, Status, Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.fail_transfer import (
    fail_by_lane,
    fail_transfer,
    note_lane_trouble,
    wake_workflow,
)
from services.transfer.domain_services.partner_session import step_session
from services.transfer.domain_services.queue_lanes import (
    is_dead,
    queue_lanes,
    send_turn,
    work_is_free,
)
from services.transfer.domain_services.report_moved import report_moved
from services.transfer.use_cases.clean_up import clean_up, remove_left_behind
from services.transfer.use_cases.commit_target import commit_target
from services.transfer.use_cases.publish_pending import NotPublished, publish_pending
from services.transfer.use_cases.store_outcome import store_outcome

ABANDON_AFTER = timedelta(days=14)  # of a part file that its partner does not let us remove
SOONEST = timedelta(minutes=1)
QUIET_SECONDS = 30.0  # a state just changed is somebody else's work in progress
UNTAKEN_PER_FAILURE = 3  # workers may be busy with others for long: a lesser sign than a crash


def sweep_stalled(
    report: Callable[[str, Exception], None], goes_on: Callable[[], bool], *, ports: Ports
) -> int:
    """The number of transfers looked at. One that cannot be swept is reported and does not keep the
    others from it. Part files left behind come last, while `goes_on`: partners may be slow."""
    found = list(ports.transfers.open_transfers())
    for transfer in sorted(found, key=lambda each: each.status in ENDED):
        if transfer.status in ENDED and not goes_on():
            break
        try:
            sweep_transfer(transfer.id, ports=ports)
        except Exception as error:
            report(transfer.id, error)
    return len(found)


def sweep_transfer(transfer_id: str, *, ports: Ports) -> None:
    """Idempotent, and harmless beside workers and workflow that are alive."""
    transfer = ports.transfers.read(transfer_id)
    if transfer.status in ENDED:
        _tidy(transfer, ports=ports)
        return
    if ports.now() - transfer.updated_at > timedelta(seconds=QUIET_SECONDS):
        with suppress(NotPublished):  # the next sweep tries again
            publish_pending(transfer.id, ports=ports)
        state = ports.workflow.state(transfer.id, transfer.run)
        if state == "absent" and transfer.status is not Status.MOVING:
            ports.workflow.start(transfer.id, transfer.run)
            return
        if state != "running":
            _end_without_workflow(transfer, ports=ports)
            return
        wake_workflow(transfer, ports=ports)
    if transfer.status in {Status.MOVING, Status.VERIFYING}:
        moved = report_moved(transfer, ports=ports)
        if not moved and transfer.status is Status.MOVING:
            _revive_lanes(transfer, ports=ports)


def _tidy(transfer: Transfer, *, ports: Ports) -> None:
    """Removes what an ended transfer left at the partner, at its time; a partner that cannot be
    reached is tried again ever more rarely. What is of use is judged by the row as it is when it
    changes: this one may be stale."""
    now = ports.now()
    if transfer.look_again_at is not None and transfer.look_again_at > now:
        return
    try:
        transfer = change_run(
            transfer.run_id, lambda current: current.discard_part(ports.now()), ports=ports
        )
        place = ports.destinations.read(transfer.destination_id).place
        here = any(each.settled(now) and each.place == place for each in transfer.leftovers)
        here |= transfer.aside is not None and transfer.aside.place == place
        if transfer.status in ENDED and here:
            with step_session(transfer, ports=ports) as session:
                remove_left_behind(transfer, session, ports=ports)
        _abandon(transfer, ports=ports)
    except RunSuperseded:
        return  # retried meanwhile: the new run sees to the file
    except TransferError:
        _postpone(transfer, ports=ports)


def _postpone(transfer: Transfer, *, ports: Ports) -> None:
    """Raises PartAbandoned when it has been tried long enough."""
    now = ports.now()
    age = now - (transfer.finished_at or transfer.updated_at)
    _abandon(transfer, ports=ports)
    again = now + max(SOONEST, age / 4)
    change_run(transfer.run_id, lambda current: current.look_again(again), ports=ports)


def _abandon(transfer: Transfer, *, ports: Ports) -> None:
    """After a long time; what lies at a place where the destination does not lead any more waits
    for nothing else. Raises PartAbandoned."""
    now = ports.now()
    age = now - (transfer.finished_at or transfer.updated_at)
    if age > ABANDON_AFTER:
        left = change_run(transfer.run_id, lambda current: current, ports=ports).left_behind
        if left:
            change_run(transfer.run_id, lambda current: current.abandon_leftovers(), ports=ports)
            raise PartAbandoned(transfer.id, ", ".join(left))


def _revive_lanes(transfer: Transfer, *, ports: Ports) -> None:
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


def _end_without_workflow(transfer: Transfer, *, ports: Ports) -> None:
    """The execution is gone (aborted, timed out): its last states are done here."""
    if transfer.status is Status.COMMITTING:
        _commit(transfer, ports=ports)
    else:
        lost = WorkflowLost(transfer.id, f"while {transfer.status}")
        fail_transfer(transfer.run_id, Failure.of(lost), ports=ports)
    try:
        clean_up(transfer.run_id, ports=ports)
    except StepUnderWay:
        return  # a step of that execution lives on, and may deliver: the next sweep looks again
    except TransferError:
        store_outcome(transfer.run_id, ports=ports)  # what cannot be removed stays on record
        raise
    store_outcome(transfer.run_id, ports=ports)  # the stream publishes it


def _commit(transfer: Transfer, *, ports: Ports) -> None:
    """The rename may have happened: only looking at both names tells."""
    try:
        commit_target(transfer.run_id, ports=ports)
    except TransferError as error:
        if error.retryable:
            raise  # the next sweep tries again
        fail_transfer(transfer.run_id, Failure.of(error), ports=ports)
