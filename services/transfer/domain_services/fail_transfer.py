"""Puts a transfer on the way to its failure and wakes its workflow. Notes what is tried again."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from services.transfer.domain.errors import RunSuperseded, TransferError
from services.transfer.domain.failure import Failure
from services.transfer.domain.ports import Ports
from services.transfer.domain.status import ENDING, Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain.tries import Tries
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.queue_lanes import NOT_AGAIN
from services.transfer.domain_services.session_line import release_step


def fail_transfer(run: RunId, failure: Failure, *, ports: Ports) -> Transfer:
    """The first reason counts. A transfer that is failing, being cancelled or ended stays as it
    is."""
    transfer = change_run(run, lambda current: current.fail(failure, ports.now()), ports=ports)
    wake_workflow(transfer, ports=ports)
    return transfer


def fail_by_lane(run: RunId, generation: int, error: TransferError, *, ports: Ports) -> None:
    """Fails the transfer only while lanes move that part file. Later a lane may not judge it."""
    failure = Failure.of(error)
    transfer = change_run(
        run, lambda current: current.lane_failed(generation, failure, ports.now()), ports=ports
    )
    wake_workflow(transfer, ports=ports)


def note_trouble(run: RunId, error: TransferError, tries: Tries, *, ports: Ports) -> None:
    """Notes an error that is being tried again, so that a look at the transfer shows it."""
    failure = replace(Failure.of(error), tries=tries)
    change_run(run, lambda current: current.troubled(failure, ports.now()), ports=ports)


def note_lane_trouble(
    run: RunId, generation: int, error: TransferError, tries: Tries, *, ports: Ports
) -> None:
    failure = replace(Failure.of(error), tries=tries)
    change_run(
        run, lambda current: current.lane_troubled(generation, failure, ports.now()), ports=ports
    )


def end_trouble(transfer: Transfer, over: Callable[[Tries], bool], *, ports: Ports) -> Transfer:
    """Forgets the trouble that `transfer` shows, if it is over. `transfer` was just read: without
    trouble of that kind nothing is read or written. Returns the transfer as it is now known, which
    may have changed in other ways, too."""
    if transfer.relieved(over) == transfer:
        return transfer
    run, relieve = transfer.run_id, lambda current: current.relieved(over)
    with suppress(RunSuperseded):  # a later run has troubles of its own
        return change_run(run, relieve, ports=ports, known=transfer)
    return transfer


def wake_workflow(transfer: Transfer, *, ports: Ports) -> None:
    """Ends the workflow's wait for lanes or for a session when the transfer is failing or being
    cancelled. If this call is lost, the sweeper repeats it."""
    if transfer.status not in ENDING:
        return
    failing = transfer.status is Status.FAILING and transfer.failure is not None
    why = transfer.failure.message if failing and transfer.failure else "It was cancelled."
    for token in transfer.task_tokens:
        ports.workflow.fail(token, NOT_AGAIN, why)
    release_step(transfer, ports=ports)
