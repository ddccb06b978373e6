"""Looks after all open work: revives what stands still, ends what cannot go on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.transfer.domain.errors import (
    LaneCrashed,
    PartAbandoned,
    RunSuperseded,
    TransferError,
    WorkflowLost,
)
from services.transfer.domain.ledger import Lane, LedgerId
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import ENDED, Failure, Status, Transfer
from services.transfer.use_cases.change_transfer import change_run
from services.transfer.use_cases.clean_up import clean_up, remove_part
from services.transfer.use_cases.commit_target import commit_target
from services.transfer.use_cases.fail_transfer import fail_transfer, wake_workflow
from services.transfer.use_cases.publish_outbox import publish_pending
from services.transfer.use_cases.queue_lanes import (
    Turn,
    chunk_is_free,
    is_dead,
    queue_lanes,
    send_turn,
)
from services.transfer.use_cases.report_moved import report_moved
from services.transfer.use_cases.store_outcome import store_outcome

ABANDON_AFTER = timedelta(days=14)  # of a part file that its partner does not let us remove
SOONEST = timedelta(minutes=1)
QUIET_SECONDS = 30.0  # a state just changed is somebody else's work in progress


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
        _forget_part(transfer, ports=ports)
        return
    if ports.now() - transfer.updated_at > timedelta(seconds=QUIET_SECONDS):
        state = ports.workflow.state(transfer.id, transfer.run)
        if state == "absent" and transfer.status is not Status.MOVING:
            ports.workflow.start(transfer.id, transfer.run)
            return
        if state != "running":
            _end_without_workflow(transfer, ports=ports)
            return
        wake_workflow(transfer, ports=ports)
    if transfer.status is Status.MOVING and not report_moved(transfer, ports=ports):
        _revive_lanes(transfer, ports=ports)


def _forget_part(transfer: Transfer, *, ports: Ports) -> None:
    """At its time; a partner that cannot be reached is tried again ever more rarely."""
    until = transfer.keep_part_until
    if transfer.part_path is None or (until is not None and until > ports.now()):
        return
    try:
        remove_part(transfer, ports=ports)
    except RunSuperseded:
        return  # retried meanwhile: the new run sees to the file
    except TransferError:
        _postpone(transfer, ports=ports)


def _postpone(transfer: Transfer, *, ports: Ports) -> None:
    """Raises PartAbandoned when it has been tried long enough."""
    now = ports.now()
    age = now - (transfer.finished_at or transfer.updated_at)
    if age > ABANDON_AFTER:
        path = transfer.part
        _record(transfer, ports=ports, part_path=None, keep_part_until=None)
        raise PartAbandoned(transfer.id, path)
    _record(transfer, ports=ports, keep_part_until=now + max(SOONEST, age / 4))


def _record(transfer: Transfer, *, ports: Ports, **known: Any) -> None:  # noqa: ANN401
    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(current, **known), []

    change_run(transfer.run_id, decide, ports=ports)


def _revive_lanes(transfer: Transfer, *, ports: Ports) -> None:
    ledger = LedgerId(transfer.id, transfer.generation)
    lanes = ports.lanes.lanes(ledger)
    for lane in lanes:
        if is_dead(lane, ports.now()):
            _revive(transfer, lane, ports=ports)
    nobody = len(lanes) < transfer.lanes or all(lane.ended for lane in lanes)
    if nobody and chunk_is_free(ledger, ports=ports):
        queue_lanes(transfer, ports=ports)


def _revive(transfer: Transfer, lane: Lane, *, ports: Ports) -> None:
    """A worker that died counts as a failure, so that one that always dies comes to an end."""
    failures = lane.failures + (1 if lane.worker is not None else 0)
    if failures >= ports.policy.retry.max_failures:
        error = LaneCrashed(transfer.id, lane.number, failures)
        fail_transfer(transfer.run_id, Failure.of(error), ports=ports)
        return
    ledger = LedgerId(transfer.id, transfer.generation)
    send_turn(Turn(ledger, lane.number, lane.turn + 1, failures), 0, ports=ports)


def _end_without_workflow(transfer: Transfer, *, ports: Ports) -> None:
    """The execution is gone (aborted, timed out): its last states are done here."""
    if transfer.status is Status.COMMITTING:
        _commit(transfer, ports=ports)
    else:
        lost = WorkflowLost(transfer.id, f"while {transfer.status}")
        fail_transfer(transfer.run_id, Failure.of(lost), ports=ports)
    try:
        clean_up(transfer.run_id, ports=ports)
    finally:  # a part file that cannot be removed now stays on record
        store_outcome(transfer.run_id, ports=ports)
        publish_pending(transfer.id, ports=ports)


def _commit(transfer: Transfer, *, ports: Ports) -> None:
    """The rename may have happened: only looking at both names tells."""
    try:
        commit_target(transfer.run_id, ports=ports)
    except TransferError as error:
        if error.retryable:
            raise  # the next sweep tries again
        fail_transfer(transfer.run_id, Failure.of(error), ports=ports)
